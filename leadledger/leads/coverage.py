"""What is covered, and how fresh: read from the store's own record of its runs, kept for seconds.

Coverage is public, so it is read without a user; only sums and what publishers print about themselves leave here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from psycopg.rows import dict_row

from leadledger.database import Connection, Database
from leadledger.leads.areas import read_region
from leadledger.leads.conditions import QUERIES as SEARCH
from leadledger.leads.filters import LeadQuestion
from leadledger.leads.holding import describe_hold
from leadledger.leads.places import county_name, county_names
from leadledger.modes import SAMPLE_NOTE, Mode, now_in
from permit_leads.freshness import Cause, Feed, Judgement, judge
from permit_leads.normalize.receipts import published_fields
from permit_leads.permit import FIELDS
from permit_leads.registry import Dataset, load_registry
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
KEPT_SECONDS = 5.0
INTERNAL = ("freshness_hours", "held_at", "held_codes")
PUBLIC_FIELDS = tuple(one.name for one in FIELDS if not one.is_personal)
# In the order of CoverageDataset.
COVERED = (
    *("dataset_id", "publisher", "newest_issued_date", "last_success"),
    *("freshness", "freshness_reason", "stale_since", "simulated_note"),
)
Freshness = Literal["fresh", "stale", "unknown", "disabled"]
VERDICTS = {"covered": "none", "stale": "source_stale", "not_covered": "not_covered"}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All datasets as they stood at one instant, and the counties each has open leads in."""

    as_of: datetime
    datasets: Sequence[Mapping[str, Any]]
    counties: Mapping[str, frozenset[str]] = field(repr=False)
    sample_note: str | None = None


@dataclass(frozen=True, slots=True)
class _Counts:
    latest_run: datetime | None
    permits: Mapping[str, int]
    leads: Mapping[str, int]
    counties: Mapping[str, frozenset[str]]


class CoverageBook:
    """The current snapshot, looked up again after a few seconds; whole tables are counted only after a run."""

    def __init__(self, database: Database, registry: Mapping[str, Dataset] | None = None, mode: Mode = "live") -> None:
        self._database = database
        self._registry = load_registry() if registry is None else registry
        self._mode: Mode = mode
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._counts: _Counts | None = None
        self._read_at = float("-inf")

    def look(self) -> Snapshot:
        """The snapshot. While one thread reads it anew, the others go on with the one there is.

        Raises:
            Unavailable: the database does not answer.
        """
        known = self._snapshot
        if known is not None and time.monotonic() - self._read_at < KEPT_SECONDS:
            return known
        if not self._lock.acquire(blocking=known is None) and known is not None:
            return known
        try:
            if self._snapshot is None or time.monotonic() - self._read_at >= KEPT_SECONDS:
                self._snapshot = self._read(now_in(self._mode))
                self._read_at = time.monotonic()
            return self._snapshot
        finally:
            self._lock.release()

    def _read(self, now: datetime) -> Snapshot:
        # Permits and leads are granted to signed-in users only; this reads sums of them on nobody's behalf.
        with self._database.acting_as("authenticated") as conn:
            self._counts = _read_counts(conn, self._counts)
            with conn.cursor(row_factory=dict_row) as cursor:
                rows = cursor.execute(QUERIES["datasets"], {"today": now.date() + timedelta(days=1)}).fetchall()
        known = {row["dataset_id"] for row in rows}
        never_run = [_from_registry(one) for one in self._registry.values() if one.id not in known]
        rows = [{**row, **_switched_off(self._registry.get(row["dataset_id"]))} for row in rows]
        every = sorted([*rows, *never_run], key=lambda row: (row["publisher"], row["dataset_id"]))
        described = [_describe(row, self._counts, now) for row in every]
        return Snapshot(now, described, self._counts.counties, SAMPLE_NOTE if self._mode == "test" else None)


def cover(snapshot: Snapshot, asked: LeadQuestion, local: frozenset[str] | None, *, is_found: bool) -> dict[str, Any]:
    """Which datasets speak about the place asked for; `local` are those of its ZIPs and areas, if it has any."""
    here = [one for one in snapshot.datasets if one["last_success"] is not None]
    if asked.county:
        here = [one for one in here if _reaches(snapshot, one, asked.county)]
    if local is not None:
        here = [one for one in here if one["dataset_id"] in local]
    state = "covered" if any(one["freshness"] == "fresh" for one in here) else "stale" if here else "not_covered"
    return {
        "verdict": "found" if is_found else VERDICTS[state],
        "state": state,
        "sample_note": snapshot.sample_note,
        "datasets": [{name: one[name] for name in COVERED} for one in here],
    }


def cover_datasets(snapshot: Snapshot, dataset_ids: Collection[str]) -> list[dict[str, Any]]:
    """These datasets as CoverageDataset, by publisher."""
    return [{name: one[name] for name in COVERED} for one in snapshot.datasets if one["dataset_id"] in dataset_ids]


def datasets_of_zips(conn: Connection, zips: Sequence[str]) -> frozenset[str]:
    """Datasets that have open leads in these ZIPs."""
    return frozenset(dataset_id for (dataset_id,) in conn.execute(QUERIES["datasets_of_zips"], {"zips": list(zips)}))


def datasets_of_place(conn: Connection, asked: LeadQuestion) -> frozenset[str] | None:
    """Datasets that have leads in the ZIPs, or permits in the area, asked for; None when neither is asked for."""
    region = read_region(asked, SEARCH)
    found = [datasets_of_zips(conn, asked.zip)] if asked.zip else []
    if region is not None:
        statement = QUERIES["datasets_of_cells"].format(**region.cells)
        found.append(frozenset(dataset_id for (dataset_id,) in conn.execute(statement)))
    return frozenset.intersection(*found) if found else None


