"""Ask for a file only if it has changed: ETag and Last-Modified, sent back to the server that gave them.

A 304 says that the page we have is still the file. Then the archived bytes stand for it, as if they had come again: no
run ever takes "unchanged" for "no rows". Source: RFC 9110 sections 8.8 and 13.1.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from permit_leads.errors import SourceChanged
from permit_leads.fetch.http import NOT_MODIFIED, ONLY_OK, PoliteClient
from permit_leads.fetch.retry import http_date
from permit_leads.fetch.walls import Expected
from permit_leads.page import KnownPage, KnownPages, Page
from permit_leads.registry import Dataset

BELIEVED = timedelta(days=7)  # a server that has answered 304 for so long is asked for the whole file once more
# A file changed twice within a second or so has one Last-Modified for two contents (RFC 9110 section 8.8.2.2).
SETTLED = timedelta(seconds=60)
# Servers and CDNs append these to the tag of a compressed answer, and some then do not know the tag any more.
_CODING = re.compile(r'-{1,3}gzip(?=")')


def fetch_file(dataset: Dataset, url: str, client: PoliteClient, memory: KnownPages | None, expected: Expected) -> Page:
    """The file at an address; when the server says it has not changed, with the bytes of the page we know.

    Such a page keeps status 304, and the headers of both answers.

    Raises:
        SourceRefused, SourceChanged, SourceUnavailable: as PoliteClient.fetch.
    """
    known = memory.known(dataset.id, url) if memory else None
    conditions = conditions_of(known, client.now()) if known else {}
    body = memory.body(known.page_sha256) if memory and known and conditions else None
    if known is None or body is None:
        return _ask(dataset, url, client, {}, expected)
    page = _ask(dataset, url, client, conditions, expected)
    if page.status != NOT_MODIFIED:
        return page
    if not is_same_tag(known.headers.get("etag"), page.headers.get("etag")):
        client.on_event("fetch.odd_304", source=dataset.id, url=url, sent=known.headers.get("etag"))
        return _ask(dataset, url, client, {}, expected)
    client.on_event("fetch.not_modified", source=dataset.id, url=url, since=known.whole_at)
    return replace(page, body=body, media_type=known.media_type, headers={**known.headers, **page.headers})


def conditions_of(known: KnownPage, now: datetime) -> dict[str, str]:
    """The headers that ask for the file only if it is another one than we have; none when ours is not to be relied on.

    A Last-Modified in the future, or of the minute of its answer, says nothing about a later change.
    """
    if now - known.whole_at > BELIEVED:
        return {}
    conditions = {}
    if tag := known.headers.get("etag"):
        conditions["if-none-match"] = ", ".join(dict.fromkeys((tag, _CODING.sub("", tag))))
    modified = known.headers.get("last-modified", "")
    day = http_date(modified)
    if day is not None and day + SETTLED < (http_date(known.headers.get("date", "")) or known.whole_at):
        conditions["if-modified-since"] = modified
    return conditions


def is_same_tag(ours: str | None, theirs: str | None) -> bool:
    """Whether a 304 speaks of our page: its tag, if it gives one, is ours, weak or strong, compressed or not."""
    if theirs is None or ours is None:
        return True
    return _plain(ours) == _plain(theirs)


def _plain(tag: str) -> str:
    stripped = tag.strip().removeprefix("W/")
    while stripped != (shorter := _CODING.sub("", stripped)):
        stripped = shorter
    return stripped


def _ask(dataset: Dataset, url: str, client: PoliteClient, conditions: dict[str, str], expected: Expected) -> Page:
    page = client.fetch(
        dataset.id,
        "GET",
        url,
        headers=conditions,
        kind="rows",
        min_spacing=dataset.spacing_seconds,
        expected=expected,
        accept=ONLY_OK | {NOT_MODIFIED} if conditions else ONLY_OK,
    )
    if page.status == NOT_MODIFIED and not conditions:
        raise SourceChanged(dataset.id, f"{url} answers 304 although nothing was asked of its age")
    return page
