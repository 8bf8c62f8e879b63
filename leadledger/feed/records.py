"""Events with the newest state of what they are about; the feed and the webhooks show the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("feed.sql"))
AnyConnection = psycopg.Connection[tuple[Any, ...]]
Row = dict[str, Any]


def add_records(conn: AnyConnection, events: Sequence[Row]) -> list[Row]:
    """Each event with `record`: the permit or the lead as it stands now, with its own version.

    What a suppression or a newer version has taken out is thereby not told again, whatever the event is about.
    """
    leads = _by_id(conn, "lead", [event["lead_id"] for event in events if event["lead_id"] is not None])
    permits = _by_id(conn, "permit", [event["permit_id"] for event in events if event["lead_id"] is None])
    return [
        {
            **event,
            "record": permits.get(event["permit_id"]) if event["lead_id"] is None else leads.get(event["lead_id"]),
        }
        for event in events
    ]


def without_records(events: Sequence[Row]) -> list[Row]:
    """Each event with an empty `record`."""
    return [{**event, "record": None} for event in events]


def read_chosen(conn: AnyConnection, event_ids: Sequence[int]) -> list[Row]:
    """These events in the order of the feed, with records."""
    with conn.cursor(row_factory=dict_row) as rows:
        return add_records(conn, rows.execute(QUERIES["read_chosen_events"], {"event_ids": list(event_ids)}).fetchall())


def _by_id(conn: AnyConnection, what: str, ids: Sequence[UUID]) -> dict[UUID, Row]:
    if not ids:
        return {}
    with conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES[f"read_{what}s"], {f"{what}_ids": list(ids)}).fetchall()
    return {row[f"{what}_id"]: row for row in found}
