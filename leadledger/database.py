"""The connection pool, and the one way to use it: a transaction that acts as somebody."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import orjson
import psycopg
import structlog
from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool

from leadledger.errors import Unavailable
from leadledger.modes import Mode
from leadledger.settings import ApiSettings
from permit_leads.store import embedded
from permit_leads.store.queries import load_queries

Role = Literal["anon", "authenticated", "identity_provider", "leadledger_api"]
Connection = psycopg.Connection[tuple[Any, ...]]
QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
FAILURE_REMEMBERED_SECONDS = 15.0
BUSY: dict[Mode, str] = {
    "live": "no database connection came free in time; try again in a moment",
    "test": "the sandbox does not answer; its operator builds it with `python -m leadledger migrate`",
}


class Patience(NamedTuple):
    """How long to wait for a connection, and for one statement."""

    acquire_seconds: float
    statement_ms: int


REQUEST_PATIENCE = Patience(5.0, 8_000)  # Supabase's own limit for statements of authenticated
PROBE_PATIENCE = Patience(2.0, 2_000)


def api_url(settings: ApiSettings) -> str:
    """Where the API connects: its own login role, else the owner, else the embedded server (started if need be)."""
    for url in (settings.api_database_url, settings.database_url):
        if url is not None:
            return url.get_secret_value()
    return embedded.ensure_running(settings.home).api


class Database:
    """A pool of connections that never leave a transaction with a role or claims still set."""

    def __init__(
        self,
        url: str,
        *,
        size: int = 10,
        cursor_factory: type[psycopg.Cursor[Any]] = psycopg.Cursor,
        mode: Mode = "live",
    ) -> None:
        # Prepared statements do not survive a transaction pooler, and filters plan better with their values seen.
        options = {"application_name": "leadledger", "prepare_threshold": None, "connect_timeout": 5}
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            kwargs={**options, "cursor_factory": cursor_factory},
            min_size=min(2, size) if mode == "live" else 0,  # who never sees a test key keeps no connection for it
            max_size=size,
            reconnect_timeout=30,
            configure=_read_json_fast,
            name="api",
            open=False,
        )
        self._failed_at: float | None = None
        self._mode: Mode = mode

    def open(self) -> None:
        """Start connecting; does not wait, so that the process can say that the database is away."""
        self._pool.open(wait=False)

    def close(self) -> None:
        """Give all connections back."""
        self._pool.close(timeout=5)

    @property
    def is_serving(self) -> bool:
        """Whether the pool is open and its last use did not fail just now; asks nobody."""
        if self._pool.closed:
            return False
        return self._failed_at is None or time.monotonic() - self._failed_at > FAILURE_REMEMBERED_SECONDS

    @contextmanager
    def acting_as(
        self, role: Role, claims: Mapping[str, object] | None = None, *, patience: Patience = REQUEST_PATIENCE
    ) -> Iterator[Connection]:
        """One transaction with the rights of `role`; committed at the end, rolled back on any error.

        Claims of a test key (`mode`) get no further than the first statement in any but the sandbox's database, and
        all others no further than that in the sandbox's.

        Raises:
            Unavailable: no connection can be had, it broke, or a statement ran too long.
        """
        acting = {
            "mode": str(claims.get("mode", "live")) if claims else self._mode,
            "role": role,
            "claims": _encode(claims),
            "timeout_ms": str(patience.statement_ms),
            "request_id": str(structlog.contextvars.get_contextvars().get("request_id", "")),
        }
        conn = self._begin(acting, patience.acquire_seconds)
        try:
            with conn:
                yield conn
        except psycopg.errors.QueryCanceled:
            raise Unavailable("the database took too long; narrow the question or try again") from None
        except psycopg.OperationalError:
            self._failed_at = time.monotonic()
            raise Unavailable("the database connection broke; try again") from None
        finally:
            self._pool.putconn(conn)

    def probe(self) -> None:
        """Ask the database something every role may ask.

        Raises:
            Unavailable: it does not answer within two seconds.
            psycopg.Error: it answers, but not as a migrated database does.
        """
        with self.acting_as("anon", patience=PROBE_PATIENCE) as conn:
            conn.execute(QUERIES["probe"])

    def _begin(self, acting: Mapping[str, str], acquire_seconds: float) -> Connection:
        """A connection with its role taken. One broken in the pool (server restarted) is replaced once, unseen."""
        for attempt in (1, 2):
            conn = self._acquire(acquire_seconds)
            try:
                conn.execute(QUERIES["act_as"], acting)
            except psycopg.OperationalError:
                self._pool.putconn(conn)
                if attempt == 1:
                    self._pool.check()
            except BaseException:
                self._pool.putconn(conn)
                raise
            else:
                self._failed_at = None
                return conn
        self._failed_at = time.monotonic()
        raise Unavailable("the database does not answer; try again in a moment")

    def _acquire(self, seconds: float) -> Connection:
        try:
            return self._pool.getconn(seconds)
        except psycopg.OperationalError:
            self._failed_at = time.monotonic()
            raise Unavailable(BUSY[self._mode]) from None


def _read_json_fast(conn: Connection) -> None:
    set_json_loads(orjson.loads, conn)


def _encode(claims: Mapping[str, object] | None) -> str:
    return orjson.dumps(claims).decode() if claims else ""
