"""A SQLite database with one table, its columns typed as SQLite can."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path

from permit_leads.export.cells import Cell, plain_text
from permit_leads.export.columns import Column, Kind, Sheet, Writer
from permit_leads.store.queries import load_queries

# Money is numeric: at 14 digits SQLite's 8-byte numbers give back every cent. Days and instants are ISO text, which
# SQLite's own date functions read. Source: https://www.sqlite.org/datatype3.html
TYPES: dict[Kind, str] = {
    "text": "text",
    "date": "text",
    "instant": "text",
    "money": "numeric",
    "integer": "integer",
    "number": "real",
}
ROWS_AT_ONCE = 1_000
QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


@contextmanager
def write_sqlite(path: Path, sheet: Sheet) -> Iterator[Writer]:
    """The file is new and nobody else reads it yet, so it needs no journal; the caller makes it safe on disk."""
    path.unlink(missing_ok=True)
    kinds = [column.kind for column in sheet.columns]
    waiting: list[tuple[object, ...]] = []
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        for name in ("without_journal", "without_sync", "begin"):
            conn.execute(QUERIES[name].as_string())
        conn.execute(create_statement(sheet))
        statement = insert_statement(sheet)

        def write(row: Sequence[Cell]) -> None:
            waiting.append(tuple(typed(cell, kind) for cell, kind in zip(row, kinds, strict=True)))
            if len(waiting) == ROWS_AT_ONCE:
                conn.executemany(statement, waiting)
                waiting.clear()

        yield write
        conn.executemany(statement, waiting)
        conn.execute(QUERIES["commit"].as_string())


def create_statement(sheet: Sheet) -> str:
    """The table; its first column names a row."""
    columns = [declaration(column) for column in sheet.columns]
    columns[0] += " primary key"
    return QUERIES["create"].as_string().format(table=sheet.table, columns=", ".join(columns))


def insert_statement(sheet: Sheet) -> str:
    """One row of the table, its cells in order."""
    marks = ", ".join("?" for _ in sheet.columns)
    return QUERIES["insert"].as_string().format(table=sheet.table, marks=marks)


def declaration(column: Column) -> str:
    """A column's name and type; the names are ours, so none needs to be escaped."""
    return f"{column.name} {TYPES[column.kind]}"


def typed(cell: Cell, kind: Kind) -> str | int | float | None:
    """The cell as SQLite stores it."""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if kind in ("integer", "number"):
        assert cell is None or isinstance(cell, int | float)
        return cell
    return plain_text(cell)
