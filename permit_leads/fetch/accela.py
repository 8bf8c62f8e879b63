"""Accela Citizen Access: searched by days, in windows small enough that the portal counts them to the end.

The counter of a result saturates ("100+"): it is a lower bound and never a total. A window counts as read only when the
last of its pages has no "Next" and an exact counter that equals the rows received.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from permit_leads.errors import SourceChanged, SourceUnavailable
from permit_leads.fetch.accela_grid import Grid, grid_of, rows_of_grid
from permit_leads.fetch.accela_report import report_pages
from permit_leads.fetch.asking import days_of, halves_of, parts_of, require_days
from permit_leads.fetch.columns import gone
from permit_leads.fetch.html_grid import parse_html
from permit_leads.fetch.html_tables import text_of_page
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.moved import PagesMoved
from permit_leads.fetch.webforms import FormPage, SessionLost, Visit
from permit_leads.fetch.workbook import read_rows as read_workbook
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset
from permit_leads.registry_portals import Accela

SESSIONS = 3
MAX_PAGES = 2_000
WIDEST_DAYS = 512


def read_rows(dataset: Dataset, body: bytes, media_type: str) -> pl.DataFrame:
    """The records of a result page, or of a report's workbook."""
    if rules_of(dataset).kind == "report":
        return read_workbook(dataset, body, media_type)
    return rows_of_grid(dataset, parse_html(text_of_page(dataset, body)), body)


def fetch_pages(dataset: Dataset, window: Window, client: PoliteClient) -> Iterator[Page]:
    """The search form and the result pages of each window, or the report's form and its workbook.

    Raises:
        WindowMoved: records came or went while a result was read.
        SourceChanged: the form or the list is not what it was, or one day has more records than the portal lists.
        SourceUnavailable: the portal lost its session again and again.
    """
    for part in parts_of(dataset, window):
        since, until = days_of(dataset, part)
        if rules_of(dataset).kind == "report":
            yield from report_pages(dataset, Window(since, until), client)
        else:
            yield from _searched(Search(dataset, client), since, until)


def rules_of(dataset: Dataset) -> Accela:
    """What the source file says of this portal; the registry lets no dataset through without it."""
    return dataset.accela or Accela()


def _searched(search: Search, since: date, until: date) -> Iterator[Page]:
    found = search.read(since, until, is_through=since == until)
    if found.is_single:
        found = search.read_around(since, until)
    if found.is_complete:
        yield from found.pages
    elif since == until:
        reason = (
            f"the portal lists {found.received} records of {since} and says there are more; it cannot be read whole"
        )
        raise SourceChanged(search.dataset.id, reason)
    else:
        for half in halves_of(since, until):
            yield from _searched(search, *days_of(search.dataset, half))


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to; `is_single`: the portal showed the one record instead of a list."""

    pages: list[Page]
    received: int
    is_complete: bool
    is_single: bool = False


class Search:
    """Asks for the records of some days; starts over with a new session when the portal loses the old one."""

    def __init__(self, dataset: Dataset, client: PoliteClient) -> None:
        self.dataset = dataset
        self._client = client
        self._rules = rules_of(dataset)

    def read(self, since: date, until: date, *, is_through: bool) -> Found:
        """All pages of a result; of one too long to be counted only the first, unless `is_through`."""
        for _ in range(SESSIONS):
            try:
                return self._read_once(since, until, is_through=is_through)
            except SessionLost as lost:
                self._client.on_event("fetch.session_lost", source=self.dataset.id, reason=str(lost))
        reason = f"the portal showed its error page in {SESSIONS} sessions, for {since} to {until}"
        raise SourceUnavailable(self.dataset.id, reason)

    def read_around(self, since: date, until: date) -> Found:
        """The list of a longer window, where the window has one record only, which the portal does not list."""
        days = 1
        while days <= WIDEST_DAYS:
            found = self.read(since - timedelta(days=days), until, is_through=True)
            if not found.is_single:
                return found
            days *= 2
        reason = f"the only record of {since} to {until} is not listed, nor with {WIDEST_DAYS} days before it"
        raise SourceChanged(self.dataset.id, reason)

    def _read_once(self, since: date, until: date, *, is_through: bool) -> Found:
        visit = Visit(self.dataset, self._client)
        form = visit.open(self.dataset.url)
        result = visit.post(form, self._question(since, until), self._rules.button, "rows")
        if result.path.endswith("/capdetail.aspx"):
            return Found([form.page, replace(result.page, kind="index")], 1, is_complete=False, is_single=True)
        grid = grid_of(self.dataset, result.html, result.page.body)
        if grid.is_saturated and not is_through:
            return Found([], grid.rows.height, is_complete=False)
        grids, pages = self._follow(visit, result, grid)
        self._require_honest(grids, since, until)
        if grid.is_saturated:
            again = visit.post(form, self._question(since, until), self._rules.button, "count")
            if not grid_of(self.dataset, again.html, again.page.body).rows.equals(grid.rows):
                raise PagesMoved(
                    self.dataset.id, f"the first page of {since} to {until} changed while others were read"
                )
            pages.append(again.page)
        received = sum(grid.rows.height for grid in grids)
        return Found([form.page, *pages], received, is_complete=not grids[-1].is_saturated)

    def _question(self, since: date, until: date) -> dict[str, str]:
        days = {self._rules.start: f"{since:%m/%d/%Y}", self._rules.end: f"{until:%m/%d/%Y}"}
        return self._rules.fields | days

    def _follow(self, visit: Visit, result: FormPage, grid: Grid) -> tuple[list[Grid], list[Page]]:
        """The pages of a result up to the one without "Next"."""
        grids = [grid]
        pages = [replace(result.page, row_count=grid.rows.height)]
        while grid.next_target is not None:
            if len(pages) == MAX_PAGES:
                raise SourceChanged(self.dataset.id, f"{MAX_PAGES} pages and no end; look at the list")
            result = visit.post(result, {}, grid.next_target, "rows")
            grid = grid_of(self.dataset, result.html, result.page.body)
            grids.append(grid)
            pages.append(replace(result.page, row_count=grid.rows.height))
        return grids, pages

    def _require_honest(self, grids: list[Grid], since: date, until: date) -> None:
        """Raises unless the rows are as many as counted, each a record of its own, and of the days asked for."""
        rows = pl.concat([grid.rows for grid in grids], how="diagonal")
        last = grids[-1]
        if not rows.height and not last.total:
            return
        for column in (*self.dataset.key, self.dataset.date_column or ""):
            if column not in rows.columns:
                raise SourceChanged(self.dataset.id, gone(column, rows.columns, "the list of records"))
        exact = {grid.total for grid in grids if not grid.is_saturated}
        if len(exact) > 1:  # one gone from a page before makes a later one slip by, and the last counter fits again
            raise PagesMoved(
                self.dataset.id, f"the list of {since} to {until} counted {sorted(exact)} while it was read"
            )
        distinct = rows.select(self.dataset.key).n_unique()
        if rows.height != distinct or (not last.is_saturated and last.total != rows.height):
            counts = f"{last.total} counted, {rows.height} received, {distinct} different"
            raise PagesMoved(self.dataset.id, f"count mismatch in the records of {since} to {until}: {counts}")
        require_days(self.dataset, rows, Window(since, until))
