"""A page: one response of a publisher, exactly as its bytes came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

PageKind = Literal["rows", "count", "metadata", "index"]


@dataclass(frozen=True, slots=True)
class Window:
    """Publisher's calendar days to bring in, both ends included; None is open.

    `touched_since` adds the rows of all other days that their publisher has written since that day (UTC).
    """

    since: date | None
    until: date | None
    touched_since: date | None = None


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page that an earlier run relied on; `whole_at` is when its bytes last came, not when a 304 stood for them."""

    page_sha256: str
    headers: Mapping[str, str]
    media_type: str
    whole_at: datetime


class KnownPages(Protocol):
    """What earlier runs have fetched and archived."""

    def known(self, dataset_id: str, url: str) -> KnownPage | None:
        """The newest page of that address that a run relied on."""

    def body(self, page_sha256: str) -> bytes | None:
        """Its bytes, if the archive still has them whole."""


@dataclass(frozen=True, slots=True)
class Page:
    """One response as received: request, status, headers, body bytes, and the instant (UTC) it was complete.

    `row_count` is the number of records in a `rows` page; `expected_count` is what a `count` page says the
    whole window holds. `note` carries what a simulator says of itself (`X-Simulated-Publisher`), else None.
    `is_beyond` marks rows of days outside of the window, which came because their publisher has touched them;
    `left_count` is how many of those a run leaves unread.
    """

    kind: PageKind
    url: str
    method: str
    request_body: str | None
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    elapsed_ms: int
    row_count: int = 0
    expected_count: int | None = None
    note: str | None = None
    media_type: str = field(default="application/json")
    is_beyond: bool = False
    left_count: int = 0
