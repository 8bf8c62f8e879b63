"""Who asks, where proxies stand in front: the address that the outermost of our own proxies saw, and no other word."""

from __future__ import annotations

import ipaddress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send


class ProxyEdge:
    """Outermost of all. Each proxy of ours appends what it saw, so only so many entries from the right are believed."""

    def __init__(self, app: ASGIApp, trusted_count: int) -> None:
        self._app = app
        self._count = trusted_count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._count and scope["type"] == "http":
            headers = Headers(scope=scope)
            address = _read_address(_from_right(headers, "x-forwarded-for", self._count))
            if address is not None:
                scope["client"] = (address, 0)
            scheme = _from_right(headers, "x-forwarded-proto", self._count)
            if scheme in ("http", "https"):
                scope["scheme"] = scheme
        await self._app(scope, receive, send)


def _from_right(headers: Headers, name: str, count: int) -> str | None:
    """The entry of the outermost proxy. A proxy that sets instead of appending leaves one entry only, its own."""
    entries = [part.strip() for line in headers.getlist(name) for part in line.split(",") if part.strip()]
    if name == "x-forwarded-for" and len(entries) < count:
        return None  # somebody came by without our proxies: his own address counts
    return entries[-min(count, len(entries))] if entries else None


def _read_address(text: str | None) -> str | None:
    """An address without its port; None where it is none."""
    if text is None:
        return None
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
