"""What kind of text stands in each of the publisher's columns, told from a few rows: a number, a day, or anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

Kind = Literal["number", "day", "text"]

LOOKED_AT = 50
NUMBER = r"^\s*\$?-?[0-9][0-9,]*(\.[0-9]+)?\s*$"
DAY = r"^\s*([0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4})([T ].*)?$"


@dataclass(frozen=True, slots=True)
class Drift:
    """What is different in a publisher's columns since the run it is compared with."""

    added: list[str]
    missing: list[str]
    changed: list[str]


def kinds_of(rows: pl.DataFrame) -> dict[str, Kind]:
    """The kind of each column that says anything in the first rows."""
    head = rows.head(LOOKED_AT).select(pl.col(pl.String))
    if head.is_empty():
        return {}
    said = {name: pl.col(name).filter(pl.col(name).str.strip_chars() != "") for name in head.columns}
    seen = head.select(
        *(column.len().alias(f"said {name}") for name, column in said.items()),
        *(column.str.contains(NUMBER).all().alias(f"number {name}") for name, column in said.items()),
        *(column.str.contains(DAY).all().alias(f"day {name}") for name, column in said.items()),
    ).row(0, named=True)
    kinds: dict[str, Kind] = {}
    for name in head.columns:
        if seen[f"said {name}"]:
            kinds[name] = "number" if seen[f"number {name}"] else "day" if seen[f"day {name}"] else "text"
    return kinds


def merged_kinds(one: Mapping[str, Kind], other: Mapping[str, Kind]) -> dict[str, Kind]:
    """The kinds of two pages: where they differ, the column holds any text."""
    both: dict[str, Kind] = {name: "text" for name in one.keys() & other.keys() if one[name] != other[name]}
    return {**one, **other, **both}


def find_drift(
    then: tuple[set[str], Mapping[str, Kind]], now: tuple[set[str], Mapping[str, Kind]]
) -> Drift:  # fmt: skip
    """Columns and kinds of a run against those of a look today.

    A column of numbers or days that holds text now has changed; text that happens to look like numbers has not.
    """
    (columns_then, kinds_then), (columns_now, kinds_now) = then, now
    changed = [
        f"{name}: {kinds_then[name]} then, {kinds_now[name]} now"
        for name in sorted(kinds_then.keys() & kinds_now.keys())
        if kinds_then[name] not in ("text", kinds_now[name])
    ]
    return Drift(sorted(columns_now - columns_then), sorted(columns_then - columns_now), changed)
