"""One row of a lead as the API shows it: today's score, its reasons in words, and nothing a person's name is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from leadledger.leads.places import county_name
from leadledger.leads.reasons import top_reasons
from permit_leads.normalize.trades import trade_labels
from permit_leads.score.ranking import score_at

LABELS = trade_labels()
# In the order of LeadSummary; what is not here is worked out below.
AS_STORED = (
    "lead_id", "permit_id", "trade", "kind", "openness", "points", "issued_date", "permit_num", "permit_type_desc",
    "permit_class_mapped", "work_class", "description", "status_current", "status_current_mapped",
    "original_address1", "original_city", "original_state", "original_zip", "county_fips", "latitude", "longitude",
    "est_project_cost", "contractor_company_name", "dataset_id", "publisher", "simulated_note",
)  # fmt: skip


def summarize(row: Mapping[str, Any], today: date) -> dict[str, object]:
    """A row of `summary_columns` as LeadSummary."""
    rank_date: date | None = row["rank_date"]
    return {
        **{name: row[name] for name in AS_STORED},
        "trade_label": LABELS.get(row["trade"], row["trade"]),
        "score": score_at(row["rank_key"], today),
        "age_days": None if rank_date is None else (today - rank_date).days,
        "county_name": county_name(row["county_fips"]),
        "top_reasons": top_reasons(read_reasons(row["reasons"])),
    }


def read_reasons(stored: Sequence[Sequence[Any]]) -> list[tuple[str, int, str | None]]:
    """The stored triples: rule id, points, evidence."""
    return [(rule, points, evidence) for rule, points, evidence in stored]