def counties_of(snapshot: Snapshot) -> frozenset[str]:
    """FIPS codes of the counties that some loaded dataset speaks about."""
    return frozenset(str(row["county_fips"]) for row in list_counties(snapshot))


def list_counties(snapshot: Snapshot) -> list[dict[str, object]]:
    """Counties some loaded dataset speaks about, by state and name."""
    loaded = [one for one in snapshot.datasets if one["last_success"] is not None]
    codes = {one["county_fips"] for one in loaded if one["county_fips"]}
    codes.update(*(snapshot.counties.get(one["dataset_id"], frozenset()) for one in loaded))
    names = {code: county_names().get(code, (None, None)) for code in codes}
    rows = [{"county_fips": code, "name": name, "state": state} for code, (name, state) in names.items()]
    return sorted(rows, key=lambda row: (row["state"] or "", row["name"] or "", row["county_fips"]))


def find_stale_since(row: Mapping[str, Any], now: datetime) -> datetime | None:
    """Since when nothing newer than what is shown has come in: the last good run, or the feed's last day."""
    return _judge(row, now).since if row["is_enabled"] else None


def judge_freshness(row: Mapping[str, Any], now: datetime) -> tuple[Freshness, str | None]:
    """How fresh a dataset is, and in words for customers why it is not."""
    if not row["is_enabled"]:
        return "disabled", row["disabled_reason"] or "not fetched at present"
    known = _judge(row, now)
    return known.freshness, None if known.cause is None else _reason(known.cause, row)


def _judge(row: Mapping[str, Any], now: datetime) -> Judgement:
    return judge(Feed(row["freshness_hours"], row["last_success"], row["newest_issued_date"], row.get("held_at")), now)


def _reason(cause: Cause, row: Mapping[str, Any]) -> str:
    if cause == "held_back":
        return describe_hold(row["held_at"], row["held_codes"])
    reasons = {
        "no_good_run": "no run has succeeded yet",
        "run_is_old": f"the last successful run is older than {row['freshness_hours']} hours",
        "no_day_of_issue": "no permit carries a day of issue",
        "permits_are_old": f"the newest permit was issued on {row['newest_issued_date']}",
    }
    return reasons[cause]


def _reaches(snapshot: Snapshot, dataset: Mapping[str, Any], counties: Sequence[str]) -> bool:
    inside = snapshot.counties.get(dataset["dataset_id"], frozenset())
    return dataset["county_fips"] in counties or not inside.isdisjoint(counties)


def _read_counts(conn: Connection, known: _Counts | None) -> _Counts:
    row = conn.execute(QUERIES["latest_run"]).fetchone()
    latest = row[0] if row else None
    if known is not None and known.latest_run == latest:
        return known
    permits: dict[str, int] = dict(conn.execute(QUERIES["permit_counts"]).fetchall())
    leads: dict[str, int] = {}
    counties: dict[str, set[str]] = {}
    for dataset_id, county_fips, count in conn.execute(QUERIES["lead_counts"]):
        leads[dataset_id] = leads.get(dataset_id, 0) + count
        counties.setdefault(dataset_id, set()).update({county_fips} - {None})
    return _Counts(latest, permits, leads, {name: frozenset(codes) for name, codes in counties.items()})


def _describe(row: Mapping[str, Any], counts: _Counts, now: datetime) -> dict[str, Any]:
    """A dataset as DatasetCoverage."""
    freshness, reason = judge_freshness(row, now)
    published = [name for name in PUBLIC_FIELDS if name in row["published_fields"]]
    return {
        **{name: value for name, value in row.items() if name not in INTERNAL},
        "county_name": county_name(row["county_fips"]),
        "status": row["status"] or "never_run",
        "freshness": freshness,
        "freshness_reason": reason,
        "stale_since": find_stale_since(row, now),
        "record_count": row["record_count"] or 0,
        "permit_count": counts.permits.get(row["dataset_id"], 0),
        "lead_count": counts.leads.get(row["dataset_id"], 0),
        "published_fields": published,
        "not_published_fields": [name for name in PUBLIC_FIELDS if name not in published],
    }


def _switched_off(dataset: Dataset | None) -> dict[str, Any]:
    """Whether and why a dataset is off, as the registry has it: a dataset that is off never runs, to write it down.

    One that the registry has lost stays as its last run left it.
    """
    if dataset is None:
        return {"disabled_status": None, "disabled_on": None}
    names = ("is_enabled", "disabled_status", "disabled_reason", "disabled_on")
    return {name: getattr(dataset, name) for name in names}


def _from_registry(dataset: Dataset) -> dict[str, Any]:
    """A dataset the store has not heard of: it has never run."""
    licence = dataset.publisher.licence
    never = ("status", "last_success", "last_run", "record_count", "simulated_note", "newest_issued_date")
    return {
        "dataset_id": dataset.id,
        "publisher": dataset.publisher.name,
        "title": dataset.title,
        "state": dataset.publisher.state,
        "county_fips": dataset.publisher.county_fips,
        "protocol": dataset.protocol,
        **_switched_off(dataset),
        "freshness_hours": dataset.freshness_hours,
        "published_fields": published_fields(dataset),
        "licence": licence.name,
        "attribution": licence.attribution,
        "is_resale_ok": licence.is_resale_ok,
        **dict.fromkeys(never),
    }
