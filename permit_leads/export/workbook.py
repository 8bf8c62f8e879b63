"""An Excel workbook: texts are only ever texts, so nothing in it can run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from permit_leads.export.cells import FORMULA, Cell, plain_text
from permit_leads.export.columns import Sheet, Writer

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# Source: Excel specifications and limits (support.microsoft.com).
SHEET_ROWS = 1_048_576
CELL_LETTERS = 32_767
EXACT_INTEGER = 10**15  # Excel keeps 15 digits of a number
FIRST_DAY = date(1900, 3, 1)  # Excel counts a 29 February 1900 that never was
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the same rows give the same bytes


@contextmanager
def write_xlsx(path: Path, sheet: Sheet, sheet_rows: int = SHEET_ROWS) -> Iterator[Writer]:
    """One worksheet, and further ones with the same header where one is full; `sheet_rows` is for tests."""
    import xlsxwriter  # a sixth of the start of every command, for the one that writes a workbook

    with xlsxwriter.Workbook(str(path), OPTIONS) as book:
        book.set_properties({"created": CREATED})
        pages = Pages(book, sheet, sheet_rows)
        yield pages.write


class Pages:
    """The worksheets of a workbook, filled one after the other."""

    def __init__(self, book: xlsxwriter.Workbook, sheet: Sheet, sheet_rows: int) -> None:
        self._book, self._sheet, self._sheet_rows = book, sheet, sheet_rows
        self._day: Format = book.add_format({"num_format": "yyyy-mm-dd"})
        self._money: Format = book.add_format({"num_format": "0.00"})
        # Stays text also when somebody edits the cell.
        self._quoted: Format = book.add_format({"quote_prefix": True})
        self._count = 0
        self._page = self._begin()

    def write(self, row: Sequence[Cell]) -> None:
        """Append one row."""
        if self._row == self._sheet_rows:
            self._page = self._begin()
        for position, cell in enumerate(row):
            self._write_cell(position, cell)
        self._row += 1

    def _begin(self) -> Worksheet:
        self._count += 1
        name = self._sheet.table if self._count == 1 else f"{self._sheet.table} {self._count}"
        page: Worksheet = self._book.add_worksheet(name)
        for position, title in enumerate(self._sheet.names):
            page.write_string(0, position, title)
        page.freeze_panes(1, 0)
        self._row = 1
        return page

    def _write_cell(self, position: int, cell: Cell) -> None:
        if isinstance(cell, Decimal):
            self._page.write_number(self._row, position, float(cell), self._money)
        elif isinstance(cell, float) or (type(cell) is int and abs(cell) < EXACT_INTEGER):
            self._page.write_number(self._row, position, cell)
        elif isinstance(cell, date) and not isinstance(cell, datetime) and cell >= FIRST_DAY:
            self._page.write_datetime(self._row, position, datetime(cell.year, cell.month, cell.day), self._day)  # noqa: DTZ001 - a calendar day has no zone
        elif (text := plain_text(cell)) is not None:
            self._page.write_string(self._row, position, cut(text), self._quoted if FORMULA.match(text) else None)


def cut(text: str) -> str:
    """The text as far as Excel can hold it; an ellipsis says that there is more."""
    return text if len(text) <= CELL_LETTERS else f"{text[: CELL_LETTERS - 1]}…"
