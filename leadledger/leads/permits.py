"""One permit on two clocks, its publisher's and ours: as known at an instant, its versions, and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row

from leadledger.database import Connection
from leadledger.errors import InvalidParameter, NotFound
from leadledger.leads.conditions import QUERIES as SEARCH
from leadledger.leads.coverage import PUBLIC_FIELDS, Snapshot, cover_datasets
from leadledger.leads.disclosure import GRANTED
from leadledger.leads.permit_models import NEWEST_VERSIONS, Value
from leadledger.leads.summaries import summarize
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
PARTS = {"columns": SEARCH["summary_columns"], "joins": SEARCH["summary_joins"]}
COLUMNS = sql.SQL(", ").join(sql.Identifier("permit", field.name) for field in GRANTED)
LEARNED = ("version", "recorded_at", "run_id", "page_sha256", "page_row", "withdrawn_reason")


@dataclass(frozen=True, slots=True)
class Known:
    """A permit with every version of it, newest first, each with its `fields`."""

    permit: Mapping[str, Any]
    versions: Sequence[Mapping[str, Any]]

    def at(self, moment: datetime | None) -> Sequence[Mapping[str, Any]]:
        """The versions known at the instant, newest first.

        Raises:
            NotFound: the permit was not known yet.
        """
        known = [one for one in self.versions if moment is None or one["recorded_at"] <= moment]
        if not known:
            first = self.versions[-1]["recorded_at"]
            raise NotFound(f"the permit was first seen at {first.isoformat()}, after as_of", field="as_of")
        return known

    def numbered(self, version: int, field: str) -> Mapping[str, Any]:
        """One version by its number.

        Raises:
            NotFound: it never was.
        """
        for one in self.versions:
            if one["version"] == version:
                return one
        newest = self.versions[0]["version"]
        raise NotFound(f"the permit has no version {version}; it has 1 to {newest}", field=field)


def find_permit(conn: Connection, permit_id: UUID) -> Known:
    """The permit with all its versions.

    Raises:
        NotFound: there is no such permit, or the caller may not see it.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        keys: dict[str, Any] = {"permit_id": permit_id}
        permit = cursor.execute(QUERIES["find_permit"].format(columns=COLUMNS), keys).fetchone()
        if permit is None:
            raise NotFound(f"there is no permit {permit_id}")
        keys["version"] = permit["version"]
        versions = cursor.execute(QUERIES["find_history"], keys).fetchall()
    return Known(permit, [{**one, "fields": _shown(one["fields"] or permit["fields"])} for one in versions])


def check_past(as_of: datetime | None, now: datetime) -> None:
    """Nobody knows yet what will be known.

    Raises:
        InvalidParameter: it is still to come.
    """
    if as_of is not None and as_of > now:
        message = f"as_of is {as_of.isoformat()}: it is still to come; leave it out to see what is known now"
        raise InvalidParameter(message, field="as_of")


def describe_permit(known: Known, as_of: datetime | None, snapshot: Snapshot) -> dict[str, Any]:
    """PermitDetail without its receipts and its leads."""
    versions = known.at(as_of)
    newest, permit = versions[0], known.permit
    return {
        **describe_version(newest),
        **{name: permit[name] for name in ("permit_id", "permit_key", "dataset_id", "publisher", "first_recorded_at")},
        "as_of": as_of,
        "fields": newest["fields"],
        "not_published_fields": [name for name in PUBLIC_FIELDS if name not in permit["published_fields"]],
        "trades": permit["trades"] if newest["version"] == permit["version"] else None,
        "versions": [describe_version(one) for one in versions[:NEWEST_VERSIONS]],
        "version_count": len(versions),
        "coverage": cover_datasets(snapshot, {permit["dataset_id"]}),
    }


def list_permit_leads(conn: Connection, permit_id: UUID, today: date) -> list[dict[str, object]]:
    """The leads made of a permit, best first."""
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(QUERIES["find_leads"].format(**PARTS), {"permit_id": permit_id}).fetchall()
    return [summarize(row, today) for row in rows]


def list_versions(known: Known, before: int | None, limit: int) -> dict[str, object]:
    """PermitVersions: a page of them, each with what it changed."""
    older = [one for one in known.versions if before is None or one["version"] < before]
    pairs = list(zip(older, [*older[1:], None], strict=True))[:limit]
    items = [{**describe_version(one), "changes": compare(last, one) if last else []} for one, last in pairs]
    is_more = len(older) > len(items)
    next_before = older[limit - 1]["version"] if is_more else None
    return {"permit_id": known.permit["permit_id"], "items": items, "next_before": next_before}


def diff(known: Known, from_version: int, to_version: int) -> dict[str, object]:
    """PermitDiff.

    Raises:
        NotFound: the permit never had one of the versions.
    """
    before, after = known.numbered(from_version, "from"), known.numbered(to_version, "to")
    both = {"from": describe_version(before), "to": describe_version(after)}
    return {"permit_id": known.permit["permit_id"], **both, "changes": compare(before, after)}


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Value]]:
    """The fields two versions write differently, in the order of the record."""
    pairs = ((field, before["fields"][field.name], after["fields"][field.name]) for field in GRANTED)
    return [
        {"field": field.name, "label": field.comment, "before": old, "after": new}
        for field, old, new in pairs
        if old != new
    ]


def describe_version(version: Mapping[str, Any]) -> dict[str, Any]:
    """LearnedVersion."""
    return {name: version[name] for name in LEARNED}


def _shown(fields: Mapping[str, Any]) -> dict[str, Value]:
    """Every field that may be shown, whatever else the record holds; money as text."""
    return {field.name: _as_value(fields.get(field.name), field.kind) for field in GRANTED}


def _as_value(value: Value, kind: str) -> Value:
    return value if value is None or kind != "money" else f"{value:.2f}"
