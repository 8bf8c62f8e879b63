"""Contact columns that say nothing of anybody: one or two names or numbers written on every permit."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from permit_leads.quality.findings import Finding
from permit_leads.registry import Dataset

CONTACT_FIELDS = (
    *("contractor_company_name", "contractor_full_name", "contractor_lic_num", "contractor_phone"),
    *("applicant_name", "owner_name"),
)
FEWEST_FILLED = 50
MOST_DISTINCT = 2


class ContactFilter:
    """Blanks fake contact columns, page after page of one run.

    A column found fake stays blank, also in later runs (`known`) whose few rows would prove nothing, or each of them
    would seem to change every permit; until a page shows that the column names many.
    """

    def __init__(self, dataset: Dataset, known: Collection[str] = ()) -> None:
        self._dataset = dataset
        self._fake = set(known)

    @property
    def fake(self) -> frozenset[str]:
        """The columns that are fake as far as is known by now."""
        return frozenset(self._fake)

    def clean(self, permits: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
        """The permits without what is fake, and a finding for each such column."""
        counts = permits.select(
            *(pl.col(name).count().alias(name) for name in CONTACT_FIELDS),
            *(pl.col(name).drop_nulls().n_unique().alias(f"{name}?") for name in CONTACT_FIELDS),
        ).row(0, named=True)
        telling = [name for name in CONTACT_FIELDS if counts[name] >= FEWEST_FILLED]
        self._fake -= {name for name in telling if counts[f"{name}?"] > MOST_DISTINCT}
        self._fake |= {name for name in telling if counts[f"{name}?"] <= MOST_DISTINCT}
        struck = [name for name in sorted(self._fake) if counts[name]]
        blanked = permits.with_columns(pl.lit(None, permits.schema[name]).alias(name) for name in struck)
        return blanked, [Finding("fake_contact", "warning", self._message(name)) for name in struck]

    def _message(self, name: str) -> str:
        return (
            f"{name} says the same one or two things on {FEWEST_FILLED} permits or more, so it names nobody; it is "
            f"left blank. If it is right, say so by a constant in the source file of {self._dataset.id}"
        )
