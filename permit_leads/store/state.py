"""Where each source stands: who runs it now, how far it is whole, and where the next run starts.

Nothing here commits. A claim or a heartbeat is committed at once by its caller; the end of a run is committed
together with its rows.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal
from uuid import UUID

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from permit_leads.errors import SourceUnavailable
from permit_leads.page import Window
from permit_leads.registry import Dataset
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))

Mark = Literal["success", "failure", "running"]
Status = Literal["success", "failure", "running", "unknown"]
LEASE_SECONDS = 120
TOUCHED_OVERLAP_DAYS = 2  # zones lie half a day apart, and portals show a change hours after they have written it
UNKNOWN_OVERLAP_DAYS = 14  # a rewind of a source that the registry no longer knows


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
        raise _held(row)
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


def close_dead(conn: psycopg.Connection) -> list[tuple[str, UUID]]:
    """Write `failure: lease lost` to every source whose run has died; gives the sources and those runs.

    Such a run is shown as a failure anyway, and taken over by the next one; from here on it cannot come back either.
    """
    return [(str(source), run_id) for source, run_id in conn.execute(QUERIES["close_dead"])]


def has_succeeded_since(conn: psycopg.Connection, source: str, kind: str, since: datetime) -> bool:
    """Whether a run of this kind that began no earlier than `since` has gone well."""
    found = conn.execute(QUERIES["has_succeeded_since"], {"source": source, "kind": kind, "since": since}).fetchone()
    return bool(found and found[0])


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


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as it is recorded; running until it is finished, or until the next run finds it dead."""

    run_id: UUID
    kind: str
    status: str
    window_since: date | None
    window_until: date | None
    started_at: datetime
    finished_at: datetime | None
    page_count: int
    record_count: int
    expected_count: int | None
    permit_new_count: int
    permit_changed_count: int
    permit_unchanged_count: int
    lead_written_count: int
    rejection_count: int
    stage_seconds: dict[str, float]
    simulated_note: str | None
    error_message: str | None


def recent_runs(conn: psycopg.Connection, source: str, limit: int) -> list[RunRow]:
    """The last runs of a source, newest first."""
    with conn.cursor(row_factory=class_row(RunRow)) as cursor:
        return cursor.execute(QUERIES["recent_runs"], {"source": source, "limit": limit}).fetchall()


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change by hand; `before` and `after` are the whole state as it was shown then."""

    entry_id: int
    source: str
    action: str
    actor: str
    reason: str | None
    before: dict[str, object] | None
    after: dict[str, object] | None
    recorded_at: datetime


def audit_entries(conn: psycopg.Connection, source: str | None, limit: int) -> list[AuditEntry]:
    """The last changes by hand, newest first; of all sources when none is named."""
    with conn.cursor(row_factory=class_row(AuditEntry)) as cursor:
        return cursor.execute(QUERIES["audit_entries"], {"source": source, "limit": limit}).fetchall()


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
    return Window(min(starts), today, _touched_since(row, dataset))


def _touched_since(row: StateRow | None, dataset: Dataset) -> date | None:
    """Since when rows of other days are to be read as well; None before the first run, which knows no other days."""
    if dataset.system_cursor is None or row is None or row.watermark is None:
        return None
    return min(row.watermark, row.replay_from or row.watermark) - timedelta(days=TOUCHED_OVERLAP_DAYS)


@dataclass(frozen=True, slots=True)
class Change:
    """What an operator makes of a source by hand, and why."""

    status: Mark
    actor: str
    error: str | None = None
    records: int | None = None
    is_forced: bool = False


def mark(conn: psycopg.Connection, source: str, change: Change, overlap_days: int) -> StateRow | None:
    """Change a source by hand and keep who did it and why; None when the source has no state.

    `failure` rewinds: the days of the last good run are fetched again, and never fewer than the overlap. `success`
    takes a rewind back. Neither touches the watermark.

    Raises:
        LeaseHeld: a run is at work and the change is not forced.
    """
    conn.execute(QUERIES["lock_state"], {"source": source})
    before = read(conn, source)
    if before is None:
        return None
    if before.status == "running" and before.lease_run_id is not None and not change.is_forced:
        raise _held(before)
    found = conn.execute(QUERIES["last_window_start"], {"source": source}).fetchone()
    rewind = {"overlap_days": overlap_days, "last_window_start": found[0] if found else None}
    conn.execute(QUERIES[f"mark_{change.status}"], {"source": source, **asdict(change), **rewind})
    after = read(conn, source)
    _audit(conn, source, f"update --status {change.status}", change.actor, change.error, before, after)
    return after


def register(conn: psycopg.Connection, source: str, actor: str) -> bool:
    """Give a source its state; False when it had one, which stays as it is."""
    is_new = conn.execute(QUERIES["insert_state"], {"source": source, "actor": actor}).rowcount == 1
    if is_new:
        _audit(conn, source, "init", actor, None, None, read(conn, source))
    return is_new


def _audit(
    conn: psycopg.Connection, source: str, action: str, actor: str, reason: str | None,
    before: StateRow | None, after: StateRow | None,
) -> None:  # fmt: skip
    entry = {"source": source, "action": action, "actor": actor, "reason": reason}
    conn.execute(QUERIES["insert_audit_entry"], {**entry, "before": _json(before), "after": _json(after)})


def _json(row: StateRow | None) -> Jsonb | None:
    return None if row is None else Jsonb(asdict(row), dumps=lambda value: json.dumps(value, default=str))


def _held(row: StateRow) -> LeaseHeld:
    until = f"{row.lease_expires_at:%Y-%m-%d %H:%M:%S} UTC"
    return LeaseHeld(
        row.source, f"run {row.lease_run_id} by {row.updated_by} is at work, its lease holds until {until}"
    )


def _lost(source: str, run_id: UUID) -> LeaseLost:
    return LeaseLost(source, f"run {run_id} no longer holds the lease; its work is not stored, the next run repeats it")
