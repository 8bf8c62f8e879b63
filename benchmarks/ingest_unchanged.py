"""What benchmarks.ingest --unchanged times: the archived pages of a load read again, when nothing is new.

The rows are loaded once, untimed. Then a replay of the same window reads every page from the archive, checks its hash,
parses and normalizes it, compares every permit with the store by its content hash, and finds nothing to do. What it
wrote to the tables of permits, versions, leads and events is counted by PostgreSQL, not by us.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.ingest_ours import Run
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
TABLES = ["permits", "permit_versions", "superseded_permits", "leads", "superseded_leads", "events"]


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The one line of figures. `first_load_writes` shows that the count counts: it is that of the load before."""

    rows: int
    rows_per_s: float
    writes: int
    first_load_writes: int
    permit_unchanged: int
    peak_rss_mb: float
    stage_seconds: dict[str, float]


def measure_unchanged(url: str, load: Callable[[bool], Run], settle: Callable[[], None]) -> Unchanged:
    """Load the rows once, then time the replay of their pages; `load` is told whether it is the replay."""
    before = writes(url)
    load(False)
    settle()
    loaded = writes(url)
    again = load(True)
    assert again["permit_unchanged_count"] > 0, f"nothing was compared: {again}"
    return Unchanged(
        rows=again["record_count"],
        rows_per_s=round(again["record_count"] / again["seconds"]),
        writes=writes(url) - loaded,
        first_load_writes=loaded - before,
        permit_unchanged=again["permit_unchanged_count"],
        peak_rss_mb=again["peak_rss_mb"],
        stage_seconds=again["stage_seconds"],
    )


def writes(url: str) -> int:
    """Rows inserted, updated and deleted so far in the tables of a run, by PostgreSQL's own statistics.

    A session hands its counts over when it ends, so all others are waited for.
    """
    with psycopg.connect(url, autocommit=True) as conn:
        while conn.execute(QUERIES["other_sessions"]).fetchone() != (0,):
            time.sleep(0.01)
        row = conn.execute(QUERIES["writes"], {"tables": TABLES}).fetchone()
    assert row is not None
    return int(row[0])
