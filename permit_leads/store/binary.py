"""Rows as PostgreSQL's binary COPY reads them: for rows of ids, which the server would have to spell out of a text.

Every value has its length before it. Rows are of one length, so that a column is laid into all of them at once.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import polars as pl
import psycopg
from psycopg import sql

NULL = struct.pack(">i", -1)
_BEGINNING = b"PGCOPY\n\xff\r\n\x00" + bytes(8)  # no flags, no extension
_END = b"\xff\xff"
_UUID_TYPE = 2950
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Column:
    """Values of one width, one after the other without their lengths."""

    width: int
    values: bytes

    def __len__(self) -> int:
        """How many values."""
        return len(self.values) // self.width

    def __getitem__(self, rows: slice) -> Column:
        """The values of some rows in a row."""
        start, stop, _ = rows.indices(len(self))
        return Column(self.width, self.values[start * self.width : stop * self.width])


def number(value: int) -> bytes:
    """An integer."""
    return _sized(struct.pack(">i", value))


def instant(at: datetime) -> bytes:
    """A timestamptz."""
    return _sized(struct.pack(">q", (at - _EPOCH) // timedelta(microseconds=1)))


def text(value: str) -> bytes:
    """A text."""
    return _sized(value.encode())


def identifier(value: UUID) -> bytes:
    """A uuid."""
    return _sized(value.bytes)


def id_array(values: Column) -> bytes:
    """A uuid[] of at least one."""
    head = struct.pack(">5i", 1, 0, _UUID_TYPE, len(values), 1)  # one dimension, no nulls, the type, counted from one
    return _sized(head + _repeated(len(values), [values]))


def ids(values: pl.Series) -> Column:
    """Uuids from their texts, with hyphens or without."""
    digits = values.to_frame("id").select(pl.col("id").str.replace_all("-", "", literal=True).str.join("")).item()
    return Column(16, bytes.fromhex(digits))


def numbers(values: pl.Series) -> Column:
    """Integers."""
    return Column(4, struct.pack(f">{len(values)}i", *values.to_list()))


def rows(count: int, values: Sequence[bytes | Column]) -> bytes:
    """So many rows of these values: one that is the same in each, or a column of them."""
    return _repeated(count, [struct.pack(">h", len(values)), *values])


def copy_rows(conn: psycopg.Connection, table: str, columns: Sequence[str], rows: bytes) -> None:
    """COPY the rows into these columns."""
    statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_BEGINNING + rows + _END)


def _sized(value: bytes) -> bytes:
    return struct.pack(">i", len(value)) + value


def _repeated(count: int, values: Sequence[bytes | Column]) -> bytes:
    pattern = [_sized(bytes(value.width)) if isinstance(value, Column) else value for value in values]
    size = sum(map(len, pattern))
    laid = bytearray(b"".join(pattern) * count)
    end = 0
    for value, room in zip(values, pattern, strict=True):
        end += len(room)
        if isinstance(value, Column):
            for at in range(value.width):
                laid[end - value.width + at :: size] = value.values[at :: value.width]
    return bytes(laid)
