"""GoTrue's addresses that send a mail or take back what one carried."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.background import BackgroundTask
from starlette.responses import Response

from leadledger.identity.bodies import OtpBody, RecoverBody, ResendBody, TokenAnswer, VerifyBody
from leadledger.identity.entrance import (
    FlowsOf,
    RedirectOf,
    VerifyingOf,
    limit_mail,
    limit_verifying,
    require_api_key,
)
from leadledger.identity.posting import Delivery
from leadledger.responses import json_response

open_routes = APIRouter()
keyed_routes = APIRouter(dependencies=[Depends(require_api_key)])
MAILS = [Depends(limit_mail)]
TAKES = [Depends(limit_verifying)]


@keyed_routes.post("/recover", dependencies=MAILS)
def recover(body: RecoverBody, flows: FlowsOf, redirect_to: RedirectOf) -> Response:
    """Mail a link to choose a new password; the same answer whether anybody has the address."""
    return _promise(flows.recover(body, redirect_to))


@keyed_routes.post("/otp", dependencies=MAILS)
def send_otp(body: OtpBody, flows: FlowsOf, redirect_to: RedirectOf) -> Response:
    """Mail a link and a code to sign in."""
    return _promise(flows.send_link(body, redirect_to))


@keyed_routes.post("/magiclink", dependencies=MAILS)
def send_magic_link(body: OtpBody, flows: FlowsOf, redirect_to: RedirectOf) -> Response:
    """The older name of /otp."""
    return _promise(flows.send_link(body, redirect_to))


@keyed_routes.post("/resend", dependencies=MAILS)
def resend(body: ResendBody, flows: FlowsOf, redirect_to: RedirectOf) -> Response:
    """Mail a confirmation again; the same answer whether one is waited for."""
    return _promise(flows.resend(body, redirect_to))


@keyed_routes.post("/verify", dependencies=TAKES, response_model=TokenAnswer)
def verify(body: VerifyBody, verifying: VerifyingOf) -> Response:
    """A session for what a mail carried."""
    return json_response(verifying.verify(body))


@open_routes.get("/verify", dependencies=TAKES, status_code=303)
def follow_link(
    verifying: VerifyingOf,
    token: Annotated[str, Query(description="As the mail's link has it; good once.")],
    type_: Annotated[str, Query(alias="type", description="signup, magiclink, recovery or email_change.")],
    redirect_to: RedirectOf,
) -> Response:
    """Where the link of a mail leads: on to the site, with a session, a code or what went wrong."""
    return Response(status_code=303, headers={"Location": verifying.follow_link(token, type_, redirect_to)})


def _promise(delivery: Delivery) -> Response:
    """The answer goes first, so that how long a mail takes tells nobody whether one was sent."""
    answer = json_response({})
    answer.background = BackgroundTask(delivery.finish_quietly)
    return answer
