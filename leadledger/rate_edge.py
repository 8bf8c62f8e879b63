"""Counts every request before any work is done for it, and says in each answer what is left.

Who sends no token is counted by address. Who sends one that proved somebody here before is counted as that somebody;
until then by address, apart from those without a token, so that visitors of a page lock nobody out who signs in.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadledger.errors import AppError
from leadledger.rate_limits import Kind, RateLimits, TooManyRequests

# Probes must be told how it is; the identity provider counts for itself; of Stripe no event may be turned away.
UNCOUNTED = frozenset({"/health", "/readyz", "/api/supa-env-check", "/api/stripe/webhook"})
UNCOUNTED_BELOW = "/auth/v1/"
IPV6_SITE_BITS = 64


class Meter:
    """What one request was counted as."""

    def __init__(self, limits: RateLimits, headers: Mapping[str, str], address: str) -> None:
        self._limits = limits
        _, _, self._token = headers.get("authorization", "").partition(" ")
        known = limits.whose(self._token) if self._token else None
        self._counted: tuple[Kind, str] = known or ("unproven" if self._token else "address", address)
        self.standing = limits.spend(*self._counted)

    def prove(self, kind: Kind, identity: str) -> None:
        """Count the request as this somebody's, not as the address's.

        Raises:
            TooManyRequests: he has used up his minute.
        """
        if self._counted == (kind, identity):
            return
        self._limits.give_back(*self._counted)
        self._limits.remember(self._token, kind, identity)
        self._counted = (kind, identity)
        self.standing = self._limits.spend(kind, identity)
        if self.standing.is_refused:
            raise TooManyRequests(self.standing)


class RateEdge:
    """The middleware."""

    def __init__(self, app: ASGIApp, limits: RateLimits, answer: Callable[[Request, AppError], Response]) -> None:
        self._app = app
        self._limits = limits
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_uncounted(scope["path"]):
            await self._app(scope, receive, send)
            return
        meter = Meter(self._limits, Headers(scope=scope), address_of(scope))
        scope.setdefault("state", {})["meter"] = meter

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(meter.standing.headers())
            await send(message)

        if meter.standing.is_refused:
            refusal = self._answer(Request(scope), TooManyRequests(meter.standing))
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send_with_headers)


def address_of(scope: Scope) -> str:
    """The address that asks; of IPv6 the site, for one customer has a whole one."""
    host = scope["client"][0] if scope.get("client") else "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, IPV6_SITE_BITS), strict=False))
    return str(address)


def prove(request: Request, kind: Kind, identity: Any) -> None:
    """Tell the meter of this request, if it has one, who asks.

    Raises:
        TooManyRequests: he has used up his minute.
    """
    meter: Meter | None = getattr(request.state, "meter", None)
    if meter is not None:
        meter.prove(kind, str(identity))


def _is_uncounted(path: str) -> bool:
    return path in UNCOUNTED or path.startswith(UNCOUNTED_BELOW)
