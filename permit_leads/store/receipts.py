"""Which archived bytes the store leads to, and the word of whoever removes others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from permit_leads.errors import UsageError
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


def keep_runs_out(conn: psycopg.Connection) -> None:
    """Let no run begin before this transaction ends: one that did might rely on what is being removed.

    Raises:
        UsageError: a run is at work.
    """
    conn.execute(QUERIES["wait_a_little"])
    conn.execute(QUERIES["keep_runs_out"])
    busy = [source for (source,) in conn.execute(QUERIES["at_work"])]
    if busy:
        raise UsageError(f"runs are at work ({', '.join(busy)}); nothing was removed, wait for them")


def needed(conn: psycopg.Connection) -> set[str]:
    """sha-256 of every page and file that a receipt of any version leads to."""
    return {sha256 for (sha256,) in conn.execute(QUERIES["needed"])}


def settled_holds(conn: psycopg.Connection) -> dict[UUID, str]:
    """Held runs that were rejected or superseded, and which of it."""
    return dict(conn.execute(QUERIES["settled_holds"]).fetchall())


def committed(conn: psycopg.Connection) -> set[UUID]:
    """The runs of all datasets whose rows are in the store."""
    return {run_id for (run_id,) in conn.execute(QUERIES["committed"])}


def audit(conn: psycopg.Connection, action: str, actor: str, reason: str, after: Mapping[str, object]) -> None:
    """Keep who removes what from the archive, and why."""
    conn.execute(QUERIES["audit"], {"action": action, "actor": actor, "reason": reason, "after": Jsonb(after)})
