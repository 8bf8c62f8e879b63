"""The turns at each publisher's host, shared by all processes and machines that use one database.

The database's clock counts, so that the clocks of two machines need not agree. Nothing is held while a request is on:
a process that dies leaves nothing to be cleaned up.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import psycopg

from permit_leads.store import db
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


class HostTurns:
    """Turns taken in `host_turns`, over a connection of its own that is opened when the first is asked for."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._conn: psycopg.Connection | None = None

    def take(self, host: str, spacing_seconds: float) -> float:
        """0.0 when the turn is ours, and nobody else's for `spacing_seconds`; else seconds after which to try again."""
        turn = {"host": host, "spacing_seconds": spacing_seconds}
        if self._execute("take_turn", turn).rowcount == 1:
            return 0.0
        left = self._execute("seconds_left", turn).fetchone()
        return max(0.001, float(left[0])) if left else 0.001

    def put_off(self, host: str, seconds: float) -> None:
        """Let nobody, in whichever process, ask the host for so long."""
        self._execute("put_off", {"host": host, "seconds": seconds})

    def give_back(self, host: str, taken_seconds: float, owed_seconds: float) -> None:
        """Let the next one ask sooner: the turn was taken for longer than the host is owed."""
        self._execute("give_back", {"host": host, "taken_seconds": taken_seconds, "owed_seconds": owed_seconds})

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            if self._conn is not None:
                self._conn.close()
                self._conn = None

    def _execute(self, name: str, values: Mapping[str, object]) -> psycopg.Cursor:
        """One statement, committed; over a new connection when the server ended the old one between two turns."""
        with self._lock:
            if self._conn is not None and not self._conn.broken:
                try:
                    return self._conn.execute(QUERIES[name], values)
                except psycopg.OperationalError:
                    self._conn.close()
            self._conn = db.connect(self._url)
            self._conn.autocommit = True
            return self._conn.execute(QUERIES[name], values)
