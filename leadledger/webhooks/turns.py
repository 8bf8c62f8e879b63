"""One worker's turn at one endpoint: what is due, made out of the feed where nothing is, and how it ended."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import dict_row

from leadledger.webhooks.letters import Outcome
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("delivery.sql"))
LEASE_SECONDS = 45.0  # a chunk starts its last request after ten, and no request lasts longer than fifteen
WINDOW = 1_000  # deliveries made ahead: an endpoint that is away for days leaves the rest in the feed
EVENTS_MADE = 5_000
DELIVERIES_MADE = 500
HOPELESS_DAYS = 5

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to send to an endpoint, until the lease runs out."""

    conn: psycopg.Connection[Any]
    webhook_endpoint_id: UUID
    lease_id: UUID

    @property
    def about(self) -> dict[str, Any]:
        """What every statement names."""
        return {"webhook_endpoint_id": self.webhook_endpoint_id, "lease_id": self.lease_id}


def begin_turn(conn: psycopg.Connection[Any], lease_seconds: float = LEASE_SECONDS) -> Turn | None:
    """At the endpoint that has waited longest; None when no endpoint has anything due."""
    lease_id = uuid4()
    row = conn.execute(QUERIES["lease"], {"lease_id": lease_id, "lease_seconds": lease_seconds}).fetchone()
    return None if row is None else Turn(conn, row[0], lease_id)


def hold(turn: Turn, lease_seconds: float = LEASE_SECONDS) -> Row | None:
    """The endpoint as it is now, and the lease anew; None when there is nothing to be sent to it any more."""
    with turn.conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES["hold"], {**turn.about, "lease_seconds": lease_seconds}).fetchone()


def end_turn(turn: Turn, *, was_idle: bool) -> None:
    """Leave the endpoint to the next."""
    turn.conn.execute(QUERIES["release"], {**turn.about, "was_idle": was_idle})


def take(turn: Turn, endpoint: Row, limit: int) -> list[Row]:
    """What is due, oldest first; where that is little, more is made out of the feed."""
    taken = _read_due(turn, limit)
    if len(taken) < limit and not (taken and endpoint["is_failing"]) and _make_deliveries(turn, endpoint):
        return _read_due(turn, limit)
    return taken


def note(turn: Turn, endpoint: Row, taken: Sequence[Row], outcomes: Sequence[Outcome]) -> str | None:
    """Write down how attempts ended; the reason when the endpoint was disabled for it."""
    ids = [row["webhook_delivery_id"] for row in taken]
    asked = [one.retry_after for one in outcomes if one.retry_after is not None]
    about = {**turn.about, "ids": ids, "resume_at": max(asked, default=None)}
    with turn.conn.transaction():
        turn.conn.execute(QUERIES["note"], {**about, **_columns(taken, outcomes)})
        if any(one.is_gone for one in outcomes):
            return _disable(turn, "the endpoint answers 410: it wants no more")
        if any(one.status == "delivered" for one in outcomes):
            turn.conn.execute(QUERIES["note_success"], about)
            if endpoint["is_failing"]:
                turn.conn.execute(QUERIES["hurry"], about)
            return None
        chance = {"jitter": random.uniform(1.0, 1.2), "days": HOPELESS_DAYS}  # noqa: S311  # no secret
        row = turn.conn.execute(QUERIES["note_failure"], {**about, **chance}).fetchone()
        if row is not None and row[0]:
            return _disable(turn, f"it has failed for {HOPELESS_DAYS} days: {outcomes[-1].reason}"[:500])
    return None


def waits_for_privacy(conn: psycopg.Connection[Any]) -> bool:
    """Whether a granted request is not carried out yet: until it is, rows may say what they must not."""
    row = conn.execute(QUERIES["waits_for_privacy"]).fetchone()
    return row is not None and bool(row[0])


def _read_due(turn: Turn, limit: int) -> list[Row]:
    with turn.conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES["take"], {**turn.about, "limit": limit}).fetchall()


def _make_deliveries(turn: Turn, endpoint: Row) -> int:
    """Deliveries for the next events that fit, and the position behind them, in one transaction."""
    with turn.conn.transaction():
        at = turn.conn.execute(QUERIES["lock_position"], turn.about).fetchone()
        room = turn.conn.execute(QUERIES["count_room"], {**turn.about, "window": WINDOW}).fetchone()
        if at is None or room is None or room[0] <= 0 or at[0] >= room[1]:
            return 0
        event_count = min(min(room[0], DELIVERIES_MADE) * endpoint["batch_size"], EVENTS_MADE)
        wanted = {**endpoint, "after": at[0], "newest": room[1], "event_count": event_count}
        made = turn.conn.execute(QUERIES["make_deliveries"], wanted).fetchone()
        assert made is not None  # an aggregate
        # Fewer than asked for: all there is was seen, also what the filter left out.
        position = made[1] if made[0] == event_count else room[1]
        turn.conn.execute(QUERIES["move_position"], {**turn.about, "event_id": position})
        return int(made[0])


def _columns(taken: Sequence[Row], outcomes: Sequence[Outcome]) -> dict[str, list[Any]]:
    return {
        "taken_due_ats": [row["due_at"] for row in taken],
        "statuses": [one.status for one in outcomes],
        "due_ats": [one.due_at for one in outcomes],
        "http_statuses": [one.http_status for one in outcomes],
        "reasons": [one.reason for one in outcomes],
        "answers": [one.answer for one in outcomes],
        "durations": [one.duration_ms for one in outcomes],
        "attempted_ats": [one.attempted_at.astimezone(UTC) for one in outcomes],
    }


def _disable(turn: Turn, reason: str) -> str | None:
    row = turn.conn.execute(QUERIES["disable"], {**turn.about, "reason": reason}).fetchone()
    return None if row is None else reason
