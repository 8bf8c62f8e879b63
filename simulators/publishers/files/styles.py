"""How a table becomes a file's bytes: CSV in a publisher's spelling, or one sheet of a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from simulators.publishers.files.workbook import Cell, Sheet, write_workbook
from simulators.publishers.table import Table


@dataclass(frozen=True, slots=True)
class CsvStyle:
    """A publisher's way of writing CSV."""

    has_header: bool = True
    line_end: str = "\r\n"
    has_bom: bool = False
    quotes_all: bool = False
    encoding: str = "utf-8"
    media_type: str = "text/csv"

    def write(self, table: Table) -> bytes:
        """The file."""
        text = io.StringIO(newline="")
        writer = csv.writer(
            text, lineterminator=self.line_end, quoting=csv.QUOTE_ALL if self.quotes_all else csv.QUOTE_MINIMAL
        )
        if self.has_header:
            writer.writerow(table.rows.columns)
        writer.writerows([cell or "" for cell in row] for row in table.rows.rows())
        return (b"\xef\xbb\xbf" if self.has_bom else b"") + text.getvalue().encode(self.encoding)


@dataclass(frozen=True, slots=True)
class SheetStyle:
    """A workbook: one sheet holds the table between preamble and footer, other sheets stand as they are."""

    sheet_name: str
    preamble: tuple[tuple[Cell, ...], ...] = ()
    footer: tuple[tuple[Cell, ...], ...] = ()
    other_sheets: tuple[Sheet, ...] = ()
    media_type: str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def write(self, table: Table) -> bytes:
        """The file."""
        header = tuple(column.title for column in table.columns)
        numeric = [column.kind == "number" for column in table.columns]
        rows = [_as_cells(row, numeric) for row in table.rows.rows()]
        sheet = Sheet(self.sheet_name, [*self.preamble, header, *rows, *self.footer])
        return write_workbook([sheet, *self.other_sheets])


def _as_cells(row: Sequence[str | None], numeric: Sequence[bool]) -> list[Cell]:
    return [_as_number(cell) if is_number else cell for cell, is_number in zip(row, numeric, strict=True)]


def _as_number(cell: str | None) -> Cell:
    try:
        return None if cell is None else float(cell)
    except ValueError:
        return cell
