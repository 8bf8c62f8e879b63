"""Credits that end, taken when their time has come: what is left of them, and nothing else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from leadledger.credits.lots import read_lots
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


def expire_credits(conn: psycopg.Connection[Any], now: datetime) -> dict[UUID, int]:
    """Take what ended until `now`, one account a transaction; the credits by account. A second round takes nothing."""
    accounts = [row[0] for row in conn.execute(QUERIES["list_accounts"], {"now": now}).fetchall()]
    conn.commit()
    expired = {account_id: _expire(conn, account_id, now) for account_id in accounts}
    return {account_id: gone for account_id, gone in expired.items() if gone}


def _expire(conn: psycopg.Connection[Any], account_id: UUID, now: datetime) -> int:
    with conn.transaction(), conn.cursor(row_factory=dict_row) as rows:
        rows.execute(QUERIES["hold_account"], {"account_id": account_id})
        entries = rows.execute(QUERIES["read_entries"], {"account_id": account_id}).fetchall()
        ended = [lot for lot in read_lots(entries) if lot.ends_at <= now]
        gone = sum(lot.left for lot in ended)
        if gone:
            # After this entry the last one is another, so no two rounds share a key.
            key = f"expiry:{entries[-1]['credit_entry_id']}"
            details = Jsonb({"ended_at": max(lot.ends_at for lot in ended).isoformat()})
            about = {"account_id": account_id, "credits": gone, "key": key, "details": details}
            rows.execute(QUERIES["take_expired"], about)
    return gone
