"""What deliveries tell, read anew when they are sent: nothing that was withdrawn, hidden or changed since goes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from leadledger.alerts.matching import NEWS_LASTS, PREVIEW, age_millipoints
from leadledger.alerts.matching import QUERIES as MATCHING
from leadledger.alerts.news import LeadNews, News, Told, tell
from leadledger.leads import conditions
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("delivery.sql"))
CHOOSE = QUERIES["choose"].format(fits=MATCHING["fits"])
READ_LEADS = QUERIES["read_leads"].format(
    columns=conditions.QUERIES["summary_columns"], joins=conditions.QUERIES["summary_joins"]
)
SHOWN, SHOWN_TO_MACHINES, SHOWN_IN_TEST = 10, 100, 3


def read_news(conn: psycopg.Connection[Any], taken: Sequence[Mapping[str, Any]], now: datetime) -> dict[UUID, News]:
    """What each delivery tells; one with nothing left to tell is not in it. A test always tells something."""
    today = now.astimezone(UTC).date()
    with conn.transaction():
        chosen = _choose(conn, [row for row in taken if row["kind"] == "news"], today)
        chosen |= {row["delivery_id"]: _choose_sample(conn, row, now) for row in taken if row["kind"] == "test"}
        lead_ids = {told.lead_id for _, leads in chosen.values() for told in leads}
        rows = read_leads(conn, lead_ids) if lead_ids else {}
    by_id = {row["delivery_id"]: row for row in taken}
    return {
        delivery_id: _compose(by_id[delivery_id], count, leads, rows, today)
        for delivery_id, (count, leads) in chosen.items()
    }


def read_leads(conn: psycopg.Connection[Any], lead_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Leads as the list shows them, by id."""
    with conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(READ_LEADS, {"lead_ids": list(lead_ids)}).fetchall()
    return {row["lead_id"]: row for row in found}


Chosen = dict[UUID, tuple[int, list[Told]]]


def _choose(conn: psycopg.Connection[Any], rows: Sequence[Mapping[str, Any]], today: date) -> Chosen:
    chosen: Chosen = {}
    for is_machine, shown in ((False, SHOWN), (True, SHOWN_TO_MACHINES)):
        ids = [row["delivery_id"] for row in rows if (row["channel"] == "webhook") is is_machine]
        if not ids:
            continue
        values = {"delivery_ids": ids, "shown": shown, "age_millipoints": age_millipoints(today)}
        for delivery_id, lead_id, scopes, count, was_status, was_price in conn.execute(CHOOSE, values):
            told = Told(lead_id, tuple(sorted(scopes)), was_status, was_price)
            chosen.setdefault(delivery_id, (count, []))[1].append(told)
    return chosen


def _choose_sample(conn: psycopg.Connection[Any], row: Mapping[str, Any], now: datetime) -> tuple[int, list[Told]]:
    """The best new leads of the last days that fit."""
    found = find_recent(conn, row["clauses"], row["time_zone"], now)
    return len(found), [Told(lead_id, ("new",)) for lead_id, _ in found[:SHOWN_IN_TEST]]


def find_recent(
    conn: psycopg.Connection[Any], clauses: Sequence[Mapping[str, Any]], time_zone: str, now: datetime
) -> list[tuple[UUID, date]]:
    """New leads of the last seven days that fit, best first, each with its local day."""
    values = {
        "clauses": Jsonb(list(clauses)),
        "since": now - NEWS_LASTS,
        "time_zone": time_zone,
        "age_millipoints": age_millipoints(now.astimezone(UTC).date()),
    }
    return [(lead_id, day) for lead_id, _, day in conn.execute(PREVIEW, values)]


def _compose(
    row: Mapping[str, Any], count: int, leads: Sequence[Told], rows: Mapping[UUID, Mapping[str, Any]], today: date
) -> News:
    told: list[LeadNews] = [tell(rows[one.lead_id], one, today) for one in leads if one.lead_id in rows]
    return News(row["name"], count, tuple(told), is_test=row["kind"] == "test")
