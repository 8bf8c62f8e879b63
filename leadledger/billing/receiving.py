"""Events as they come in: proved, kept with their job in one transaction, answered; refusals are counted."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import structlog
from psycopg.types.json import Jsonb

from leadledger.billing.signing import EventRefused, read_event
from leadledger.database import Database
from leadledger.errors import Unavailable
from leadledger.stripe_settings import StripeSettings
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
WRITE_EVERY_SECONDS = 1.0


class Refusals:
    """Counts by reason, written to the database at most once a second: a flood of bad bodies is not one of writes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._written_at = float("-inf")

    def count(self, reason: str) -> None:
        """One more."""
        with self._lock:
            self._counts[reason] += 1
            if time.monotonic() - self._written_at < WRITE_EVERY_SECONDS:
                return
            self._written_at, counts, self._counts = time.monotonic(), self._counts, Counter()
        structlog.get_logger().warning("billing.event_refused", **counts)
        try:
            with self._database.acting_as("leadledger_api") as conn:
                for why, more in counts.items():
                    conn.execute(QUERIES["count_refusals"], {"why": why, "more": more})
        except Unavailable:
            with self._lock:
                self._counts.update(counts)


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
    values = {
        "event_id": event.event_id,
        "type": event.type,
        "is_live": event.is_live,
        "api_version": event.api_version,
        "object_id": event.object_id,
        "created_at": event.created_at,
        "payload": Jsonb(event.payload),
    }
    with database.acting_as("leadledger_api") as conn:
        kept = conn.execute(QUERIES["keep_event"], values).fetchone()
    return kept is not None and kept[0] is not None
