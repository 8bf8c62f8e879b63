"""The permits and leads of a window as files for whoever runs the ETL; columns of persons are left out.

A file is there whole or not at all. Rows stream from the server, so memory does not grow with the window.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import LiteralString

import psycopg

from permit_leads.export.cells import Cell
from permit_leads.export.columns import Column, Sheet, Writer, columns_of
from permit_leads.export.writers import ONLY_PERMITS, SUFFIXES, WRITERS, open_writer
from permit_leads.page import Window
from permit_leads.permit import FIELD_BY_BLDS
from permit_leads.registry import Dataset
from permit_leads.score.ranking import score_at
from permit_leads.store.queries import load_queries

__all__ = ["FORMATS", "ExportedFile", "export_window"]

FORMATS = tuple(WRITERS)
ROWS_AT_ONCE = 2_000
QUERIES = load_queries(Path(__file__).with_name("export.sql"))


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One file written, and how many rows stand in it."""

    path: Path
    row_count: int


def export_window(
    conn: psycopg.Connection, dataset: Dataset, window: Window, today: date, formats: Sequence[str], out_dir: Path
) -> list[ExportedFile]:
    """Write permits and leads of the window in each format; a window without rows gives files with a header only.

    The same window gives the same file, but for the column score, which is the one of `today`.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    wanted: dict[str, object] = {
        "dataset_id": dataset.id,
        "date_field": _date_field(dataset),
        "since": window.since,
        "until": window.until,
    }
    files: list[ExportedFile] = []
    for table in ("permits", "leads"):
        paths = {
            file_format: out_dir / f"{table}_{dataset.id}_{_name(window)}.{SUFFIXES.get(file_format, file_format)}"
            for file_format in formats
            if table == "permits" or file_format not in ONLY_PERMITS
        }
        row_count = _write(conn, table, wanted, today, paths, dataset.publisher.name)
        files.extend(ExportedFile(path, row_count) for path in paths.values())
    return files


def _write(
    conn: psycopg.Connection, table: LiteralString, wanted: dict[str, object], today: date,
    paths: Mapping[str, Path], publisher: str,
) -> int:  # fmt: skip
    with conn.transaction(), conn.cursor(name=f"export_{table}") as cursor, ExitStack() as stack:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(QUERIES[table], wanted)
        columns = columns_of((column.name, column.type_code) for column in cursor.description or ())
        rows: Iterator[tuple[Cell, ...]] = iter(cursor)
        if table == "leads":
            rows = _with_score([column.name for column in columns], rows, today)
            columns = (*columns, Column("score", "integer"))
        sheet = Sheet(table, columns, publisher)
        writers = [stack.enter_context(open_writer(path, sheet, name)) for name, path in paths.items()]
        return _copy(rows, writers)


def _copy(rows: Iterator[tuple[Cell, ...]], writers: Sequence[Writer]) -> int:
    row_count = 0
    for row in rows:
        row_count += 1
        for write in writers:
            write(row)
    return row_count


def _with_score(names: Sequence[str], rows: Iterator[tuple[Cell, ...]], today: date) -> Iterator[tuple[Cell, ...]]:
    position = names.index("rank_key")
    for row in rows:
        key = row[position]
        assert isinstance(key, int)
        yield *row, score_at(key, today)


def _date_field(dataset: Dataset) -> str | None:
    """The field of ours that is read from the column the publisher's window filters by."""
    for blds, rule in dataset.fields.items():
        field = FIELD_BY_BLDS.get(blds)
        if (
            field is not None
            and field.kind == "date"
            and rule.column is not None
            and rule.column == dataset.date_column
        ):
            return field.name
    return None


def _name(window: Window) -> str:
    if window.since is None and window.until is None:
        return "all"
    return f"{window.since or 'begin'}_{window.until or 'end'}"
