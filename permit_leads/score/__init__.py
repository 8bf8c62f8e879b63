"""Permits and their trades in, scored leads out: pure, columnar, every point accounted for in the reasons."""

from __future__ import annotations

from datetime import date

import polars as pl

from permit_leads.permit import PERMIT_KEY
from permit_leads.registry import Dataset
from permit_leads.score.model import describe, load_model
from permit_leads.score.openness import is_closed, names_contractors
from permit_leads.score.ranking import AGE_MILLIPOINTS_PER_DAY, EPOCH
from permit_leads.score.rules import lead_parts

__all__ = ["MODEL_VERSION", "SCORE_SCHEMA", "describe", "is_over", "score"]

# Version of the score card; leads of another version are scored again.
MODEL_VERSION = load_model().version

SCORE_SCHEMA: dict[str, pl.DataType] = {
    PERMIT_KEY: pl.String(),
    "trade": pl.String(),
    "kind": pl.String(),
    "openness": pl.String(),
    "points": pl.Int32(),
    "reasons": pl.String(),
    "rank_date": pl.Date(),
    "rank_key": pl.Int64(),
}


def score(dataset: Dataset, permits: pl.DataFrame, trades: pl.DataFrame, *, today: date | None = None) -> pl.DataFrame:
    """One scored lead per permit and trade, in the order of `trades`; `trades` is what `classify` gives.

    `reasons` is a JSON array of [rule id, points, evidence]; its points sum to `points` exactly. Age is not in it.
    `today`, the day of the run, caps a publisher's future dates, so that a slip of the pen is never the newest lead.
    """
    leads = lead_parts(trades, permits, load_model(), is_published=names_contractors(dataset))
    day = pl.col("rank_date") if today is None else pl.min_horizontal("rank_date", pl.lit(today))
    return leads.with_columns(rank_date=day).with_columns(rank_key=_rank_key()).select(*SCORE_SCHEMA)


def is_over() -> pl.Expr:
    """True for a permit that is finished, cancelled, expired or void: nothing of it is for sale any more."""
    return is_closed(load_model())


def _rank_key() -> pl.Expr:
    """`ranking.rank_key` for a whole column."""
    days = (pl.col("rank_date").fill_null(EPOCH) - pl.lit(EPOCH)).dt.total_days()
    return 1000 * pl.col("points").cast(pl.Int64) + AGE_MILLIPOINTS_PER_DAY * days
