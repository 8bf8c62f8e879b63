"""The rows of a file: page after page of the search itself, each lead with all of its permit that may be shown.

The pages come from the function that answers the API, so a file holds exactly what the search shows, in its order.
Names of persons are not among the columns, whatever the account has claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from psycopg import sql
from psycopg.rows import dict_row

from leadledger.database import Connection
from leadledger.leads.filters import LeadFilter
from leadledger.leads.models import LeadSummary, Permit
from leadledger.leads.search import list_leads
from permit_leads.export.cells import Cell
from permit_leads.export.columns import Column, Kind
from permit_leads.permit import FIELDS
from permit_leads.registry import Dataset
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("exports.sql"))
PAGE_ROWS = 5_000
PERMIT_COLUMNS = tuple(Permit.model_fields)
LICENCE = ("licence", "attribution")
KINDS: dict[str, Kind] = {
    **{field.name: field.kind for field in FIELDS},
    "score": "integer",
    "points": "integer",
    "age_days": "integer",
    "version": "integer",
    "first_recorded_at": "instant",
    "recorded_at": "instant",
}
# The columns of the list as it shows them, then what else the permit says, then whose words these are.
COLUMNS = tuple(
    Column(name, KINDS.get(name, "text"))
    for name in dict.fromkeys((*LeadSummary.model_fields, *PERMIT_COLUMNS, *LICENCE))
)


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, in the order of COLUMNS, and how many the search says there are."""

    rows: list[list[Cell]]
    total: int
    is_total_exact: bool


def read_pages(
    conn: Connection, asked: LeadFilter, today: date, registry: Mapping[str, Dataset], page_rows: int = PAGE_ROWS
) -> Iterator[Page]:
    """All leads of the filter, one page in memory at a time; at least one page, which may be empty."""
    cursor: str | None = None
    while True:
        # A page here is larger than a caller may ask for, so its limit is set, not checked.
        found = list_leads(conn, asked.model_copy(update={"cursor": cursor, "limit": page_rows}), today)
        leads = cast("list[dict[str, Any]]", found["items"])
        total = cast("dict[str, Any]", found["total"])
        permits = _read_permits(conn, leads)
        rows = [_row({**lead, **permits[lead["permit_id"]]}, registry) for lead in leads]
        yield Page(rows, int(total["value"]), total["relation"] == "eq")
        cursor = cast("str | None", found["next_cursor"])
        if cursor is None:
            return


def _read_permits(conn: Connection, leads: list[dict[str, Any]]) -> dict[object, dict[str, Any]]:
    columns = sql.SQL(", ").join(sql.Identifier("permit", name) for name in PERMIT_COLUMNS)
    wanted = {"permit_ids": [lead["permit_id"] for lead in leads]}
    with conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES["permits"].format(columns=columns), wanted).fetchall()
    return {row["permit_id"]: row for row in found}


def _row(record: Mapping[str, Any], registry: Mapping[str, Dataset]) -> list[Cell]:
    dataset = registry.get(record["dataset_id"])
    licence = dataset.publisher.licence if dataset else None
    known = {
        **record,
        "top_reasons": "; ".join(f"{one['label']} ({one['points']:+d})" for one in record["top_reasons"]),
        "licence": licence.name if licence else None,
        "attribution": licence.attribution if licence else None,
    }
    return [_cell(known.get(column.name), column.kind) for column in COLUMNS]


def _cell(value: Any, kind: Kind) -> Cell:
    """Money that came as text is money again."""
    return Decimal(value) if kind == "money" and isinstance(value, str) else cast("Cell", value)
