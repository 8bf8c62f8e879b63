"""What an alert tells: leads as they are now, what happened to each, and why they rank where they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from leadledger.leads.summaries import summarize

REASONS_SHOWN = 2
NOT_PUBLISHED = "not published"


@dataclass(frozen=True, slots=True)
class LeadNews:
    """One lead of a message, in words; nothing in it names a person."""

    lead_id: UUID
    scopes: tuple[str, ...]
    trade: str
    score: int
    permit_type: str
    address: str
    cost: str
    issued: str
    happened: str
    reasons: tuple[str, ...]
    publisher: str
    simulated_note: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """A lead chosen for a delivery: what happened, and what was said before."""

    lead_id: UUID
    scopes: tuple[str, ...]
    was_status: str | None = None
    was_price: str | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What one delivery tells: the best of `lead_count` leads."""

    search_name: str
    lead_count: int
    leads: tuple[LeadNews, ...]
    is_test: bool = False

    @property
    def headline(self) -> str:
        """Subject of a mail and first words of a text."""
        counted = "1 lead" if self.lead_count == 1 else f"{self.lead_count:,} leads"
        new_count = sum("new" in lead.scopes for lead in self.leads)
        kind = "new " if new_count == len(self.leads) and self.leads else ""
        said = counted.replace(" ", f" {kind}", 1) if not self.is_test else "Test"
        return f"{said}: {self.search_name}" if not self.is_test else f"{said} of your alert: {self.search_name}"


def tell(row: Mapping[str, Any], told: Told, today: date) -> LeadNews:
    """A row of summary_columns in words."""
    lead = summarize(row, today)
    reasons: Any = lead["top_reasons"]
    return LeadNews(
        lead_id=told.lead_id,
        scopes=told.scopes,
        trade=str(lead["trade_label"]),
        score=int(str(lead["score"])),
        permit_type=row["permit_type_desc"] or NOT_PUBLISHED,
        address=_place(row),
        cost=_dollars(row["est_project_cost"]),
        issued=row["issued_date"].isoformat() if row["issued_date"] else NOT_PUBLISHED,
        happened=_happened(row, told),
        reasons=tuple(f"{reason['label']} ({reason['points']:+d})" for reason in reasons[:REASONS_SHOWN]),
        publisher=row["publisher"],
        simulated_note=row["simulated_note"],
    )


def _happened(row: Mapping[str, Any], told: Told) -> str:
    words = []
    if "new" in told.scopes:
        words.append("new lead")
    if "status" in told.scopes:
        words.append(f"status: {told.was_status or NOT_PUBLISHED} → {row['status_current'] or NOT_PUBLISHED}")
    if "price" in told.scopes:
        words.append(f"cost: {_dollars(told.was_price)} → {_dollars(row['est_project_cost'])}")
    if "changed" in told.scopes and len(words) == 0:
        words.append("the permit or its ranking changed")
    return "; ".join(words)


def _place(row: Mapping[str, Any]) -> str:
    parts: Sequence[str | None] = (
        row["original_address1"] or f"address {NOT_PUBLISHED}",
        row["original_city"] or f"city {NOT_PUBLISHED}",
        row["original_zip"],
    )
    return ", ".join(part for part in parts if part)


def _dollars(cost: str | None) -> str:
    return NOT_PUBLISHED if cost is None else f"${Decimal(cost):,.0f}"
