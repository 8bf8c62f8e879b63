"""Small frames of permits for the classifier's tests."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from permit_leads.permit import PERMIT_SCHEMA
from permit_leads.registry import Dataset, Publisher, TradeLabels


def dataset(labels: Mapping[str, tuple[str, ...]] | None = None) -> Dataset:
    """A dataset, with the publisher's own trade labels when given."""
    return Dataset(
        id="some_city",
        title="Some city",
        protocol="csv",
        url="https://some-city.example/permits.csv",
        key=("number",),
        fields={},
        publisher=Publisher(name="Some city", state="TX", time_zone="America/Chicago"),
        trades=TradeLabels(column="kind", values=dict(labels)) if labels is not None else None,
    )


def permits(*rows: Mapping[str, object]) -> pl.DataFrame:
    """Rows of the permit schema; what is not given is not published. Keys count from P0 unless given."""
    filled = [{"permit_key": f"P{number}", **row} for number, row in enumerate(rows)]
    extra: dict[str, pl.DataType] = {name: pl.String() for row in rows for name in row if name not in PERMIT_SCHEMA}
    return pl.DataFrame(filled, schema={**PERMIT_SCHEMA, **extra})
