"""Socrata SODA 2.1, or 3.0 where the source file says so (`soda3`): count, pages in one fixed order, count again, and
nothing believed that does not add up.

Rows have no order of their own, so every page asks for one that ends in the unique `:id`, and the next page begins
after the rows received, never after the rows asked for. Three things must then agree: the rows received, the different
`:id`s among them, and the count before and after; and no row may have a later `:updated_at` than before.
Source: Socrata developer documentation, "Paging", "System fields", "Response codes".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

import polars as pl

from permit_leads.errors import SourceChanged
from permit_leads.fetch import soda3
from permit_leads.fetch.beyond import is_replaced, left
from permit_leads.fetch.distinct import DistinctIds
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.json_rows import count_objects, read_objects
from permit_leads.fetch.json_text import BrokenJson, member, parse, text_of
from permit_leads.fetch.moved import WindowMoved
from permit_leads.fetch.socrata_errors import checked_metadata, error_of, is_error
from permit_leads.fetch.soql import order_clause, where_clause
from permit_leads.fetch.wire import Transient
from permit_leads.page import Page, PageKind, Window
from permit_leads.registry import Dataset

READ_HERE = frozenset({200, 400, 401, 403, 404})
# One row a line, its id first: as portals write them. Found in half the time that ids anywhere take.
_FIRST_ID = re.compile(rb'\[\{":id":("[^"\\]*")')
_NEXT_ID = re.compile(rb'\n,\{":id":("[^"\\]*")')
_ROW_ID = re.compile(rb'":id":("(?:[^"\\]|\\.)*"|\d+)')


@dataclass(frozen=True, slots=True)
class Census:
    """How many rows the window holds, and when the newest of them was written (None: the portal will not say)."""

    count: int
    newest: str | None


def read_rows(dataset: Dataset, body: bytes, media_type: str) -> pl.DataFrame:
    """The page's rows in order; a column that no row fills is not there, as Socrata leaves out nulls."""
    del media_type
    try:
        return read_objects(dataset.id, body)
    except BrokenJson as error:
        raise SourceChanged(dataset.id, f"a page cannot be read: {error}") from error


def fetch_pages(dataset: Dataset, window: Window, client: PoliteClient) -> Iterator[Page]:
    """Count page, rows pages in order, count page; for an empty window the metadata page in place of rows.

    Raises:
        WindowMoved: the rows changed while they were read, or the server gave others than it counted.
        SourceChanged: a column is gone or was retyped.
    """
    where = where_clause(dataset, window)
    soda3.say_if_tokenless(dataset, client)
    before, page = _census(dataset, client, where)
    if is_replaced(dataset, window, before.count):
        yield left(page, before.count)
        return
    yield page
    is_days = where is not None and window.touched_since is None
    if before.count == 0 and is_days and (metadata := checked_metadata(dataset, client)) is not None:
        yield metadata
    pager = Pager(dataset, client, where)
    yield from pager.pages(before.count)
    after, page = _census(dataset, client, where)
    yield page
    if not before.count == pager.received == pager.distinct == after.count or before.newest != after.newest:
        raise WindowMoved(dataset.id, before.count, pager.received, pager.distinct, after.count)


class Pager:
    """Walks through the rows of one window."""

    def __init__(self, dataset: Dataset, client: PoliteClient, where: str | None) -> None:
        self.received = 0
        self._dataset = dataset
        self._client = client
        self._ids: DistinctIds | None = DistinctIds()
        self._query = {"$select": ":*,*"} | ({"$where": where} if where else {}) | {"$order": order_clause(dataset)}

    @property
    def distinct(self) -> int:
        """Different rows among those received; where the portal shows no ids, all are taken to be."""
        return self.received if self._ids is None else self._ids.count

    def pages(self, count: int) -> Iterator[Page]:
        """Rows pages until as many rows came as were counted, or none come any more."""
        while self.received < count:
            page = self._next()
            if page.row_count == 0:
                return
            self.received += page.row_count
            yield page

    def _next(self) -> Page:
        page = self._ask()
        if page.status == 400 and "$select" in self._query:  # portals differ in what they let us select
            del self._query["$select"]
            page = self._ask()
        _require_answer(self._dataset, self._client, page)
        page = replace(page, row_count=count_objects(page.body))
        self._note_ids(page)
        return page

    def _ask(self) -> Page:
        bounds = {"$limit": str(self._dataset.page_size), "$offset": str(self.received)}
        return _ask(self._dataset, self._client, "rows", self._query | bounds)

    def _note_ids(self, page: Page) -> None:
        ids = row_ids(page.body, page.row_count)
        if len(ids) != page.row_count:
            self._ids = None
            self._client.on_event("fetch.no_row_ids", source=self._dataset.id, url=page.url)
        elif self._ids is not None:
            self._ids.add(ids)


def row_ids(body: bytes, row_count: int) -> list[bytes]:
    """The `:id` of each row as JSON has it; another number of them than rows where the portal shows none."""
    first = _FIRST_ID.match(body)
    ids = [first[1], *_NEXT_ID.findall(body)] if first else []
    return ids if len(ids) == row_count else _ROW_ID.findall(body)


def _census(dataset: Dataset, client: PoliteClient, where: str | None) -> tuple[Census, Page]:
    filtered = {"$where": where} if where else {}
    page = _ask(dataset, client, "count", {"$select": "count(*) as n,max(:updated_at) as newest"} | filtered)
    if page.status == 400 and b":updated_at" in page.body:  # the count alone must do
        page = _ask(dataset, client, "count", {"$select": "count(*) as n"} | filtered)
    _require_answer(dataset, client, page)
    answer = parse(page.body)
    first = answer[0] if isinstance(answer, list) and answer else None
    count = text_of(member(first, "n")) or ""
    if not count.isdigit():
        raise SourceChanged(dataset.id, f"{page.url} gives no count: {page.body[:200]!r}")
    return Census(int(count), text_of(member(first, "newest"))), replace(page, expected_count=int(count))


def _require_answer(dataset: Dataset, client: PoliteClient, page: Page) -> None:
    """Raises the error that the page carries, if it carries one."""
    if is_error(page):
        raise error_of(dataset, client, page)


def _ask(dataset: Dataset, client: PoliteClient, kind: PageKind, query: dict[str, str]) -> Page:
    """One query, repeated while its answer is cut. Error envelopes come back as pages."""
    token = client.socrata_app_token
    is_post = soda3.is_spoken(dataset, client)
    address = f"{dataset.url}?{urlencode(query, safe='$:*(),', quote_via=quote)}"
    return client.fetch(
        dataset.id,
        "POST" if is_post else "GET",
        soda3.address_of(dataset) if is_post else address,
        body=soda3.body_of(query) if is_post else None,
        headers=({"x-app-token": token} if token else {}) | (soda3.HEADERS if is_post else {}),
        kind=kind,
        min_spacing=dataset.spacing_seconds,
        accept=READ_HERE,
        inspect=_require_whole,
    )


def _require_whole(body: bytes) -> None:
    if body.endswith((b"}\n]\n", b"[]\n")) or body[:64].lstrip()[:1] != b"[":
        return
    try:
        count_objects(body)
    except BrokenJson as error:
        raise Transient(f"a body that is no whole array ({error})") from error
