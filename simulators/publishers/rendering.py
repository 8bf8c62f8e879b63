"""Writes rows of a frame as JSON objects, a column at a time: no Python loop over rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

_ROWS_AT_ONCE = 20_000  # bounds the memory it takes


@dataclass(frozen=True, slots=True)
class Member:
    """A column as a member of the object; `is_quoted` is false for values that are JSON already (12, {"x": 1})."""

    column: str
    is_quoted: bool
    name: str | None = None


def render_members(
    frame: pl.DataFrame, members: Sequence[Member], nulls: Literal["omit", "keep"], end: str = "}"
) -> list[bytes]:
    """Each row's members as `"a":"x","b":2}` less the opening brace; null members left out or written as null."""
    if not members or frame.height == 0:
        return [end.encode()] * frame.height
    kept = [member for member in members if nulls == "keep" or frame[member.column].null_count() < frame.height]
    rows: list[bytes] = []
    for part in frame.iter_slices(_ROWS_AT_ONCE):
        pieces = [_render_column(part[member.column], member, nulls).alias(str(at)) for at, member in enumerate(kept)]
        joined = pl.concat_str(pieces or [pl.lit("")], separator=",", ignore_nulls=True)
        rows += part.select(pl.concat_str([joined, pl.lit(end)]).cast(pl.Binary)).to_series().to_list()
    return rows


def render_csv(frame: pl.DataFrame, columns: Sequence[str]) -> bytes:
    """Rows as CSV with a header: every value quoted, null as nothing between the commas."""
    header = ",".join(f'"{name}"' for name in columns) + "\n"
    cells = [
        pl.concat_str([pl.lit('"'), frame[name].cast(pl.String).str.replace_all('"', '""', literal=True), pl.lit('"')])
        .fill_null("")
        .alias(str(at))
        for at, name in enumerate(columns)
    ]
    if frame.height == 0:
        return header.encode()
    lines = pl.select(pl.concat_str(cells, separator=",").str.join("\n")).item()
    return f"{header}{lines}\n".encode()


def _render_column(values: pl.Series, member: Member, nulls: Literal["omit", "keep"]) -> pl.Expr:
    name = f'"{member.name or member.column}":'
    text = values.cast(pl.String)
    if member.is_quoted:
        written = pl.concat_str([pl.lit(name + '"'), pl.lit(_escape(text)), pl.lit('"')])
    else:
        written = pl.concat_str([pl.lit(name), pl.lit(text)])
    return written if nulls == "omit" else written.fill_null(name + "null")


def _escape(text: pl.Series) -> pl.Series:
    """JSON's escapes; only columns that need one pay for it."""
    if not text.str.contains(r'["\\\x00-\x1f]').any():
        return text
    escaped = text.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    for sign, name in (("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        escaped = escaped.str.replace_all(sign, name, literal=True)
    return escaped.str.replace_all(r"[\x00-\x1f]", " ")
