"""Socrata SODA 2.1: count, pages in one fixed order, count again, and nothing believed that does not add up.

Rows have no order of their own, so every page asks for one that ends in the unique `:id`; the next page begins after
the rows received, never after the rows asked for. Count and newest `:updated_at` of the window, taken before and after,
tell whether anything was inserted, changed or deleted while we read.
Source: Socrata developer documentation, "Paging", "System fields", "Response codes".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import quote, urlencode, urlsplit

import polars as pl

from permit_leads.errors import SourceChanged, SourceRefused
from permit_leads.fetch.columns import gone
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.json_rows import count_objects, read_objects
from permit_leads.fetch.json_text import BrokenJson, member, parse, text_of
from permit_leads.fetch.moved import WindowMoved
from permit_leads.fetch.wire import Transient
from permit_leads.page import Page, PageKind, Window
from permit_leads.registry import Dataset

ROW_ID = ":id"
READ_HERE = frozenset({200, 400, 403, 404})
_DATED = re.compile(r"\d{4}-\d\d-\d\d(T|$)")


@dataclass(frozen=True, slots=True)
class Census:
    """How many rows the window holds, and when the newest of them was written."""

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
    """Count page, rows pages in order, count page.

    Raises:
        WindowMoved: the rows changed while they were read, or the server gave fewer or more than it counted.
        SourceChanged: a column is gone or was retyped.
    """
    where = where_clause(dataset, window)
    before, page = _census(dataset, client, where)
    yield page
    received = 0
    if before.count == 0 and where is not None:
        yield _checked_metadata(dataset, client)
    while received < before.count:
        page = _rows(dataset, client, where, received)
        if page.row_count == 0:
            break
        received += page.row_count
        yield page
    after, page = _census(dataset, client, where)
    yield page
    if not received == before.count == after.count or before.newest != after.newest:
        raise WindowMoved(dataset.id, before.count, received, after.count)


def where_clause(dataset: Dataset, window: Window) -> str | None:
    """The window in SoQL, whole local days; None asks for everything, also rows without a date.

    Raises:
        SourceChanged: the dates are written in a way that SoQL cannot compare.
    """
    parts = [f"({dataset.where})"] if dataset.where else []
    column = dataset.date_column
    if column is None or (window.since is None and window.until is None):
        return " AND ".join(parts) or None
    if dataset.date_kind not in ("floating_date", "iso_date"):
        reason = f"date_kind {dataset.date_kind} cannot be compared in SoQL ({column}); leave out date_column"
        raise SourceChanged(dataset.id, reason)
    if window.since is not None:
        parts.append(f"{column} >= '{_midnight(window.since)}'")
    if window.until is not None:
        parts.append(f"{column} < '{_midnight(window.until + timedelta(days=1))}'")
    return " AND ".join(parts)


def order_clause(dataset: Dataset) -> str:
    """Oldest day first, and within a day by the row's own id, so that no two pages can overlap."""
    columns = dataset.order or ((dataset.date_column,) if dataset.date_column else ())
    return ",".join((*(column for column in columns if column != ROW_ID), ROW_ID))


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00.000"


def _census(dataset: Dataset, client: PoliteClient, where: str | None) -> tuple[Census, Page]:
    filtered = {"$where": where} if where else {}
    page = _ask(dataset, client, "count", {"$select": "count(*) as n,max(:updated_at) as newest"} | filtered)
    if page.status == 400 and b":updated_at" in page.body:  # a portal that will not say when; the count alone must do
        page = _ask(dataset, client, "count", {"$select": "count(*) as n"} | filtered)
    first = next(iter(_array(_answered(dataset, client, page))), None)
    count = text_of(member(first, "n"))
    if count is None or not count.isdigit():
        raise SourceChanged(dataset.id, f"{page.url} gives no count: {page.body[:200]!r}")
    return Census(int(count), text_of(member(first, "newest"))), replace(page, expected_count=int(count))


def _rows(dataset: Dataset, client: PoliteClient, where: str | None, offset: int) -> Page:
    query = {"$order": order_clause(dataset), "$limit": str(dataset.page_size), "$offset": str(offset)}
    page = _ask(dataset, client, "rows", ({"$where": where} if where else {}) | query)
    return replace(page, row_count=count_objects(_answered(dataset, client, page).body))


