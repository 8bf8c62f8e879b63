"""What was true: real permits of the City of Austin, day by day as they became known.

Every 14th permit of the recorded rows of 2015 (about 18 an office day, with its real holidays and weekends). The rows
are the city's; that the same list is published in thirteen ways is the simulator's doing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import polars as pl

from simulators.publishers.recorded_rows import unpack
from simulators.publishers.snapshot import SNAPSHOT

NOTE = "recorded City of Austin rows of 2015, every 14th permit, re-expressed for a benchmark"
FIRST_DAY = date(2015, 8, 1)
FAULT_DAY = date(2015, 11, 18)  # a Wednesday; Veterans Day and three weekends lie in the history before it
EVERY, CHOSEN = 14, 3
COLUMNS = {
    "permit": "permit_number",
    "issued": "issue_date",
    "type": "permit_type_desc",
    "class": "permit_class_mapped",
    "work": "work_class",
    "description": "description",
    "status": "status_current",
    "cost": "total_job_valuation",
    "address": "original_address1",
    "zip": "original_zip",
    "longitude": "longitude",
    "latitude": "latitude",
    "contractor": "contractor_company_name",
}
# Our field of each column, as the judge compares it.
FIELDS = {
    "permit": "permit_num",
    "issued": "issued_date",
    "type": "permit_type_desc",
    "class": "permit_class",
    "work": "work_class",
    "description": "description",
    "status": "status_current",
    "cost": "est_project_cost",
    "address": "original_address1",
    "city": "original_city",
    "zip": "original_zip",
    "longitude": "longitude",
    "latitude": "latitude",
    "contractor": "contractor_company_name",
}


@cache
def permits() -> pl.DataFrame:
    """All rows as text, oldest first; `issued` as YYYY-MM-DD."""
    recorded = pl.read_csv(unpack(SNAPSHOT / "austin" / "2015.csv.zst"), infer_schema=False)
    number = pl.col("permit_number").str.slice(5, 6).cast(pl.Int64, strict=False)
    rows = recorded.filter(number % EVERY == CHOSEN).select(
        pl.col(theirs).str.replace_all(r"\s+", " ").str.strip_chars().replace("", None).alias(ours)
        for ours, theirs in COLUMNS.items()
    )
    cost = pl.col("cost").cast(pl.Float64, strict=False)
    return (
        rows.with_columns(
            pl.col("issued").str.head(10),
            pl.when(cost > 1).then(cost.round().cast(pl.Int64).cast(pl.String)).alias("cost"),
            pl.lit("AUSTIN").alias("city"),
        )
        .filter(pl.col("issued") >= str(FIRST_DAY))
        .sort("issued", "permit")
        .select(*FIELDS)
    )


def known_on(day: date, since: date = FIRST_DAY) -> pl.DataFrame:
    """What the city has published by the morning of a day: everything issued before it, and not before `since`."""
    return permits().filter(pl.col("issued") < str(day), pl.col("issued") >= str(since))


@dataclass(frozen=True, slots=True)
class Expected:
    """Permits as the store should hold them."""

    rows: pl.DataFrame

    @property
    def keys(self) -> set[str]:
        """Their numbers."""
        return set(self.rows["permit_num"])


@cache
def expected_on(day: date, since: date = FIRST_DAY) -> Expected:
    """The truth of a morning in the store's types."""
    return Expected(
        known_on(day, since)
        .rename(FIELDS)
        .with_columns(
            pl.col("issued_date").str.to_date(),
            pl.col("est_project_cost").cast(pl.Float64),
            pl.col("longitude", "latitude").cast(pl.Float64).round(6),
        )
    )
