"""Events as they come in: proved, kept with their job in one transaction, answered; refusals are counted."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import structlog
from psycopg.types.json import Jsonb

from leadledger.billing.signing import Event, EventRefused, read_event
from leadledger.database import Connection, Database
from leadledger.errors import Unavailable
from leadledger.stripe_settings import StripeSettings
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
WRITE_EVERY_SECONDS = 1.0


class Refusals:
    """Counts by reason, written together at most once a second: a flood of bad bodies is not one of writes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._timer: threading.Timer | None = None
        self._is_open = False

    def open(self) -> None:
        """Begin to write."""
        self._is_open = True

    def close(self) -> None:
        """Write what is left."""
        with self._lock:
            self._is_open = False
            if self._timer is not None:
                self._timer.cancel()
        self.write()

    def count(self, reason: str) -> None:
        """One more."""
        with self._lock:
            self._counts[reason] += 1
            self._write_soon()

    def write(self) -> None:
        """Write what was counted; while the database is away it stays counted."""
        with self._writing:
            with self._lock:
                counts, self._counts, self._timer = self._counts, Counter(), None
            if not counts:
                return
            try:
                with self._database.acting_as("leadledger_api") as conn:
                    for why, more in counts.items():
                        conn.execute(QUERIES["count_refusals"], {"why": why, "more": more})
            except Unavailable:
                with self._lock:
                    self._counts.update(counts)
                    self._write_soon()
            else:
                structlog.get_logger().warning("billing.event_refused", **counts)

    def _write_soon(self) -> None:
        if self._is_open and self._timer is None:
            self._timer = threading.Timer(WRITE_EVERY_SECONDS, self.write)
            self._timer.daemon = True
            self._timer.start()


def receive(
    database: Database, settings: StripeSettings, refusals: Refusals, body: bytes, signature: str | None
) -> bool:
    """Keep an event and its job; False when it is here already.

    Raises:
        EventRefused: it cannot be believed.
        Unavailable: it could not be kept, so Stripe must send it again.
    """
    try:
        event = read_event(body, signature, settings.webhook_secrets, is_live=settings.is_live, now=datetime.now(UTC))
    except EventRefused as refused:
        refusals.count(refused.reason)
        raise
    with database.acting_as("leadledger_api") as conn:
        return keep(conn, event)


def keep(conn: Connection, event: Event) -> bool:
    """Keep an event and its job, committed by the caller; False when it is here already."""
    values = {
        "event_id": event.event_id,
        "type": event.type,
        "is_live": event.is_live,
        "api_version": event.api_version,
        "object_id": event.object_id,
        "created_at": event.created_at,
        "payload": Jsonb(event.payload),
    }
    kept = conn.execute(QUERIES["keep_event"], values).fetchone()
    return kept is not None and kept[0] is not None
