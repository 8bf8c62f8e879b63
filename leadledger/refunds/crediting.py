"""Looks through the records for what proves that a claim was not worth its price, and gives its credits back."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("refunds.sql"))


def credit_proved(conn: psycopg.Connection[Any], *, is_whole: bool = False) -> Counter[str]:
    """Credit what is proved, each claim in a transaction of its own; counts by reason.

    It looks at what changed since the last pass; `is_whole`: at everything. Again, or by several at once, it credits
    nothing twice.
    """
    begun_at = datetime.now(UTC)
    row = None if is_whole else conn.execute(QUERIES["read_pass"]).fetchone()
    with conn.cursor(row_factory=dict_row) as rows:
        proofs = rows.execute(QUERIES["find_proofs"], {"since": row[0] if row else None}).fetchall()
    conn.commit()
    credited: Counter[str] = Counter()
    for proof in proofs:
        with conn.transaction():
            values = {**proof, "evidence": Jsonb(proof["evidence"]), "decided_by": "evidence"}
            made = conn.execute(QUERIES["credit_refund"], values).fetchone()
        if made is not None and made[0] is not None:
            credited[proof["reason"]] += 1
    conn.execute(QUERIES["note_pass"], {"until": begun_at})
    conn.commit()
    return credited
