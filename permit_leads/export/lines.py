"""CSV and JSON lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from permit_leads.export.cells import Cell, csv_cell, json_value
from permit_leads.export.columns import Sheet, Writer


@contextmanager
def write_csv(path: Path, sheet: Sheet) -> Iterator[Writer]:
    """As RFC 4180 says: commas, doubled quotes, CRLF; the header is always there."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(sheet.names)

        def write(row: Sequence[Cell]) -> None:
            lines.writerow([csv_cell(cell) for cell in row])

        yield write


@contextmanager
def write_jsonl(path: Path, sheet: Sheet) -> Iterator[Writer]:
    """One JSON record a line, nulls included."""
    names = sheet.names
    with path.open("w", encoding="utf-8", newline="") as file:

        def write(row: Sequence[Cell]) -> None:
            record = {name: json_value(cell) for name, cell in zip(names, row, strict=True)}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")

        yield write
