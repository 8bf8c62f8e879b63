"""Whether the milliseconds of a layer are days of the zone that the source file names."""

from __future__ import annotations

import polars as pl

from permit_leads.quality.findings import Finding
from permit_leads.registry import Dataset

DAY_MS = 86_400_000
LOOKED_AT, FEWEST = 500, 20
NO_OFFSET = ("+00:00", "-00:00", "UTC", "Etc/UTC", "GMT")


def check_clock(dataset: Dataset, rows: pl.DataFrame) -> list[Finding]:
    """A date column whose every value stands at 00:00 UTC holds plain days, and no instants of another zone.

    Read in a zone west of Greenwich each would become the day before, which no other check could notice.
    """
    if dataset.date_zone is None or dataset.date_zone in NO_OFFSET:
        return []
    columns = [
        rule.column for rule in dataset.fields.values() if rule.parse == "epoch_ms" and rule.column in rows.columns
    ]
    return [
        Finding("plain_days", "failure", _told(dataset, column))
        for column in dict.fromkeys(columns)
        if column and _are_plain_days(rows[column].head(LOOKED_AT))
    ]


def _are_plain_days(texts: pl.Series) -> bool:
    millis = texts.cast(pl.Float64, strict=False).drop_nulls()
    return len(millis) >= FEWEST and bool((millis % DAY_MS == 0).all())


def _told(dataset: Dataset, column: str) -> str:
    return (
        f"every {column} of a page stands at 00:00 UTC: these are plain days, and read in {dataset.date_zone} each "
        f'becomes the day before; set date_zone = "+00:00" in the source file of {dataset.id}'
    )
