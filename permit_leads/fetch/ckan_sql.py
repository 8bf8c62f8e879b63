"""A datastore read by SQL: some days only, and each page begins above the highest `_id` seen.

`select *` would bring the search index of every row along, so columns are named; names are quoted, or PostgreSQL would
fold them to lower case. The portal wraps what it is given and cuts it at its own bound, which says `records_truncated`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from permit_leads.errors import SourceChanged
from permit_leads.fetch.ckan_action import ROWS_MAX, Portal, Result, require_columns
from permit_leads.fetch.distinct import DistinctIds
from permit_leads.fetch.moved import WindowMoved
from permit_leads.page import Page, PageKind, Window
from permit_leads.registry import Dataset

COMPARABLE = ("iso_date", "floating_date")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE_TYPES = ("date", "timestamp")


def statement(name: str, **parts: object) -> str:
    """A statement of ckan_sql.sql in one line, its parts filled in."""
    text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    block = text.partition(f"-- {name} --\n")[2].partition("\n\n")[0]
    lines = [line for line in block.splitlines() if not line.startswith("--")]
    return " ".join(" ".join(lines).split()).format(**parts)


def quoted(name: str) -> str:
    """A name as PostgreSQL takes it, whatever signs are in it."""
    return '"' + name.replace('"', '""') + '"'


def where_clause(dataset: Dataset, window: Window) -> str:
    """Whole days of the publisher, both ends included; "true" asks for everything, also for rows without a date.

    Raises:
        SourceChanged: the dates are written in a way that does not sort.
    """
    parts = [f"({dataset.where})"] if dataset.where else []
    column = dataset.date_column
    if column is not None and (window.since or window.until):
        if dataset.date_kind not in COMPARABLE:
            reason = f"dates written as {dataset.date_kind} do not sort as text; take date_column {column} out"
            raise SourceChanged(dataset.id, reason)
        if window.since is not None:
            parts.append(f"{quoted(column)} >= '{window.since}'")
        if window.until is not None:
            parts.append(f"{quoted(column)} < '{window.until + timedelta(days=1)}'")
    return " AND ".join(parts) or "true"


class SqlSearch:
    """Reads the days of a window by `datastore_search_sql`."""

    def __init__(self, portal: Portal, window: Window) -> None:
        self._portal = portal
        self._dataset = portal.dataset
        self._table = quoted(portal.resource_id)
        self._where = where_clause(portal.dataset, window)
        self._columns: list[str] = []
        self._received = 0
        self._last_id = -1
        self._ids = DistinctIds()

    def pages(self) -> Iterator[Page]:
        """Columns, count, rows, count."""
        page, types = self._describe()
        yield page
        before, newest, page = self._count()
        yield page
        if before == 0:
            yield from self._checked_dates(types)
        yield from self._rows(before)
        after, newest_after, page = self._count()
        yield page
        if not before == self._received == self._ids.count == after or newest != newest_after:
            raise WindowMoved(self._dataset.id, before, self._received, self._ids.count, after)

    def _describe(self) -> tuple[Page, dict[str, str]]:
        asked = {"resource_id": self._portal.resource_id, "limit": "0"}
        page, result = self._portal.ask("metadata", "datastore_search", asked)
        types = require_columns(self._dataset, result)
        self._columns = [name for name in types if name not in ("_id", "_full_text")]
        return page, types

    def _count(self) -> tuple[int, str, Page]:
        query = statement("count", table=self._table, where=self._where)
        page, result = self._ask("count", query)
        first = _first(result)
        count = str(first.get("n"))
        if not count.isdigit():
            raise SourceChanged(self._dataset.id, f"{page.url} gives no count: {page.body[:200]!r}")
        return int(count), str(first.get("newest")), replace(page, expected_count=int(count))

    def _rows(self, count: int) -> Iterator[Page]:
        while self._received < count:
            page, ids = self._next()
            if not ids:
                return
            self._received += len(ids)
            self._ids.add([str(one) for one in ids])
            self._last_id = ids[-1]
            yield replace(page, row_count=len(ids))

    def _next(self) -> tuple[Page, list[int]]:
        names = ", ".join(map(quoted, ["_id", *self._columns]))
        limit = min(self._dataset.page_size, ROWS_MAX)
        query = statement(
            "page", columns=names, table=self._table, where=self._where, last_id=self._last_id, limit=limit
        )
        page, result = self._ask("rows", query)
        ids = [int(one["_id"]) for one in result.get("records", [])]
        if ids != sorted(ids) or (ids and ids[0] <= self._last_id):
            raise SourceChanged(
                self._dataset.id, f"{page.url[:200]} does not keep the order of _id; take sql_search out"
            )
        return page, ids

    def _checked_dates(self, types: dict[str, str]) -> Iterator[Page]:
        """No row in the window: look whether the dates are still written in a way that compares.

        Raises:
            SourceChanged: they are not, so that a window finds nothing whatever is there.
        """
        column = self._dataset.date_column
        if column is None or types.get(column, "").startswith(_DATE_TYPES):
            return
        query = statement("newest", column=quoted(column), table=self._table)
        page, result = self._ask("metadata", query)
        yield page
        newest = _first(result).get("newest")
        if newest is not None and not _ISO_DAY.match(str(newest)):
            reason = f"column {column} was retyped: it is {types.get(column)} and says {str(newest)[:40]!r}, where a "
            reason += "window finds nothing; expected days such as 2026-03-08; edit the source file"
            raise SourceChanged(self._dataset.id, reason)

    def _ask(self, kind: PageKind, query: str) -> tuple[Page, Result]:
        return self._portal.ask(kind, "datastore_search_sql", {"sql": query})


def _first(result: Result) -> Result:
    records = result.get("records")
    return records[0] if isinstance(records, list) and records and isinstance(records[0], dict) else {}
