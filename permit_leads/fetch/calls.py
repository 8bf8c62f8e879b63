"""A request as its caller meant it, and what becomes of it on a redirect."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx

from permit_leads.errors import SourceChanged
from permit_leads.fetch.walls import Expected
from permit_leads.fetch.wire import Answer
from permit_leads.page import PageKind

MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Call:
    """One request of one dataset; see PoliteClient.fetch for what the fields mean."""

    dataset_id: str
    method: str
    url: str
    body: str | None
    headers: Mapping[str, str]
    kind: PageKind
    min_spacing: float
    expected: Expected
    accept: frozenset[int]
    inspect: Callable[[bytes], None] | None
    cookies: httpx.Cookies | None = None

    @property
    def host(self) -> str:
        """The host that politeness counts."""
        return host_of(self.url)


def host_of(url: str) -> str:
    """Host and port as politeness counts them: the default ports are left out."""
    parts = urlsplit(url)
    name = (parts.hostname or "").lower()
    return name if parts.port in (None, 80, 443) else f"{name}:{parts.port}"


def redirected(call: Call, answer: Answer) -> Call:
    """The call at its new address. Headers of ours (tokens) stay behind when the host changes.

    A POST stays a POST on all but 303: our POSTs are queries that were too long for an address. A form posted with
    cookies is a browser's, and there the new address is fetched.

    Raises:
        SourceChanged: the new address is none, or not http(s), or a private one that a public host sends us to.
    """
    location = answer.headers.get("location", "")
    target = urldefrag(urljoin(call.url, location)).url
    if not location or urlsplit(target).scheme not in ("http", "https") or _is_private(target, call.url):
        raise SourceChanged(call.dataset_id, f"{call.host} redirects to {location!r}, where we do not go")
    headers = call.headers if host_of(target) == call.host else {}
    if answer.status == 303 or (call.cookies is not None and answer.status in (301, 302)):
        return replace(call, url=target, headers=headers, method="GET", body=None)
    return replace(call, url=target, headers=headers)


def _is_private(target: str, source: str) -> bool:
    """Whether a redirect leads from elsewhere to an address inside our own network."""
    host = urlsplit(target).hostname or ""
    if host == urlsplit(source).hostname:
        return False
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".internal", ".local"))
