"""Frames as CSV for COPY."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import polars as pl
import psycopg
from psycopg import sql


@dataclass(frozen=True, slots=True)
class FilledText:
    """CSV of these columns; those that are null in every row are left out, as the server reads each comma of a row."""

    columns: list[str]
    text: bytes

    @staticmethod
    def of(frame: pl.DataFrame) -> FilledText:
        columns = [column.name for column in frame if column.null_count() < frame.height]
        return FilledText(columns, csv_text(frame.select(columns)))


def array_text(values: pl.Expr) -> pl.Expr:
    """A list of plain words as PostgreSQL writes a text[]."""
    return pl.concat_str(pl.lit("{"), values.list.join(","), pl.lit("}"))


def copy_frame(conn: psycopg.Connection, table: str, frame: pl.DataFrame) -> None:
    """COPY the frame into the columns of the same names."""
    if not frame.is_empty():
        copy_text(conn, table, frame.columns, csv_text(frame))


def csv_text(frame: pl.DataFrame) -> bytes:
    """The frame as PostgreSQL reads CSV: nothing at all is null and "" is empty."""
    text = BytesIO()
    frame.write_csv(text, include_header=False)
    return text.getvalue()


def copy_text(conn: psycopg.Connection, table: str, columns: list[str], text: bytes) -> None:
    """COPY CSV text into these columns."""
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(text)
