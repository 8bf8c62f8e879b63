"""A made-up town for tests of one rule at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from permit_leads.normalize import Normalized, normalize
from permit_leads.registry import Dataset

TODAY = date(2026, 11, 23)
PAGE = "c0ffee" * 10 + "c0de"


def elm(fields: Mapping[str, Any] | None = None, **options: Any) -> Dataset:
    """A dataset with number and description, and whatever a test adds."""
    publisher = {"name": "Town of Elm", "state": "TX", "time_zone": "America/Chicago", "county_fips": "48453"}
    given = {
        "id": "elm_permits",
        "title": "Permits",
        "protocol": "csv",
        "url": "https://elm.recorded.invalid/permits.csv",
        "is_recorded_only": True,
        "key": ["num"],
        "publisher": publisher | options.pop("publisher", {}),
        "fields": {"PermitNum": {"column": "num"}, "Description": {"column": "what"}, **(fields or {})},
    }
    return Dataset.model_validate(given | options)


def run(dataset: Dataset, rows: Sequence[Mapping[str, str | None]], today: date = TODAY) -> Normalized:
    """Normalize rows written as dictionaries; columns that a row leaves out are null."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    frame = pl.DataFrame(
        [{name: row.get(name) for name in names} for row in rows], schema=dict.fromkeys(names, pl.String)
    )
    return normalize(dataset, frame, PAGE, today)


def one(dataset: Dataset, today: date = TODAY, **cells: str | None) -> dict[str, Any]:
    """The permit of one row with number 1 and a description, and the given cells."""
    return run(dataset, [{"num": "1", "what": "roof"} | cells], today).permits.row(0, named=True)


def refused(dataset: Dataset, today: date = TODAY, **cells: str | None) -> list[tuple[str, str | None, str, bool]]:
    """(field, value, reason, is_fatal) of everything that one row's cells are refused for."""
    found = run(dataset, [{"num": "1", "what": "roof"} | cells], today).rejections
    return found.select("field", "value", "reason", "is_fatal").rows()
