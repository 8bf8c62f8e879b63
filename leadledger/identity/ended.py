"""Sessions that were signed out while their access tokens are still good by themselves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from leadledger.auth import LEEWAY_SECONDS
from leadledger.database import Database
from leadledger.identity.posting import ROLE
from leadledger.identity.signing import ACCESS_SECONDS
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("queries.sql"))
KNOWN_FOR_SECONDS = 2.0
TOKEN_LIFE = timedelta(seconds=ACCESS_SECONDS + 2 * LEEWAY_SECONDS)


class EndedSessions:
    """What the API asks of every token: was its session signed out? Known to each process two seconds later."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._asked_at: float | None = None
        self._ended: frozenset[str] = frozenset()

    def __call__(self, session_id: object) -> bool:
        """Whether this session has ended.

        Raises:
            Unavailable: the database does not answer; then nobody is let in.
        """
        with self._lock:
            if self._asked_at is None or self._clock() - self._asked_at > KNOWN_FOR_SECONDS:
                self._ended, self._asked_at = self._ask(), self._clock()
            return str(session_id) in self._ended

    def _ask(self) -> frozenset[str]:
        since = datetime.now(UTC) - TOKEN_LIFE
        with self._database.acting_as(ROLE) as conn:
            rows = conn.execute(QUERIES["find_ended_sessions"], {"since": since}).fetchall()
        return frozenset(str(session_id) for (session_id,) in rows)
