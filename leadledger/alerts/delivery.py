"""Takes what is due under a lease, tells it by its channel, and keeps how that ended.

A mail or webhook whose worker died before it could note the end is sent again under the same Message-ID or webhook-id;
a text is not, since nobody could tell the second from the first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import dict_row

from leadledger.alerts.channels import Outlet, Parcel, Ways, open_outlet
from leadledger.alerts.contents import read_news
from leadledger.alerts.outcome import NotEver, NotNow, Unknown, Unsubscribed
from leadledger.alerts.quiet import Quiet, next_allowed
from permit_leads.store import db
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
TAKEN_AT_ONCE = 50
LEASE_SECONDS = 120.0
RENEWED_AFTER_SECONDS = 30.0
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440))
LINES = 3  # at once; SMTP servers and receivers mostly wait, so do we


@dataclass(slots=True)
class Tally:
    """How many deliveries ended which way."""

    sent: int = 0
    put_off: int = 0
    dead: int = 0
    empty: int = 0

    def add(self, other: Tally) -> None:
        """Both together."""
        self.sent += other.sent
        self.put_off += other.put_off
        self.dead += other.dead
        self.empty += other.empty


def deliver_due(url: str, ways: Ways, is_over: Callable[[], bool] = lambda: False, *, lines: int = LINES) -> Tally:
    """Deliver over several connections at once until nothing is due any more, or until `is_over`."""
    total = Tally()
    with ThreadPoolExecutor(lines, thread_name_prefix="alerts") as pool:
        for one in [pool.submit(_deliver_line, url, ways, is_over) for _ in range(lines)]:
            total.add(one.result())
    return total


def _deliver_line(url: str, ways: Ways, is_over: Callable[[], bool]) -> Tally:
    total = Tally()
    with closing(connect(url)) as conn:
        while not is_over() and (done := deliver_turn(conn, ways, datetime.now(UTC))) is not None:
            total.add(done)
    return total


def connect(url: str) -> psycopg.Connection[Any]:
    """A connection to deliver with: each statement is a transaction, and waits for no disk.

    A server that loses its last notes in a crash has mails and webhooks sent again under the same ids. What must not be
    sent again is noted for good, see `_end`.
    """
    conn = db.connect(url)
    conn.autocommit = True
    conn.execute(QUERIES["do_not_wait_for_the_disk"])
    return conn


def deliver_turn(conn: psycopg.Connection[Any], ways: Ways, now: datetime) -> Tally | None:
    """Some of what is due; None when nothing was."""
    if _waits_for_privacy(conn):
        return None
    taken, late_count = take(conn, now)
    if not taken and not late_count:
        return None
    tally = Tally(put_off=late_count)
    told = read_news(conn, taken, now)
    lease = _Lease(conn, [row["delivery_id"] for row in taken])
    with open_outlet(ways) as outlet:
        for row in taken:
            lease.hold()
            _deliver(conn, outlet, row, told, tally)
            lease.release(row["delivery_id"])
    return tally


def take(conn: psycopg.Connection[Any], now: datetime) -> tuple[list[dict[str, Any]], int]:
    """Deliveries that are this worker's for two minutes, and how many must wait for quiet hours to end."""
    ready: list[dict[str, Any]] = []
    late_count = 0
    with conn.transaction(), conn.cursor(row_factory=dict_row) as rows:
        conn.execute(QUERIES["wait_for_the_disk"])
        values = {"count": TAKEN_AT_ONCE, "lease_seconds": LEASE_SECONDS}
        for row in rows.execute(QUERIES["take"], values).fetchall():
            allowed_at = _allowed_at(row, now)
            if allowed_at <= now:
                ready.append(row)
                continue
            late_count += 1
            status = "waiting" if row["is_first"] else "retrying"
            conn.execute(QUERIES["wait"], {"delivery_id": row["delivery_id"], "due_at": allowed_at, "status": status})
        first = [row for row in ready if row["is_first"] and row["kind"] == "news"]
        about = {
            "delivery_ids": [row["delivery_id"] for row in first],
            "alert_ids": [row["alert_id"] for row in first],
        }
        conn.execute(QUERIES["gather"], about)
    return ready, late_count


