"""Sends to endpoints what is due: several endpoints at once, several deliveries of each, each endpoint by one worker.

A worker that dies between sending and noting has its deliveries sent again under the same webhook-id.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from leadledger.feed.records import read_chosen
from leadledger.outgoing import Sender, SendFailed
from leadledger.webhooks.letters import Outcome, judge, judge_silence, write_body, write_headers
from leadledger.webhooks.turns import QUERIES, Row, Turn, begin_turn, end_turn, hold, note, take, waits_for_privacy
from permit_leads.store import db

LINES = 6  # endpoints at once
SENDERS = 4  # requests at once to one endpoint
CHUNK = 100
CHUNK_SECONDS = 10.0  # then no request of a chunk is begun any more: its records would grow old
TURN_SECONDS = 20.0  # then another endpoint has its turn


@dataclass(slots=True)
class Tally:
    """How many deliveries ended which way, and which endpoints were disabled and why."""

    delivered: int = 0
    put_off: int = 0
    dead: int = 0
    disabled: list[tuple[UUID, str]] = field(default_factory=list)

    def count(self, outcomes: Sequence[Outcome]) -> None:
        """Add attempts."""
        self.delivered += sum(one.status == "delivered" for one in outcomes)
        self.put_off += sum(one.status == "retrying" for one in outcomes)
        self.dead += sum(one.status == "dead" for one in outcomes)

    def add(self, other: Tally) -> None:
        """Both together."""
        self.delivered += other.delivered
        self.put_off += other.put_off
        self.dead += other.dead
        self.disabled += other.disabled


def deliver_due(url: str, sender: Sender, is_over: Callable[[], bool] = lambda: False, *, lines: int = LINES) -> Tally:
    """Deliver until no endpoint has anything due, or until `is_over`."""
    total = Tally()
    with ThreadPoolExecutor(lines, thread_name_prefix="webhooks") as pool:
        for one in [pool.submit(_deliver_line, url, sender, is_over) for _ in range(lines)]:
            total.add(one.result())
    return total


def _deliver_line(url: str, sender: Sender, is_over: Callable[[], bool]) -> Tally:
    total = Tally()
    with closing(connect(url)) as conn, ThreadPoolExecutor(SENDERS, thread_name_prefix="webhook") as pool:
        while not is_over() and not waits_for_privacy(conn) and (turn := begin_turn(conn)) is not None:
            total.add(serve(turn, sender, pool, is_over))
    return total


def connect(url: str) -> psycopg.Connection[Any]:
    """A connection to deliver with: each statement is a transaction, and waits for no disk.

    A server that loses its last notes in a crash has those deliveries made and sent again under the same ids.
    """
    conn = db.connect(url)
    conn.autocommit = True
    conn.execute(QUERIES["do_not_wait_for_the_disk"])
    return conn


def serve(turn: Turn, sender: Sender, pool: ThreadPoolExecutor, is_over: Callable[[], bool] = lambda: False) -> Tally:
    """Chunk after chunk to one endpoint, until nothing is due or its time is over."""
    total = Tally()
    ends_at = time.monotonic() + TURN_SECONDS
    was_idle = True
    while not is_over() and time.monotonic() < ends_at and not waits_for_privacy(turn.conn):
        began = time.monotonic()
        endpoint = hold(turn)
        if endpoint is None or not (taken := take(turn, endpoint, 1 if endpoint["is_failing"] else CHUNK)):
            break
        was_idle = False
        outcomes = _send_all(turn, sender, pool, endpoint, taken, began + CHUNK_SECONDS)
        tried = [(row, one) for row, one in zip(taken, outcomes, strict=True) if one is not None]
        ended = [one for _, one in tried]
        if not ended:
            break
        reason = note(turn, endpoint, [row for row, _ in tried], ended)
        total.count(ended)
        if reason is not None:
            total.disabled.append((turn.webhook_endpoint_id, reason))
    end_turn(turn, was_idle=was_idle)
    return total


def _send_all(
    turn: Turn, sender: Sender, pool: ThreadPoolExecutor, endpoint: Row, taken: Sequence[Row], deadline: float
) -> list[Outcome | None]:
    """How each ended; None: it was not begun, because time was over or the endpoint takes nothing now."""
    told = _read_events(turn.conn, taken)
    secrets = [secret for secret in (endpoint["secret"], endpoint["old_secret"]) if secret]
    ended: list[Outcome] = []

    def send(row: Row) -> Outcome | None:
        if time.monotonic() > deadline or _is_hopeless(ended):
            return None
        outcome = send_one(sender, endpoint["url"], row, [told[event_id] for event_id in row["event_ids"]], secrets)
        ended.append(outcome)
        return outcome

    return list(pool.map(send, taken))


def _is_hopeless(ended: Sequence[Outcome]) -> bool:
    """The endpoint refuses everything, wants no more, or asks for patience."""
    last = ended[-SENDERS:]
    return any(one.is_gone or one.retry_after for one in last) or (
        len(last) == SENDERS and all(one.status != "delivered" for one in ended)
    )


def _read_events(conn: psycopg.Connection[Any], taken: Sequence[Row]) -> Mapping[int, Row]:
    event_ids = sorted({event_id for row in taken for event_id in row["event_ids"]})
    return {event["event_id"]: event for event in read_chosen(conn, event_ids)} if event_ids else {}


def send_one(sender: Sender, url: str, row: Row, events: Sequence[Row], secrets: Sequence[str]) -> Outcome:
    """Send one delivery once."""
    began = datetime.now(UTC)
    body = write_body(events, row["created_at"])
    headers = write_headers(str(row["webhook_delivery_id"]), body, began, secrets)
    try:
        return judge(sender.post(url, body, headers), row["attempt_count"], began)
    except SendFailed as error:
        return judge_silence(str(error), row["attempt_count"], began)
