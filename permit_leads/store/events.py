"""What happened to permits and leads, in commit order: written with the rows it tells of, read by a cursor.

Events are numbered one run after the other, each from its last statement to its commit. So whoever has read event n
has read all before it, and `events_after(n)` misses nothing that commits later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from permit_leads.store import binary
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
BLOCK = 1000  # events of one row; a reader of ten unpacks at most so many

STAGED_COLUMNS = ["kind", "recorded_at", "permit_ids", "lead_ids"]

EventKind = Literal[
    "permit.created", "permit.changed", "permit.withdrawn", "permit.redacted", "lead.created", "lead.changed"
]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `version` is the permit's or the lead's after it.

    `recorded_at` is when we learned it, `published_at` when the run that brought it was about to commit. `detail` may
    carry `reason` (why a permit was withdrawn, or that it was published again), `renumbered_to` and `renumbered_from`
    (permit ids), and of a lead `openness` (before, after).
    """

    event_id: int
    kind: EventKind
    dataset_id: str
    permit_id: UUID
    lead_id: UUID | None
    version: int
    run_id: UUID
    recorded_at: datetime
    published_at: datetime
    detail: dict[str, Any] | None


def events_after(
    conn: psycopg.Connection,
    after: int = 0,
    limit: int = 100,
    *,
    dataset_ids: Sequence[str] | None = None,
    kinds: Sequence[EventKind] | None = None,
) -> list[Event]:
    """The next events in commit order; go on after the `event_id` of the last one. Numbers may have gaps."""
    wanted = {"after": after, "limit": limit, "dataset_ids": _list(dataset_ids), "kinds": _list(kinds)}
    with conn.cursor(row_factory=class_row(Event)) as cursor:
        return cursor.execute(QUERIES["events_after"], wanted).fetchall()


def newest_event_id(conn: psycopg.Connection) -> int:
    """Where a reader begins that only wants what comes next; 0 when nothing happened yet."""
    row = conn.execute(QUERIES["newest_event"]).fetchone()
    assert row is not None
    return int(row[0])


def created(recorded_at: datetime, permit_ids: binary.Column, lead_ids: binary.Column | None = None) -> bytes:
    """The events of new permits, or, with `lead_ids` beside them, of new leads, of one page, for `stage_created`."""
    kind = binary.text("permit.created" if lead_ids is None else "lead.created")
    instant = binary.instant(recorded_at)
    blocks = [slice(start, start + BLOCK) for start in range(0, len(permit_ids), BLOCK)]
    leads = [binary.NULL if lead_ids is None else binary.id_array(lead_ids[block]) for block in blocks]
    permits = [binary.id_array(permit_ids[block]) for block in blocks]
    return b"".join(binary.rows(1, [kind, instant, *ids]) for ids in zip(permits, leads, strict=True))


def stage_created(conn: psycopg.Connection, rows: bytes) -> None:
    """Note what is new on one page."""
    binary.copy_rows(conn, "staged_events", STAGED_COLUMNS, rows)


def publish(
    conn: psycopg.Connection, dataset_id: str, run_id: UUID, published_at: datetime | None = None
) -> datetime | None:
    """Number and write what was staged; when that was, None where nothing was. Commit soon: other runs wait for it.

    `published_at` is given when they were published once before; None: now.
    """
    values = {"dataset_id": dataset_id, "run_id": run_id, "published_at": published_at}
    row = conn.execute(QUERIES["publish"], values).fetchone()
    conn.execute(QUERIES["empty_staged_events"])
    return None if row is None else row[0]


def _list(words: Sequence[str] | None) -> list[str] | None:
    return None if words is None else list(words)
