"""Two clocks: what we knew at any instant, and what changed between any two versions of a permit.

The publisher's clock stands in the dates of a permit; ours is `recorded_at`, the instant at which the page was fetched
that taught us a version. Values are as JSON writes them (dates as text, money as numbers); a field that says nothing is
left out. They include names of persons: who shows them decides who may see them (`permit.FIELDS`, `is_personal`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from permit_leads.permit import FIELDS
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class PermitState:
    """A permit as it was known; with a `withdrawn_reason` its publisher no longer listed it."""

    permit_id: UUID
    dataset_id: str
    version: int
    recorded_at: datetime
    withdrawn_reason: str | None
    page_sha256: str
    page_row: int
    fields: dict[str, Value]


@dataclass(frozen=True, slots=True)
class LeadState:
    """A lead as it was: its columns by name."""

    lead_id: UUID
    permit_id: UUID
    dataset_id: str
    version: int
    fields: dict[str, object]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a permit: when it was learned, by which run, from which row of which page."""

    version: int
    recorded_at: datetime
    run_id: UUID
    withdrawn_reason: str | None
    page_sha256: str
    page_row: int
    fields: dict[str, Value]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that two versions write differently; None: it says nothing."""

    field: str
    before: Value
    after: Value


class UnknownVersion(LookupError):
    """A permit or a version of it that the store does not have."""


def permits_as_of(
    conn: psycopg.Connection,
    at: datetime,
    *,
    dataset_id: str | None = None,
    permit_ids: Sequence[UUID] | None = None,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[PermitState]:
    """Permits as known at the instant, by id; those first seen later are not among them."""
    with conn.cursor(row_factory=class_row(PermitState)) as cursor:
        return cursor.execute(QUERIES["permits_as_of"], _asked(at, dataset_id, permit_ids, after, limit)).fetchall()


def leads_as_of(
    conn: psycopg.Connection,
    at: datetime,
    *,
    dataset_id: str | None = None,
    permit_ids: Sequence[UUID] | None = None,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[LeadState]:
    """Leads as they were at the instant, by id; `permit_ids` asks for those of some permits."""
    with conn.cursor(row_factory=class_row(LeadState)) as cursor:
        return cursor.execute(QUERIES["leads_as_of"], _asked(at, dataset_id, permit_ids, after, limit)).fetchall()


def versions_of(conn: psycopg.Connection, permit_id: UUID) -> list[Version]:
    """Every version of a permit, oldest first; none when the store does not have it."""
    with conn.cursor(row_factory=class_row(Version)) as cursor:
        return cursor.execute(QUERIES["versions_of"], {"permit_id": permit_id}).fetchall()


def diff(conn: psycopg.Connection, permit_id: UUID, before: int, after: int) -> list[FieldChange]:
    """The fields that two versions of a permit write differently, in the order of the record.

    A withdrawal changes no field: both versions carry what the publisher said last.

    Raises:
        UnknownVersion: the permit has no such version.
    """
    versions = {one.version: one.fields for one in versions_of(conn, permit_id)}
    for number in (before, after):
        if number not in versions:
            known = ", ".join(map(str, versions)) or "none"
            raise UnknownVersion(f"permit {permit_id} has no version {number}; it has {known}")
    return compare(versions[before], versions[after])


def compare(before: dict[str, Value], after: dict[str, Value]) -> list[FieldChange]:
    """The fields that differ, in the order of the record."""
    pairs = ((field.name, before.get(field.name), after.get(field.name)) for field in FIELDS)
    return [FieldChange(name, old, new) for name, old, new in pairs if old != new]


def _asked(
    at: datetime, dataset_id: str | None, permit_ids: Sequence[UUID] | None, after: UUID | None, limit: int | None
) -> dict[str, object]:
    ids = None if permit_ids is None else list(permit_ids)
    return {"at": at, "dataset_id": dataset_id, "permit_ids": ids, "after": after, "limit": limit}
