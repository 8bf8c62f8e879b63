"""Several rows of one permit: which of them counts, and whether anything is lost by that.

Where the source file declares a grain, the row counts whose days in `newest_by` are the latest; where these are
equal, a mark made of the row's texts decides. Neither depends on where the rows stand, so a publisher who loads
everything anew in another order changes nothing. Without a declared grain the last row of the page counts, as a
re-issued file means it, and permits whose rows say different things are told.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import xxhash

from permit_leads.permit import FIELD_BY_BLDS, PAGE_ROW, PAGE_SHA256, PERMIT_KEY
from permit_leads.registry import Dataset

RANK = "grain_rank"
PLACE = (PAGE_SHA256, PAGE_ROW)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One row a permit, in page order. `conflicts` are the keys of permits of which something is lost."""

    rows: pl.DataFrame
    conflicts: tuple[str, ...] = ()


def last_of_each(texts: pl.DataFrame) -> Chosen:
    """The last row of each permit, and the permits whose other rows say something else."""
    kept = texts.unique(PERMIT_KEY, keep="last", maintain_order=True)
    if kept.height == texts.height:
        return Chosen(texts)
    different = texts.unique([name for name in texts.columns if name not in PLACE])
    counts = different.group_by(PERMIT_KEY).len().filter(pl.col("len") > 1)
    return Chosen(kept, tuple(sorted(counts[PERMIT_KEY])))


def newest_of_each(permits: pl.DataFrame) -> pl.DataFrame:
    """The highest-ranking row of each permit, in page order."""
    best = permits.sort(RANK, maintain_order=True).unique(PERMIT_KEY, keep="last")
    return best.sort(PAGE_ROW)


def rank_of(dataset: Dataset, typed: pl.DataFrame, texts: pl.DataFrame) -> pl.Series:
    """What the rows of a permit are compared by, as text that sorts: its days, then a mark of all that the row says.

    A blank sorts before digits, so no day is the oldest day.
    """
    names = [FIELD_BY_BLDS[blds].name for blds in dataset.grain.newest_by] if dataset.grain else []
    days = [pl.col(name).cast(pl.String).fill_null("") for name in names]
    said = [pl.col(name).cast(pl.String).fill_null("\x00") for name in sorted(set(texts.columns) - set(PLACE))]
    rows = texts.select(pl.concat_str(said, separator="\x1f").alias("row"))["row"].to_list()
    marks = pl.Series("mark", [xxhash.xxh3_64_hexdigest(row.encode()) for row in rows], dtype=pl.String)
    return typed.select(pl.concat_str([*days, marks], separator=" ").alias(RANK)).to_series()


class BestRanks:
    """The best row of each permit that a run has seen; a lesser one on a later page does not count."""

    def __init__(self) -> None:
        self._best: dict[str, str] = {}

    def without_lesser(self, permits: pl.DataFrame, ranks: pl.Series | None) -> pl.DataFrame:
        """The permits of a page but those of which an earlier page gave a better row, or the same one.

        `ranks` belong to the permits in their order; without a declared grain there are none.
        """
        if ranks is None:
            return permits
        is_best = [rank > self._best.get(key, "") for key, rank in zip(permits[PERMIT_KEY], ranks, strict=True)]
        kept = permits.filter(pl.Series(is_best, dtype=pl.Boolean))
        self._best.update(zip(kept[PERMIT_KEY], ranks.filter(pl.Series(is_best, dtype=pl.Boolean)), strict=True))
        return kept
