"""How often a key, a user or an address may ask: counted in this process, told to the others twice a second.

A request costs no statement: it is decided by what this process has counted and what it last heard of the others. With
the database away each process goes on by itself. See docs/decisions/2026-11-26-rate-limits-told-in-the-background.md.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import structlog

from leadledger.database import Database, Patience
from leadledger.errors import AppError, Unavailable
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("rate_counts.sql"))
Kind = Literal["address", "unproven", "user", "key"]
WINDOW_SECONDS = 60
PAUSE_SECONDS = 0.5
REMEMBERED_SUBJECTS = 100_000
REMEMBERED_TOKENS = 10_000
COUNT_PATIENCE = Patience(2.0, 2_000)
WHOSE: dict[Kind, str] = {
    "address": "this address without a token",
    "unproven": "this address with tokens that prove nothing yet",
    "user": "a signed-in user",
    "key": "an API key",
}
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands in the minute that runs."""

    kind: Kind
    limit: int
    remaining: int
    reset_seconds: int
    is_refused: bool = False

    def headers(self) -> dict[str, str]:
        """The fields of draft-ietf-httpapi-ratelimit-headers-10."""
        headers = {
            "RateLimit-Policy": f'"{self.kind}";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"{self.kind}";r={self.remaining};t={self.reset_seconds}',
        }
        return {**headers, "Retry-After": str(self.reset_seconds)} if self.is_refused else headers


class TooManyRequests(AppError):
    """The minute's allowance is used up."""

    status = 429
    code = "rate_limited"

    def __init__(self, standing: Standing) -> None:
        message = f"{standing.limit} requests a minute are allowed for {WHOSE[standing.kind]}"
        super().__init__(f"{message}; wait {standing.reset_seconds} s", headers=standing.headers())


@dataclass(slots=True)
class _Count:
    heard: int = 0
    untold: int = 0


@dataclass(slots=True)
class _Minute:
    number: int
    counts: OrderedDict[str, _Count] = field(default_factory=OrderedDict)


class RateLimits:
    """The counts of this process, by whole minutes of the clock."""

    def __init__(
        self, allowed: Mapping[Kind, int], shared: SharedCounts | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._allowed = allowed
        self._shared = shared
        self._clock = clock
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()
        self._minute = _Minute(0)
        self._proven: OrderedDict[bytes, tuple[Kind, str]] = OrderedDict()
        self._closing = threading.Event()
        self._teller = threading.Thread(target=self._keep_telling, name="rate limits", daemon=True)

    def open(self) -> None:
        """Begin telling the other processes."""
        if self._shared is not None:
            self._shared.database.open()
            self._teller.start()

    def close(self) -> None:
        """Stop telling."""
        self._closing.set()
        if self._shared is not None:
            self._teller.join(5)
            self._shared.database.close()

    def spend(self, kind: Kind, identity: str) -> Standing:
        """Count one request, unless the minute is used up; refusals are not counted."""
        with self._lock:
            count = self._count_of(_subject(kind, identity))
            is_refused = count.heard + count.untold >= self._allowed[kind]
            count.untold += not is_refused
            return self._standing(kind, count, is_refused)

    def give_back(self, kind: Kind, identity: str) -> None:
        """Uncount one, when it turns out to be somebody else's; in a new minute there is nothing to give back."""
        with self._lock:
            count = self._current().counts.get(_subject(kind, identity))
            if count is not None:
                count.untold -= 1

    def remember(self, token: str, kind: Kind, identity: str) -> None:
        """Whose requests those with this token are; good for counting, not for believing."""
        with self._lock:
            self._proven[_digest(token)] = (kind, identity)
            if len(self._proven) > REMEMBERED_TOKENS:
                self._proven.popitem(last=False)

    def whose(self, token: str) -> tuple[Kind, str] | None:
        """Who proved himself with this token before; None: nobody here."""
        with self._lock:
            return self._proven.get(_digest(token))

    def tell(self) -> None:
        """Tell the others what was counted here since, and hear what they counted."""
        with self._one_at_a_time:
            self._tell()

    def _tell(self) -> None:
        with self._lock:
            minute = self._current()
            news = {subject: count.untold for subject, count in minute.counts.items() if count.untold}
        if not news or self._shared is None:
            return
        heard = self._shared.exchange(minute.number * WINDOW_SECONDS, news)
        with self._lock:
            for subject, total in heard.items():
                count = minute.counts.get(subject)
                if count is not None:
                    count.heard, count.untold = total, count.untold - news[subject]

    def _keep_telling(self) -> None:
        is_away = False
        while not self._closing.wait(PAUSE_SECONDS):
            try:
                self.tell()
            except Unavailable as error:
                if not is_away:
                    log.warning("rate_limits.alone", reason=error.message)
                is_away = True
            else:
                is_away = False

    def _count_of(self, subject: str) -> _Count:
        counts = self._current().counts
        count = counts.get(subject)
        if count is None:
            count = counts[subject] = _Count()
            if len(counts) > REMEMBERED_SUBJECTS:
                counts.popitem(last=False)
        return count

    def _current(self) -> _Minute:
        number = int(self._clock() // WINDOW_SECONDS)
        if number != self._minute.number:
            self._minute = _Minute(number)
        return self._minute

    def _standing(self, kind: Kind, count: _Count, is_refused: bool) -> Standing:
        limit = self._allowed[kind]
        reset = WINDOW_SECONDS - int(self._clock() % WINDOW_SECONDS)
        return Standing(kind, limit, max(0, limit - count.heard - count.untold), reset, is_refused)


class SharedCounts:
    """What all processes counted, in the database; over a connection of its own, so that a full pool stops nothing."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def exchange(self, window_start: int, news: Mapping[str, int]) -> dict[str, int]:
        """Add and hear the sums.

        Raises:
            Unavailable: the database does not answer.
        """
        values = {
            "window_start": datetime.fromtimestamp(window_start, UTC),
            "subjects": list(news),
            "amounts": list(news.values()),
        }
        with self.database.acting_as("anon", patience=COUNT_PATIENCE) as conn:
            return dict(conn.execute(QUERIES["add"], values).fetchall())


def _subject(kind: Kind, identity: str) -> str:
    """No address and no id stands in the shared table."""
    return hashlib.blake2b(f"{kind} {identity}".encode(), digest_size=16).hexdigest()


def _digest(token: str) -> bytes:
    return hashlib.blake2b(token.encode(), digest_size=16).digest()
