"""One hash for each ledger, by which two stores are compared: equal hashes mean equal rows, to the last byte.

In it is every column of permits, permit_versions, superseded_permits, leads, superseded_leads and events, also when and
by which run each was learned. Left out are the two numbers of an event (`ledgers.sql` says why); their order is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psycopg

from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class LedgerHash:
    """How many rows a ledger has, and their hash (md5, hex)."""

    row_count: int
    hash: str


def ledger_hashes(conn: psycopg.Connection, dataset_id: str | None = None) -> dict[str, LedgerHash]:
    """The hash of each ledger by its table, of one dataset or of all. The connection is one of `store.db`: in UTC."""
    rows = conn.execute(QUERIES["hashes"], {"dataset_id": dataset_id}).fetchall()
    return {name: LedgerHash(count, text) for name, count, text in rows}


def permit_id_hash(conn: psycopg.Connection, dataset_id: str | None = None) -> LedgerHash:
    """The hash of nothing but the ids of all permits."""
    row = conn.execute(QUERIES["permit_ids"], {"dataset_id": dataset_id}).fetchone()
    assert row is not None
    return LedgerHash(*row)