def _ask(dataset: Dataset, client: PoliteClient, kind: PageKind, query: dict[str, str]) -> Page:
    """One query, repeated while its answer is cut. Error envelopes come back as pages."""
    token = client.socrata_app_token
    return client.fetch(
        dataset.id,
        "GET",
        f"{dataset.url}?{urlencode(query, safe='$:*(),', quote_via=quote)}",
        headers={"x-app-token": token} if token else None,
        kind=kind,
        min_spacing=dataset.spacing_seconds,
        accept=READ_HERE,
        inspect=_require_array,
    )


def _answered(dataset: Dataset, client: PoliteClient, page: Page) -> Page:
    """The page, if it is an answer and no error.

    Raises:
        SourceChanged, SourceRefused: the error that its envelope describes.
    """
    if page.status != 200:
        raise _error_of(dataset, client, page)
    return page


def _require_array(body: bytes) -> None:
    try:
        count_objects(body)
    except BrokenJson as error:
        raise Transient(f"a body that is no whole array ({error})") from error


def _array(page: Page) -> list[object]:
    value = parse(page.body)
    return value if isinstance(value, list) else []


def _error_of(dataset: Dataset, client: PoliteClient, page: Page) -> SourceChanged | SourceRefused:
    """What an error means: the query engine writes `errorCode`, the front end `code`, a private set neither."""
    answer = _envelope(page.body)
    code = text_of(member(answer, "errorCode")) or text_of(member(answer, "code")) or "no code"
    message = (text_of(member(answer, "message")) or "no message")[:300]
    if page.status == 403:
        return SourceRefused(dataset.id, f"the publisher refuses ({code}: {message}); it may have been made private")
    if code.endswith("no-such-column"):
        column = text_of(member(member(answer, "data"), "column")) or dataset.date_column or "of the query"
        return SourceChanged(dataset.id, gone(column, _columns(dataset, client), metadata_url(dataset)))
    return SourceChanged(dataset.id, f"HTTP {page.status} {code}: {message} ({page.url})")


def _envelope(body: bytes) -> object:
    try:
        return parse(body)
    except BrokenJson:
        return None


def metadata_url(dataset: Dataset) -> str:
    """Where the portal describes the dataset's columns."""
    parts = urlsplit(dataset.url)
    four_by_four = parts.path.rpartition("/")[2].partition(".")[0]
    return f"{parts.scheme}://{parts.netloc}/api/views/{four_by_four}.json"


def _columns(dataset: Dataset, client: PoliteClient) -> dict[str, str]:
    """Names and types of the columns as the portal has them now; empty when it will not say."""
    try:
        page = _metadata(dataset, client)
    except (SourceChanged, SourceRefused):
        return {}
    return _column_types(page)


def _metadata(dataset: Dataset, client: PoliteClient) -> Page:
    return client.fetch(dataset.id, "GET", metadata_url(dataset), kind="metadata", min_spacing=dataset.spacing_seconds)


def _column_types(page: Page) -> dict[str, str]:
    columns = member(_envelope(page.body), "columns")
    names = columns if isinstance(columns, list) else []
    return {
        text_of(member(column, "fieldName")) or "": text_of(member(column, "dataTypeName")) or "" for column in names
    }


def _checked_metadata(dataset: Dataset, client: PoliteClient) -> Page:
    """The metadata page of a window without rows: a date column that became text would look just the same.

    Raises:
        SourceChanged: the date column is gone or no longer a date.
    """
    page = _metadata(dataset, client)
    types = _column_types(page)
    column = dataset.date_column
    if column is not None and types and column not in types:
        raise SourceChanged(dataset.id, gone(column, types, metadata_url(dataset)))
    if column is not None and dataset.date_kind == "floating_date" and types.get(column) in ("text", "number"):
        reason = f"column {column} was retyped to {types[column]}; a window over it finds nothing; edit the source file"
        raise SourceChanged(dataset.id, reason)
    return page
