"""A page of JSON objects to a frame of texts: the fast reading where it is exact, else the slow one."""

from __future__ import annotations

import re

import polars as pl

from permit_leads.fetch.json_lines import OddLayout, filled_count, frame_of, quoted, value_count
from permit_leads.fetch.json_text import BrokenJson, Members, parse, texts

# Columns that earlier pages of a dataset had. Only saves looking for them again: what comes out is the same without it.
_KNOWN_COLUMNS: dict[str, tuple[str, ...]] = {}
# Line breaks are few and found fast, so patterns that begin with one beat counting and replacing by bytes' own methods.
_COMMA = re.compile(rb"\n,")
_ODD_BREAK = re.compile(rb"\n(?!,\{|\]\n\Z|\Z)")


def read_objects(dataset_id: str, body: bytes) -> pl.DataFrame:
    """One row an object, in order; one String column a name that has a value anywhere in the page, sorted by name.

    Publishers leave out what is null, so a column that is empty throughout the page is not there.

    Raises:
        BrokenJson: the body is no array of objects.
    """
    try:
        return _read_fast(dataset_id, body)
    except OddLayout:
        return read_objects_exactly(body)


def read_objects_exactly(body: bytes) -> pl.DataFrame:
    """The same frame, by the slow reading."""
    records = [texts(record) for record in _array(body)]
    columns = sorted({name for record in records for name, value in record.items() if value is not None})
    return frame_from_records(records, columns)


def frame_from_records(records: list[dict[str, str | None]], columns: list[str]) -> pl.DataFrame:
    """Records as a frame of String columns, null where a record lacks the name."""
    series = [pl.Series(name, [record.get(name) for record in records], pl.String) for name in columns]
    return pl.DataFrame(series)


def count_objects(body: bytes) -> int:
    """How many objects the array holds; cheap for Socrata's layout of one object a line.

    Raises:
        BrokenJson: the body is no array of objects, or is cut off.
    """
    if body.startswith(b"[{") and body.endswith(b"}\n]\n") and not _ODD_BREAK.search(body):
        return body.count(b"\n") - 1
    return len([texts(record) for record in _array(body)])


def _array(body: bytes) -> list[object]:
    value = parse(body)
    if not isinstance(value, list) or isinstance(value, Members):
        raise BrokenJson("expected an array of records")
    return value


def _read_fast(dataset_id: str, body: bytes) -> pl.DataFrame:
    lines = _as_lines(body)
    count = value_count(lines)
    known = _KNOWN_COLUMNS.get(dataset_id)
    frame = frame_of(lines, dict.fromkeys(known, pl.String())) if known else None
    if frame is None or filled_count(frame) != count:
        frame = _read_unknown(dataset_id, lines, known or ())
    if filled_count(frame) != count:
        raise OddLayout("cells and values do not match")
    return frame.select(sorted(name for name in frame.columns if frame[name].null_count() < frame.height))


def _read_unknown(dataset_id: str, lines: bytes, known: tuple[str, ...]) -> pl.DataFrame:
    """The page with its columns found by looking at every line; they are remembered for the next page."""
    frame = frame_of(lines, None)
    if any(dtype not in (pl.String, pl.Null) for dtype in frame.dtypes):
        raise OddLayout("values that are no text")
    _KNOWN_COLUMNS[dataset_id] = tuple(dict.fromkeys((*known, *frame.columns)))
    return frame.cast(pl.String())


def _as_lines(body: bytes) -> bytes:
    """`[{…}\\n,{…}\\n]\\n` as one quoted object a line; an array without newlines is cut between its objects."""
    end = body.rfind(b"]")
    if not body.startswith(b"[{") or body[end + 1 :].strip():
        raise OddLayout("no plain array of objects")
    lines = quoted(body[1:end])
    return _COMMA.sub(b"\n ", lines) if b"\n," in lines else lines.replace(b'},{"', b'}\n{"')
