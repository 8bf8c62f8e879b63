"""GoTrue's addresses, in front of the provider."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response

from leadledger import VERSION
from leadledger.errors import AppError
from leadledger.identity import mail_routes
from leadledger.identity.bodies import SignUpBody, TokenAnswer, TokenBody, UserAnswer, UserBody
from leadledger.identity.entrance import (
    FlowsOf,
    Limits,
    ProviderOf,
    RedirectOf,
    TokenOf,
    limit_rate,
    require_api_key,
)
from leadledger.identity.failures import IdentityError, answer_error
from leadledger.identity.mailing import MailFlows
from leadledger.identity.provider import IdentityProvider
from leadledger.identity.verifying import Verifying
from leadledger.middleware import FailureEdge
from leadledger.responses import json_response

JWKS_MAX_AGE = {"Cache-Control": "public, max-age=600"}


def build_identity_app(
    provider: IdentityProvider, flows: MailFlows, verifying: Verifying, api_keys: Sequence[str], burst: int
) -> FastAPI:
    """The provider's own application, to be mounted at /auth/v1. Each address has `burst` tries at once."""
    app = FastAPI(
        title="LeadLedgerPro identity",
        version=VERSION,
        middleware=[Middleware(FailureEdge, answer=_answer_app_error)],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.provider = provider
    app.state.api_keys = tuple(api_keys)
    app.state.flows = flows
    app.state.verifying = verifying
    app.state.limits = Limits(burst)
    for router in (open_routes, keyed_routes, mail_routes.open_routes, mail_routes.keyed_routes):
        app.include_router(router)
    app.add_exception_handler(IdentityError, _answer_identity_error)
    app.add_exception_handler(AppError, _answer_app_error)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)
    return app


open_routes = APIRouter()
keyed_routes = APIRouter(dependencies=[Depends(require_api_key)])
LIMITED = [Depends(limit_rate)]


@open_routes.get("/.well-known/jwks.json")
def get_jwks(provider: ProviderOf) -> Response:
    """The public keys its tokens are signed with."""
    return json_response(provider.public_keys(), headers=JWKS_MAX_AGE)


@open_routes.get("/health")
def get_identity_health() -> Response:
    """That it is there, and what it stands in for."""
    description = "LeadLedgerPro's embedded provider, compatible with GoTrue for e-mail"
    return json_response({"version": f"v{VERSION}", "name": "GoTrue", "description": description})


@keyed_routes.get("/settings")
def get_settings(provider: ProviderOf) -> Response:
    """Which ways of signing in there are, and whether an address counts as confirmed at once."""
    settings = {
        "external": {"email": True, "phone": False, "anonymous_users": False},
        "disable_signup": False,
        "mailer_autoconfirm": provider.confirms_at_once,
        "phone_autoconfirm": False,
        "sms_provider": "",
        "saml_enabled": False,
    }
    return json_response(settings)


@keyed_routes.post("/signup", dependencies=LIMITED, response_model=TokenAnswer | UserAnswer)
def sign_up(body: SignUpBody, flows: FlowsOf, redirect_to: RedirectOf) -> Response:
    """A new user: signed in at once, or waiting for the confirmation that was mailed."""
    return json_response(flows.sign_up(body, redirect_to))


@keyed_routes.post("/token", dependencies=LIMITED, response_model=TokenAnswer)
def issue_token(
    body: TokenBody,
    provider: ProviderOf,
    grant_type: Annotated[str, Query(description="password, refresh_token or pkce")] = "",
) -> Response:
    """Tokens for a password, a refresh token, or the code of a mail's link."""
    if grant_type == "password":
        return json_response(provider.sign_in(body))
    if grant_type == "refresh_token":
        return json_response(provider.refresh(body))
    if grant_type == "pkce":
        return json_response(provider.exchange_code(body))
    raise IdentityError(400, "invalid_credentials", "unsupported_grant_type")


@keyed_routes.get("/user", response_model=UserAnswer)
def get_user(provider: ProviderOf, token: TokenOf) -> Response:
    """The user of this access token."""
    return json_response(provider.current_user(token).as_gotrue())


@keyed_routes.put("/user", dependencies=LIMITED, response_model=UserAnswer)
def update_user(body: UserBody, flows: FlowsOf, token: TokenOf, redirect_to: RedirectOf) -> Response:
    """Change password, metadata or address."""
    return json_response(flows.update_user(token, body, redirect_to).as_gotrue())


@keyed_routes.post("/logout", status_code=204)
def sign_out(
    provider: ProviderOf, token: TokenOf, scope: Annotated[str, Query(description="global, local or others")] = "global"
) -> Response:
    """End sessions."""
    provider.sign_out(token, scope)
    return Response(status_code=204)


def _answer_identity_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, IdentityError)
    return answer_error(request, error)


def _answer_app_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    code = "unexpected_failure" if error.status >= 500 else "validation_failed"
    return answer_error(request, IdentityError(error.status, code, error.message, headers=error.headers))


def _answer_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = "bad_json" if error.status_code == 400 else "validation_failed"
    return answer_error(request, IdentityError(error.status_code, code, str(error.detail), headers=error.headers))


def _answer_validation_error(request: Request, error: Exception) -> Response:
    """GoTrue answers 400 to a body it cannot read; the value itself is never repeated, it may be a password."""
    assert isinstance(error, RequestValidationError)
    problem = error.errors()[0]
    code = "validation_failed" if problem["type"] == "value_error" else "bad_json"
    place = ".".join(str(part) for part in problem["loc"])
    message = str(problem["msg"]).removeprefix("Value error, ")
    return answer_error(request, IdentityError(400, code, f"Could not parse request body: {place}: {message}"))
