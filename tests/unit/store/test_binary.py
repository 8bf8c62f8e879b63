"""Binary rows, read the way PostgreSQL's documentation describes them; the server itself reads them in test_permits."""

from __future__ import annotations

import struct
import uuid
from datetime import UTC, datetime

import polars as pl
import pytest

from permit_leads.store import binary

IDS = [uuid.UUID(int=number) for number in (0, 1, 2**127 + 5, 2**128 - 1)]


def read(rows: bytes) -> list[list[bytes | None]]:
    """The values of each row."""
    found, at = [], 0
    while at < len(rows):
        (count,) = struct.unpack_from(">h", rows, at)
        at += 2
        values: list[bytes | None] = []
        for _ in range(count):
            (length,) = struct.unpack_from(">i", rows, at)
            at += 4
            values.append(None if length < 0 else rows[at : at + length])
            at += max(length, 0)
        found.append(values)
    return found


@pytest.mark.parametrize("written", [str, lambda one: one.hex], ids=["hyphens", "none"])
def test_columns_stand_beside_what_is_the_same_in_each_row(written: object) -> None:
    assert callable(written)
    ids = binary.ids(pl.Series([written(one) for one in IDS]))
    places = binary.numbers(pl.Series([0, 7, 65_536, 2**31 - 1], dtype=pl.Int32))
    found = read(binary.rows(4, [ids, binary.text("ü"), binary.NULL, places, binary.number(-1)]))
    assert [row[0] for row in found] == [one.bytes for one in IDS]
    assert [row[1] for row in found] == ["ü".encode()] * 4
    assert [row[2] for row in found] == [None] * 4
    assert [row[3] for row in found] == [struct.pack(">i", place) for place in (0, 7, 65_536, 2**31 - 1)]
    assert [row[4] for row in found] == [b"\xff\xff\xff\xff"] * 4


def test_instants_count_microseconds_from_2000() -> None:
    moments = datetime(2000, 1, 1, 0, 0, 0, 1, tzinfo=UTC), datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert [binary.instant(at)[4:] for at in moments] == [struct.pack(">q", 1), struct.pack(">q", -1_000_000)]


def test_array_says_its_type_and_length() -> None:
    ((array,),) = read(binary.rows(1, [binary.id_array(binary.ids(pl.Series([str(one) for one in IDS])))]))
    assert array is not None
    assert struct.unpack_from(">5i", array) == (1, 0, 2950, 4, 1)
    assert array[20:] == b"".join(struct.pack(">i", 16) + one.bytes for one in IDS)


def test_part_of_a_column_ends_where_the_column_does() -> None:
    ids = binary.ids(pl.Series([str(one) for one in IDS]))
    assert [len(ids), len(ids[1:3]), len(ids[3:9])] == [4, 2, 1]
    assert ids[3:9].values == IDS[3].bytes


def test_nothing_is_no_rows() -> None:
    assert binary.rows(0, [binary.ids(pl.Series([], dtype=pl.String)), binary.number(1)]) == b""
