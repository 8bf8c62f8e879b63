"""A grid of cells, as a CSV file or a sheet gives it, to a frame of texts under the publisher's column names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import zip_longest

import polars as pl

from permit_leads.registry import Dataset

HEADER_SEARCHED_ROWS = 100
Cell = str | None
Row = Sequence[Cell]


def plain(name: Cell) -> str:
    """A column name with its spaces and line breaks made single spaces."""
    return " ".join((name or "").split())


def unique_names(names: Iterable[Cell], width: int) -> list[str]:
    """A name for each of `width` columns: blank ones are called column_<n>, repeated ones get _2, _3, …"""
    taken: Counter[str] = Counter()
    result: list[str] = []
    for position, (_, name) in enumerate(zip_longest(range(width), names), start=1):
        wanted = candidate = plain(name) or f"column_{position}"
        while candidate in result:
            taken[wanted] += 1
            candidate = f"{wanted}_{taken[wanted] + 1}"
        result.append(candidate)
    return result


def header_position(dataset: Dataset, rows: Sequence[Row]) -> int | None:
    """Which row is the header: the first that holds all of `header_names`, in any of their spellings.

    Without `header_names` it is the first row that is not blank. None when there is no such row near the top.
    """
    wanted = {plain(name).casefold() for name in dataset.header_names}
    for position, row in enumerate(rows[:HEADER_SEARCHED_ROWS]):
        if wanted <= spellings(dataset, row) and not is_blank(row):
            return position
    return None


def spellings(dataset: Dataset, row: Row) -> set[str]:
    """The names in a row, and what they stand for where the dataset lists them as another spelling."""
    aliases = {plain(alias).casefold(): plain(name).casefold() for alias, name in dataset.column_aliases.items()}
    names = {plain(cell).casefold() for cell in row}
    return names | {aliases[name] for name in names if name in aliases}


def is_blank(row: Row) -> bool:
    """Whether no cell of the row says anything."""
    return not any(cell and not cell.isspace() for cell in row)


def frame_of_grid(names: Iterable[Cell], rows: Iterable[Row]) -> pl.DataFrame:
    """Rows that are not blank, in order; cells beyond the header get columns of their own, so nothing is dropped.

    A column that has neither a name nor a value is left out.
    """
    named = list(names)
    kept = [row for row in rows if not is_blank(row)]
    width = max([len(named), *(len(row) for row in kept)])
    columns = list(zip_longest(*kept)) if kept else []
    columns += [()] * (width - len(columns))
    frame = pl.DataFrame(
        [
            pl.Series(name, [cell or None for cell in column], pl.String)
            for name, column in zip(unique_names(named, width), columns, strict=True)
        ]
    )
    blank = [position for position in range(width) if position >= len(named) or not plain(named[position])]
    return frame.drop([frame.columns[at] for at in blank if frame[frame.columns[at]].null_count() == frame.height])