def _waits_for_privacy(conn: psycopg.Connection[Any]) -> bool:
    """Whether a granted request is not carried out yet: until it is, rows may say what they must not."""
    row = conn.execute(QUERIES["waits_for_privacy"]).fetchone()
    return row is not None and bool(row[0])


def _allowed_at(row: Mapping[str, Any], now: datetime) -> datetime:
    if row["was_interrupted"]:
        return now  # it was allowed when it was taken
    is_asked = row["kind"] == "news" and row["quiet_from"] is not None
    quiet = Quiet(row["quiet_from"], row["quiet_until"]) if is_asked else None
    return next_allowed(now, ZoneInfo(row["time_zone"]), quiet, is_text=row["channel"] == "sms")


class _Lease:
    """Kept alive while parcels are handed over, however slow their receivers are."""

    def __init__(self, conn: psycopg.Connection[Any], delivery_ids: Sequence[UUID]) -> None:
        self._conn = conn
        self._left = set(delivery_ids)
        self._renewed_at = time.monotonic()

    def hold(self) -> None:
        if time.monotonic() - self._renewed_at < RENEWED_AFTER_SECONDS:
            return
        self._conn.execute(QUERIES["renew"], {"delivery_ids": list(self._left), "lease_seconds": LEASE_SECONDS})
        self._renewed_at = time.monotonic()

    def release(self, delivery_id: UUID) -> None:
        self._left.discard(delivery_id)


def _deliver(
    conn: psycopg.Connection[Any], outlet: Outlet, row: Mapping[str, Any], told: Mapping[UUID, Any], tally: Tally
) -> None:
    """One delivery to one of its ends."""
    news = told.get(row["delivery_id"])
    idle = _why_idle(row, news)
    if idle is not None:
        status = "uncertain" if row["was_interrupted"] and row["channel"] == "sms" else "empty"
        tally.empty += 1
        _end(conn, row, status, idle, None)
        return
    parcel = Parcel(
        row["delivery_id"],
        row["alert_id"],
        row["saved_search_id"],
        row["channel"],
        row["target"],
        row["link_token"],
        row["webhook_secret"],
        news,
    )
    try:
        outlet.send(parcel)
    except (NotEver, Unknown) as error:
        tally.dead += 1
        _give_up(conn, row, error)
    except NotNow as error:
        _put_off(conn, row, str(error), tally)
    else:
        tally.sent += 1
        _end(conn, row, "sent", None, news.lead_count if news else None)


def _why_idle(row: Mapping[str, Any], news: Any) -> str | None:
    """Why nothing is to be sent; None when something is."""
    if row["was_interrupted"] and row["channel"] == "sms":
        return "the worker died while the text was on its way; it may have arrived, so it is not sent again"
    if row["is_unsubscribed"]:
        return "the recipient has unsubscribed"
    if row["kind"] == "news" and row["is_paused"]:
        return "the alert or its search is paused"
    if row["kind"] == "news" and news is None:
        return "nothing fits any more: the leads were withdrawn, taken, or changed"
    return None


def _give_up(conn: psycopg.Connection[Any], row: Mapping[str, Any], error: Exception) -> None:
    with conn.transaction():
        if isinstance(error, Unsubscribed):
            conn.execute(QUERIES["unsubscribe"], {"alert_id": row["alert_id"]})
        _end(conn, row, "uncertain" if isinstance(error, Unknown) else "dead", str(error), None)


def _put_off(conn: psycopg.Connection[Any], row: Mapping[str, Any], reason: str, tally: Tally) -> None:
    tries = row["attempt_count"]
    if tries > len(BACKOFF):
        tally.dead += 1
        _end(conn, row, "dead", f"given up after {tries} tries: {reason}", None)
        return
    tally.put_off += 1
    about = {"delivery_id": row["delivery_id"], "reason": reason, "due_at": datetime.now(UTC) + BACKOFF[tries - 1]}
    conn.execute(QUERIES["put_off"], about)


def _end(
    conn: psycopg.Connection[Any], row: Mapping[str, Any], status: str, reason: str | None, lead_count: int | None
) -> None:
    about = {"delivery_id": row["delivery_id"], "status": status, "reason": reason, "lead_count": lead_count}
    if row["channel"] != "sms":
        conn.execute(QUERIES["end"], about)
        return
    with conn.transaction():
        conn.execute(QUERIES["wait_for_the_disk"])
        conn.execute(QUERIES["end"], about)
