"""Parquet: money as decimal, days as dates, instants in UTC."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from permit_leads.export.cells import Cell, plain_text
from permit_leads.export.columns import Kind, Sheet, Writer

DTYPES: dict[Kind, pl.DataType] = {
    "text": pl.String(),
    "date": pl.Date(),
    "instant": pl.Datetime("us", "UTC"),
    "money": pl.Decimal(14, 2),
    "integer": pl.Int64(),
    "number": pl.Float64(),
}
ROWS_AT_ONCE = 10_000


@contextmanager
def write_parquet(path: Path, sheet: Sheet) -> Iterator[Writer]:
    """Rows are set down in parts beside the file and streamed into it at the end; memory holds one part."""
    folder = path.with_name(f"{path.name}.parts")
    spool = Spool(folder, {column.name: DTYPES[column.kind] for column in sheet.columns})
    folder.mkdir()
    try:
        yield spool.write
        spool.set_down()
        pl.scan_ipc(spool.parts).sink_parquet(path, statistics=True)
    finally:
        shutil.rmtree(folder)


class Spool:
    """Rows on their way into a columnar file."""

    def __init__(self, folder: Path, schema: dict[str, pl.DataType]) -> None:
        self._folder = folder
        self._schema = schema
        self._is_text = [dtype == pl.String() for dtype in schema.values()]
        self._rows: list[list[Cell]] = []
        self.parts: list[Path] = []

    def write(self, row: Sequence[Cell]) -> None:
        """Take one row."""
        self._rows.append([plain_text(cell) if text else cell for cell, text in zip(row, self._is_text, strict=True)])
        if len(self._rows) == ROWS_AT_ONCE:
            self.set_down()

    def set_down(self) -> None:
        """Write what waits as a part; a first part without rows carries the columns."""
        if not self._rows and self.parts:
            return
        part = self._folder / f"{len(self.parts):06}.arrow"
        pl.DataFrame(self._rows, schema=self._schema, orient="row").write_ipc(part)
        self.parts.append(part)
        self._rows = []
