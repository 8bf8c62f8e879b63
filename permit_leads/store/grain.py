"""Rows of permits that stand in several: which are older than the one the store has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import psycopg

from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


def split_older(
    conn: psycopg.Connection, differing: pl.DataFrame, names: Sequence[str]
) -> tuple[pl.DataFrame, pl.Series]:
    """The rows that are not older than the store's by these days, and the ids of those that are."""
    known_ids = differing.filter("is_known")["permit_id"]
    if not len(known_ids):
        return differing, known_ids
    rows = conn.execute(QUERIES["stored_days"], {"permit_ids": f"{{{','.join(known_ids)}}}"}).fetchall()
    stored = {permit_id: _sortable(days, names) for permit_id, days in rows}
    days = differing.select(pl.col(names).cast(pl.String)).rows(named=True)
    ids = differing["permit_id"]
    is_older = [_sortable(said, names) < stored.get(one, ()) for one, said in zip(ids, days, strict=True)]
    mask = pl.Series(is_older, dtype=pl.Boolean)
    return differing.filter(~mask), ids.filter(mask)


def _sortable(days: dict[str, str | None], names: Sequence[str]) -> tuple[str, ...]:
    """ISO days in order of their weight; no day is the oldest of all."""
    return tuple(days[name] or "" for name in names)
