"""One lead with everything that speaks for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from leadledger.database import Connection
from leadledger.errors import NotFound
from leadledger.leads.conditions import QUERIES as SEARCH
from leadledger.leads.models import Permit
from leadledger.leads.reasons import explain
from leadledger.leads.summaries import read_reasons, summarize
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
PARTS = {"columns": SEARCH["summary_columns"], "joins": SEARCH["summary_joins"]}


def find_lead(conn: Connection, lead_id: UUID) -> dict[str, Any]:
    """The row of a lead and its permit.

    Raises:
        NotFound: there is no such lead, or the caller may not see it.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(QUERIES["find_lead"].format(**PARTS), {"lead_id": lead_id}).fetchone()
    if row is None:
        raise NotFound(f"there is no lead {lead_id}")
    return row


def find_page(conn: Connection, page_sha256: str) -> dict[str, Any] | None:
    """What is known of an archived page; None when no run of ours recorded it."""
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(QUERIES["find_page"], {"page_sha256": page_sha256}).fetchone()


def find_claim(conn: Connection, lead_id: UUID, account_id: UUID | None) -> dict[str, object] | None:
    """The claim of the account asked for, or of any of the caller's, with the names it opens; that look is noted."""
    about = {"lead_id": lead_id, "account_id": account_id}
    with conn.cursor(row_factory=dict_row) as cursor:
        claim = cursor.execute(QUERIES["find_claim"], about).fetchone()
        if claim is None:
            return None
        people = cursor.execute(QUERIES["read_people"], {"claim_id": claim["claim_id"]}).fetchone()
    return {**claim, "people": people}


def describe_lead(conn: Connection, row: Mapping[str, Any], today: date) -> dict[str, object]:
    """LeadDetail without its claim, and without its receipts, which need no database."""
    keys = {"lead_id": row["lead_id"], "permit_id": row["permit_id"]}
    with conn.cursor(row_factory=dict_row) as cursor:
        siblings = cursor.execute(QUERIES["find_siblings"].format(**PARTS), keys).fetchall()
        versions = cursor.execute(QUERIES["find_versions"], keys).fetchall()
    reasons = explain(read_reasons(row["reasons"]), row["rank_date"], today)
    return {
        **summarize(row, today),
        "permit": {name: row[name] for name in Permit.model_fields},
        "reasons": reasons,
        "points_total": sum(int(str(reason["points"])) for reason in reasons),
        "model_version": row["model_version"],
        "versions": versions,
        "other_leads": [summarize(sibling, today) for sibling in siblings],
    }
