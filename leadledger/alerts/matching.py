"""Matches events with all saved searches at once, and moves the position in the feed in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from permit_leads.score.ranking import AGE_MILLIPOINTS_PER_DAY, days_since_epoch
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("matching.sql"))
MATCH = QUERIES["match"].format(fits=QUERIES["fits"])
PREVIEW = QUERIES["preview"].format(fits=QUERIES["fits"])
STRETCHES_A_TURN = 20
NEWS_LASTS = timedelta(days=7)  # what was learned before is no news: a replay of old pages tells nobody anything


@dataclass(frozen=True, slots=True)
class Turn:
    """How far one transaction came, and how many matches it made; `is_last` when nothing was left."""

    position: int
    match_count: int
    is_last: bool


def match_turn(conn: psycopg.Connection[Any], now: datetime) -> Turn:
    """One transaction: the next stretches of events, their matches, what is due, and the position behind them."""
    with conn.transaction():
        after = _read_number(conn, "read_position")
        if not _has_alerts(conn):
            end = _read_number(conn, "last_event")
            conn.execute(QUERIES["move_position"], {"event_id": max(after, end)})
            return Turn(max(after, end), 0, is_last=True)
        row = conn.execute(QUERIES["find_end"], {"after": after, "stretch_count": STRETCHES_A_TURN}).fetchone()
        if row is None or row[0] is None:
            return Turn(after, 0, is_last=True)
        count = _match(conn, after, row[0], now)
        conn.execute(QUERIES["move_position"], {"event_id": row[0]})
        return Turn(row[0], count, is_last=False)


def match_all(conn: psycopg.Connection[Any], now: datetime) -> int:
    """Turn after turn until every event there is has been matched; how many matches that made."""
    total = 0
    while not (turn := match_turn(conn, now)).is_last:
        total += turn.match_count
    return total


def age_millipoints(today: date) -> int:
    """What a lead of today has in its rank_key beyond its points."""
    return AGE_MILLIPOINTS_PER_DAY * days_since_epoch(today)


def _match(conn: psycopg.Connection[Any], after: int, until: int, now: datetime) -> int:
    values = {
        "after": after,
        "until": until,
        "not_before": now - NEWS_LASTS,
        "age_millipoints": age_millipoints(now.astimezone(UTC).date()),
    }
    found = conn.execute(MATCH, values).fetchone()
    count, alert_ids = found or (0, None)
    if alert_ids:
        conn.execute(QUERIES["put_deliveries"], {"alert_ids": alert_ids, "now": now})
    return int(count)


def _has_alerts(conn: psycopg.Connection[Any]) -> bool:
    row = conn.execute(QUERIES["has_alerts"]).fetchone()
    return row is not None and bool(row[0])


def _read_number(conn: psycopg.Connection[Any], title: str) -> int:
    row = conn.execute(QUERIES[title]).fetchone()
    assert row is not None  # the migration put it there
    return int(row[0])
