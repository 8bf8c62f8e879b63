"""How a row becomes a line of CSV or JSON, and how a file appears whole or not at all."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TextIO
from uuid import UUID

Cell = str | int | float | bool | Decimal | date | datetime | UUID | list[object] | dict[str, object] | None
Writer = Callable[[Sequence[Cell]], None]

# What spreadsheets may run as a formula, with the full-width twins some of them fold.
# Source: OWASP, CSV Injection.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


@contextmanager
def open_writer(path: Path, header: Sequence[str]) -> Iterator[Writer]:
    """Writes rows to a file beside `path` that takes its name when all has gone well; the suffix decides the format."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            yield _csv_writer(file, header) if path.suffix == ".csv" else _jsonl_writer(file, header)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def csv_cell(cell: Cell) -> str:
    """The cell as text, nothing for None; text that a spreadsheet could run gets a quote in front.

    The quote can be taken off again without doubt: a text that already begins with quotes and then a formula gets
    one more.
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if FORMULA.match(cell) else cell
    value = json_value(cell)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def json_value(cell: Cell) -> object:
    """The cell as JSON holds it: money as text with its cents, instants in UTC, days as ISO dates."""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return str(cell) if isinstance(cell, UUID) else cell


def _csv_writer(file: TextIO, header: Sequence[str]) -> Writer:
    lines = csv.writer(file)  # RFC 4180: commas, doubled quotes, CRLF
    lines.writerow(header)

    def write(row: Sequence[Cell]) -> None:
        lines.writerow([csv_cell(cell) for cell in row])

    return write


def _jsonl_writer(file: TextIO, header: Sequence[str]) -> Writer:
    def write(row: Sequence[Cell]) -> None:
        record = {name: json_value(cell) for name, cell in zip(header, row, strict=True)}
        file.write(json.dumps(record, ensure_ascii=False) + "\n")

    return write
