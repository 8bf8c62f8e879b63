"""How a table becomes a file's bytes: CSV in a publisher's spelling, one sheet of a workbook, GeoJSON, or zipped."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import escape
from typing import Any, Literal

import orjson
import polars as pl

from simulators.publishers.files.biff import write_biff
from simulators.publishers.files.workbook import Cell, Sheet, write_workbook
from simulators.publishers.table import Column, Table


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
    """A workbook: one sheet holds the table between preamble and footer, other sheets stand as they are.

    `container` is what the bytes are: xlsx, the older xls (biff), or a HTML table under a workbook's name.
    """

    sheet_name: str
    preamble: tuple[tuple[Cell, ...], ...] = ()
    footer: tuple[tuple[Cell, ...], ...] = ()
    other_sheets: tuple[Sheet, ...] = ()
    media_type: str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    container: Literal["xlsx", "biff", "html"] = "xlsx"
    first_sheets: tuple[Sheet, ...] = ()
    is_inline: bool = False  # texts stand in their cells, not in a list of shared ones
    blank_columns: int = 0  # columns left of the table
    serial_days: bool = False  # days as numbers

    def write(self, table: Table) -> bytes:
        """The file."""
        header = tuple(column.title for column in table.columns)
        numeric = [column.kind == "number" for column in table.columns]
        shown = _with_serial_days(table.rows) if self.serial_days else table.rows
        if self.serial_days:
            numeric = [was or _is_serial(table, column) for was, column in zip(numeric, table.columns, strict=True)]
        rows = [_as_cells(row, numeric) for row in shown.rows()]
        grid = [*self.preamble, header, *rows, *self.footer]
        margin: tuple[Cell, ...] = (None,) * self.blank_columns
        sheet = Sheet(self.sheet_name, [(*margin, *row) for row in grid] if margin else grid)
        if self.container == "biff":
            return write_biff(sheet)
        if self.container == "html":
            return _write_html(sheet)
        return write_workbook([*self.first_sheets, sheet, *self.other_sheets], is_inline=self.is_inline)

    def odd(self, kind: str) -> SheetStyle:
        """The same table in a workbook written in another way (F21)."""
        notes = Sheet("Notes", [["Read me"], ["Totals", 3]])
        changes: dict[str, dict[str, Any]] = {
            "shifted": {"preamble": (("A new title",), ("Printed by the city",), *self.preamble), "blank_columns": 1},
            "sheet": {"first_sheets": (notes,)},
            "inline": {"is_inline": True},
            "serial": {"serial_days": True},
            "biff": {"container": "biff"},
            "html": {"container": "html"},
        }
        return replace(self, **changes[kind]) if kind else self


@dataclass(frozen=True, slots=True)
class GeojsonStyle:
    """A FeatureCollection; `longitude` and `latitude` are the columns that become each feature's point."""

    longitude: str
    latitude: str
    media_type: str = "application/geo+json"

    def write(self, table: Table) -> bytes:
        """The file."""
        features = [_feature(dict(row), self.longitude, self.latitude) for row in table.rows.rows(named=True)]
        return orjson.dumps({"type": "FeatureCollection", "features": features})


@dataclass(frozen=True, slots=True)
class ZippedStyle:
    """Another style's file as a member of a ZIP, beside a note."""

    inner: CsvStyle | GeojsonStyle
    member: str
    media_type: str = "application/zip"

    def write(self, table: Table) -> bytes:
        """The file; the same table gives the same bytes."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in (("readme.txt", b"Permits"), (self.member, self.inner.write(table))):
                archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
        return packed.getvalue()


FileStyle = CsvStyle | SheetStyle | GeojsonStyle | ZippedStyle


def _feature(properties: dict[str, str | None], longitude: str, latitude: str) -> dict[str, Any]:
    """A row as a feature; a row without a place has no geometry."""
    x, y = properties.pop(longitude, None), properties.pop(latitude, None)
    place = {"type": "Point", "coordinates": [float(x), float(y)]} if x and y else None
    return {"type": "Feature", "properties": properties, "geometry": place}


def _write_html(sheet: Sheet) -> bytes:
    rows = "\n".join(
        f"<tr>{''.join(f'<td>{escape(str(cell) if cell is not None else str())}</td>' for cell in row)}</tr>"
        for row in sheet.rows
    )
    return f"<html><head><title>{sheet.name}</title></head><body><table>{rows}</table></body></html>".encode()


def _is_serial(table: Table, column: Column) -> bool:
    first = next((value for value in table.rows[column.name] if value), "")
    return re.fullmatch(r"\d{4}[-/]\d{2}[-/]\d{2}", first) is not None


def _with_serial_days(rows: pl.DataFrame) -> pl.DataFrame:
    names = [
        name for name in rows.columns if re.fullmatch(r"\d{4}[-/]\d{2}[-/]\d{2}", str(rows[name].drop_nulls().first()))
    ]
    days = [
        (pl.col(name).str.replace_all("/", "-").str.to_date(strict=False) - date(1899, 12, 30)).dt.total_days()
        for name in names
    ]
    return rows.with_columns(day.cast(pl.String).alias(name) for name, day in zip(names, days, strict=True))


def _as_cells(row: Sequence[str | None], numeric: Sequence[bool]) -> list[Cell]:
    return [_as_number(cell) if is_number else cell for cell, is_number in zip(row, numeric, strict=True)]


def _as_number(cell: str | None) -> Cell:
    try:
        return None if cell is None else float(cell)
    except ValueError:
        return cell
