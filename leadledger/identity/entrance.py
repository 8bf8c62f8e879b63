"""What stands before the provider's routes: the project's key, and how often one address may come."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Header, Query, Request

from leadledger.identity.failures import IdentityError
from leadledger.identity.limits import SLOW_REFILL_PER_SECOND, RateLimit
from leadledger.identity.mailing import MailFlows
from leadledger.identity.provider import IdentityProvider
from leadledger.identity.verifying import Verifying


class Limits:
    """The buckets of one application, a kind each; every address has `burst` tries at once."""

    def __init__(self, burst: int) -> None:
        self.tokens = RateLimit(burst)
        self.verifying = RateLimit(burst, refill_per_second=SLOW_REFILL_PER_SECOND)
        self.mail = RateLimit(burst, refill_per_second=SLOW_REFILL_PER_SECOND)


def require_api_key(request: Request) -> None:
    """What Supabase's gateway checks before GoTrue sees a request.

    Raises:
        IdentityError: no key, or not this project's.
    """
    given = request.headers.get("apikey") or request.query_params.get("apikey")
    if given is None:
        raise IdentityError(401, "no_authorization", "No API key found in request")
    keys: tuple[str, ...] = request.app.state.api_keys
    if not any(hmac.compare_digest(given.encode(), key.encode()) for key in keys):
        raise IdentityError(401, "no_authorization", "Invalid API key")


def limit_rate(request: Request) -> None:
    """One of this address's tries at passwords and tokens.

    Raises:
        IdentityError: it has none left (429).
    """
    _limits(request).tokens.spend(_address(request))


def limit_verifying(request: Request) -> None:
    """One of its tries at what a mail carried; raises likewise."""
    _limits(request).verifying.spend(_address(request))


def limit_mail(request: Request) -> None:
    """One of the mails it may ask for; raises likewise."""
    _limits(request).mail.spend(_address(request))


def get_provider(request: Request) -> IdentityProvider:
    """The provider of this application."""
    provider: IdentityProvider = request.app.state.provider
    return provider


def get_flows(request: Request) -> MailFlows:
    """What it does by mail."""
    flows: MailFlows = request.app.state.flows
    return flows


def get_verifying(request: Request) -> Verifying:
    """What takes back what a mail carried."""
    verifying: Verifying = request.app.state.verifying
    return verifying


def get_token(request: Request) -> str | None:
    """The bearer token as sent, unchecked; None when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def get_redirect(
    redirect_to: Annotated[str | None, Query(description="Page to lead to in the end.")] = None,
    redirect_header: Annotated[str | None, Header(alias="redirect_to", include_in_schema=False)] = None,
) -> str | None:
    """Where the client wants a mail's link to lead, unchecked; GoTrue reads a header of that name too."""
    return redirect_to or redirect_header


def _limits(request: Request) -> Limits:
    limits: Limits = request.app.state.limits
    return limits


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


ProviderOf = Annotated[IdentityProvider, Depends(get_provider)]
FlowsOf = Annotated[MailFlows, Depends(get_flows)]
VerifyingOf = Annotated[Verifying, Depends(get_verifying)]
TokenOf = Annotated[str | None, Depends(get_token)]
RedirectOf = Annotated[str | None, Depends(get_redirect)]
