"""CKAN datastores: what the resource says of itself, a count, pages in one fixed order, and both again.

`_id` numbers the rows of one load, so it orders pages but names no permit. A plain search pages by offset: after each
page the rows at its seam are asked for once more, because rows gone from earlier pages would move later ones past us.
Where the portal lets everybody use SQL (`sql_search`), each page begins above the last `_id` and days can be chosen.
Source: ckan/ckan, ckanext/datastore/logic/action.py (read 2026-08-20).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from permit_leads.errors import SourceChanged
from permit_leads.fetch.ckan_action import ROWS_MAX, Portal, Result, ids_of, require_columns
from permit_leads.fetch.ckan_rows import read_records
from permit_leads.fetch.ckan_sql import SqlSearch
from permit_leads.fetch.distinct import DistinctIds
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.json_text import BrokenJson
from permit_leads.fetch.moved import WindowMoved
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset


def read_rows(dataset: Dataset, body: bytes, media_type: str) -> pl.DataFrame:
    """The page's records in order, one column a field of the resource, also where it is empty."""
    del media_type
    try:
        return read_records(dataset.id, body)
    except BrokenJson as error:
        raise SourceChanged(dataset.id, f"a page cannot be read: {error}") from error


def fetch_pages(dataset: Dataset, window: Window, client: PoliteClient) -> Iterator[Page]:
    """Metadata page, count page, rows pages, count page, metadata page. Without `sql_search` all rows come.

    Raises:
        WindowMoved: rows were loaded, added or deleted while they were read.
        SourceChanged: the resource or one of its columns is gone.
    """
    portal = Portal(dataset, client)
    page, before = portal.ask("metadata", "resource_show", {"id": portal.resource_id})
    yield page
    yield from (SqlSearch(portal, window) if dataset.sql_search else Search(portal)).pages()
    page, after = portal.ask("metadata", "resource_show", {"id": portal.resource_id})
    yield page
    loads = [result.get("last_modified") for result in (before, after)]
    if loads[0] != loads[1]:
        raise SourceReloaded(dataset.id, *map(str, loads))


class SourceReloaded(WindowMoved):
    """The publisher put up new rows while the old ones were read."""

    def __init__(self, dataset_id: str, before: str, after: str) -> None:
        SourceChanged.__init__(
            self, dataset_id, f"the resource was loaded anew while it was read (last_modified {before}, then {after})"
        )


class Search:
    """Reads a whole resource by `datastore_search`."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._dataset = portal.dataset
        self._received = 0
        self._last_id: str | None = None
        self._ids = DistinctIds()

    def pages(self) -> Iterator[Page]:
        """Count, rows, count."""
        before, page = self._count()
        yield page
        while self._received < before:
            page = self._next()
            if page.row_count == 0:
                break
            yield page
        after, page = self._count()
        yield page
        if not before == self._received == self._ids.count == after:
            raise WindowMoved(self._dataset.id, before, self._received, self._ids.count, after)

    def _count(self) -> tuple[int, Page]:
        page, result = self._ask("count", {"limit": "0"})
        total = result.get("total")
        if not isinstance(total, int) or result.get("total_was_estimated"):
            raise SourceChanged(self._dataset.id, f"{page.url} gives no exact total: {page.body[:200]!r}")
        require_columns(self._dataset, result)
        return total, replace(page, expected_count=total)

    def _next(self) -> Page:
        bounds = {"limit": str(min(self._dataset.page_size, ROWS_MAX)), "offset": str(self._received)}
        page, result = self._ask("rows", bounds | {"sort": self._sort})
        ids = ids_of(self._dataset, page, result)
        if ids and self._last_id is not None:
            self._require_seam([self._last_id, ids[0]])
        if ids:
            self._last_id = ids[-1]
        self._ids.add(ids)
        self._received += len(ids)
        return replace(page, row_count=len(ids))

    @property
    def _sort(self) -> str:
        columns = [column for column in self._dataset.order if column != "_id"]
        return ", ".join([*(f'"{column}"' for column in columns), "_id"])

    def _require_seam(self, expected: list[str]) -> None:
        """The last row of one page and the first of the next must stand side by side."""
        bounds = {"limit": "2", "offset": str(self._received - 1), "fields": "_id", "sort": self._sort}
        page, result = self._ask("count", bounds)
        if ids_of(self._dataset, page, result) != expected:
            seen = self._received
            raise WindowMoved(self._dataset.id, seen, seen, self._ids.count, int(result.get("total") or 0))

    def _ask(self, kind: str, parameters: dict[str, str]) -> tuple[Page, Result]:
        filters = {"filters": self._dataset.where} if self._dataset.where else {}
        asked = {"resource_id": self._portal.resource_id} | filters | parameters
        return self._portal.ask("rows" if kind == "rows" else "count", "datastore_search", asked)
