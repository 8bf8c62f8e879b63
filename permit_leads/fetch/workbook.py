"""Workbooks (xlsx, and xls under either name): every sheet that has the header, whatever stands above it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook

from permit_leads.errors import SourceChanged
from permit_leads.fetch import html_tables
from permit_leads.fetch.columns import gone
from permit_leads.fetch.download import download
from permit_leads.fetch.expect import WORKBOOK_STARTS, excerpt
from permit_leads.fetch.grid import Row, frame_of_grid, header_position, is_blank, plain, spellings
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.walls import has_table, title_of
from permit_leads.fetch.zipped import member_of, require_bounded
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset

CellValue = int | float | str | bool | time | date | datetime | timedelta | None


def fetch_pages(dataset: Dataset, window: Window, client: PoliteClient) -> Iterator[Page]:
    """The index page, if there is one, and each workbook as one rows page."""
    yield from download(dataset, window, client, "workbook", read_rows)


def read_rows(dataset: Dataset, body: bytes, media_type: str) -> pl.DataFrame:
    """Every row below a header, sheet by sheet, footers too; whole numbers without a point, dates in ISO form.

    What the bytes are decides, not their name: xlsx, BIFF xls, or a HTML table that a report server calls a workbook.

    Raises:
        SourceChanged: no workbook, or a workbook in which no sheet has the header.
    """
    body = member_of(dataset, body)
    if not body.startswith(WORKBOOK_STARTS):
        return _html_rows(dataset, body, media_type)
    require_bounded(dataset, body)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(body))
        names = [name for name in workbook.sheet_names if not dataset.sheets or name in dataset.sheets]
        grids = {name: _grid(workbook, name) for name in names}
    except CalamineError as error:
        raise SourceChanged(dataset.id, f"the file is no readable workbook: {error}") from error
    frames = [frame for grid in grids.values() if (frame := _frame(dataset, grid)) is not None]
    if not frames:
        raise SourceChanged(dataset.id, _no_header(dataset, workbook.sheet_names, grids))
    return pl.concat(frames, how="diagonal")


def _html_rows(dataset: Dataset, body: bytes, media_type: str) -> pl.DataFrame:
    """The rows of a HTML table; only the names in its header tell it from an error page with a table in it."""
    if not has_table(body):
        raise SourceChanged(dataset.id, f"the file is no readable workbook: {excerpt(body)}")
    if not dataset.header_names:
        reason = f"a HTML page ({title_of(body)!r}) stands where a workbook should be; if it is the report, "
        raise SourceChanged(dataset.id, f"{reason}give header_names to tell its table from an error page")
    return html_tables.read_rows(dataset, body, media_type)


def _grid(workbook: CalamineWorkbook, name: str) -> list[Row]:
    rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return [[text_of(cell) for cell in row] for row in rows]


def _frame(dataset: Dataset, grid: list[Row]) -> pl.DataFrame | None:
    position = header_position(dataset, grid)
    return None if position is None else frame_of_grid(grid[position], grid[position + 1 :])


def _no_header(dataset: Dataset, sheet_names: list[str], grids: dict[str, list[Row]]) -> str:
    """What is missing, and what comes nearest to it."""
    if not grids:
        return f"the workbook has no sheet {', '.join(dataset.sheets)} (found {', '.join(sheet_names)}); edit sheets"
    rows = [row for grid in grids.values() for row in grid if not is_blank(row)]
    wanted = set(dataset.header_names)
    best = max(
        rows, key=lambda row: len({plain(name).casefold() for name in wanted} & spellings(dataset, row)), default=()
    )
    found = [cell for cell in best if cell]
    missing = sorted(name for name in wanted if plain(name).casefold() not in spellings(dataset, best))
    return gone(missing[0], found, "the workbook's header row") if missing else "the workbook is empty"


def text_of(cell: CellValue) -> str | None:
    """A cell as text: 77008.0 is "77008", a date "2026-07-14", a date with a time "2026-07-14T08:30:00"."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
