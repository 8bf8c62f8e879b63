"""Where each source stands: who runs it now, how far it is whole, and where the next run starts.

Nothing here commits. A claim or a heartbeat is committed at once by its caller; the end of a run is committed
together with its rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from permit_leads.errors import SourceUnavailable
from permit_leads.fetch.page import Window
from permit_leads.registry import Dataset
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))

Status = Literal["success", "failure", "running", "unknown"]
LEASE_SECONDS = 120


class LeaseHeld(SourceUnavailable):
    """Another run is at work on this source; a cron run and a replay by hand never overlap."""


class LeaseLost(SourceUnavailable):
    """This run stood still for longer than its lease, and its source may belong to another run by now."""


@dataclass(frozen=True, slots=True)
class StateRow:
    """One source as it stands now; `unknown` has never run, and a running source whose lease ran out is a failure."""

    source: str
    status: Status
    watermark: date | None
    replay_from: date | None
    last_run: datetime | None
    last_success: datetime | None
    records_processed: int
    error_message: str | None
    lease_run_id: UUID | None
    lease_expires_at: datetime | None
    heartbeat_at: datetime | None
    updated_by: str
    updated_at: datetime


def list_states(conn: psycopg.Connection) -> list[StateRow]:
    """Every source that has a state, by name."""
    with conn.cursor(row_factory=class_row(StateRow)) as cursor:
        return cursor.execute(QUERIES["list_states"], {"source": None}).fetchall()


def read(conn: psycopg.Connection, source: str) -> StateRow | None:
    """One source, or None when it has no state yet."""
    with conn.cursor(row_factory=class_row(StateRow)) as cursor:
        return cursor.execute(QUERIES["list_states"], {"source": source}).fetchone()


def begin(
    conn: psycopg.Connection, source: str, run_id: UUID, actor: str, lease_seconds: float = LEASE_SECONDS
) -> StateRow:
    """Claim the source for a run and close the record of any run that died before it.

    Raises:
        LeaseHeld: another run is alive; says since when and until when it is given credit.
    """
    claim = {"source": source, "run_id": run_id, "actor": actor, "lease_seconds": lease_seconds}
    is_mine = conn.execute(QUERIES["claim_lease"], claim).rowcount == 1
    row = read(conn, source)
    assert row is not None  # claimed just now, or refused because it is there
    if not is_mine:
        raise LeaseHeld(
            source, f"run {row.lease_run_id} ({row.updated_by}) holds it, lease until {row.lease_expires_at}"
        )
    conn.execute(QUERIES["close_lost_runs"], {"source": source, "run_id": run_id})
    return row


def heartbeat(
    conn: psycopg.Connection, source: str, run_id: UUID, records: int, lease_seconds: float = LEASE_SECONDS
) -> None:
    """Say that the run is alive and how many records it has brought in so far.

    Raises:
        LeaseLost: the source belongs to somebody else by now; stop and write nothing.
    """
    beat = {"source": source, "run_id": run_id, "records": records, "lease_seconds": lease_seconds}
    if conn.execute(QUERIES["heartbeat"], beat).rowcount != 1:
        raise _lost(source, run_id)


def finish_success(conn: psycopg.Connection, source: str, run_id: UUID, watermark: date | None, records: int) -> None:
    """Close a run that went well, in the transaction of its rows.

    `watermark` is the newest publisher day that is now whole. None for window and replay runs, which leave watermark,
    rewind and last success as they were.

    Raises:
        LeaseLost: the source belongs to somebody else by now; roll back.
    """
    end = {"source": source, "run_id": run_id, "records": records, "watermark": watermark}
    query = QUERIES["finish_window" if watermark is None else "finish_sync"]
    if conn.execute(query, end).rowcount != 1:
        raise _lost(source, run_id)


def finish_failure(conn: psycopg.Connection, source: str, run_id: UUID, error: str) -> None:
    """Close a run that went wrong; a source that another run holds by now is left to that run."""
    conn.execute(QUERIES["finish_failure"], {"source": source, "run_id": run_id, "error": error})


def next_window(row: StateRow | None, dataset: Dataset, today: date) -> Window:
    """The days the next run without --since fetches; `today` is the publisher's. Open where the dataset has no date."""
    if dataset.date_column is None:
        return Window(None, None)
    starts = [today]
    if row is not None and row.replay_from is not None:
        starts.append(row.replay_from)
    if row is not None and row.watermark is not None:
        starts.append(row.watermark - timedelta(days=dataset.overlap_days))
    elif len(starts) == 1:
        starts.append(today - timedelta(days=dataset.backfill_days))
    return Window(min(starts), today)


def _lost(source: str, run_id: UUID) -> LeaseLost:
    return LeaseLost(source, f"run {run_id} no longer holds the lease; its work is not stored, the next run repeats it")
