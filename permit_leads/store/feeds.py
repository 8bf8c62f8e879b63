"""What the store knows of a feed by its data, whatever its runs say of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg.rows import class_row

from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class FeedRow:
    """The newest day of issue, not in the future; a batch held back since the last good run; where rows come from.

    `simulated_note` is what the publisher's stand-in said of the rows of the last good run, None of real ones.
    """

    source: str
    newest_issued_date: date | None
    held_at: datetime | None
    simulated_note: str | None


def read_feeds(conn: psycopg.Connection, now: datetime, source: str | None = None) -> dict[str, FeedRow]:
    """Every source that has a state, or the one named, by name."""
    values = {"source": source, "today": now.date() + timedelta(days=1)}  # where it is tomorrow already
    with conn.cursor(row_factory=class_row(FeedRow)) as cursor:
        return {row.source: row for row in cursor.execute(QUERIES["feeds"], values)}
