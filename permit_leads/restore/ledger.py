"""The restored rows beside what the store knows: staged, judged, and written all at once or not at all."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import psycopg
from psycopg import sql
from psycopg.rows import class_row

from permit_leads.normalize import mapping_json, published_fields
from permit_leads.page import Window
from permit_leads.permit import FIELDS
from permit_leads.registry import Dataset
from permit_leads.restore.archived import STAGED
from permit_leads.restore.faults import Reject
from permit_leads.store import runs, state
from permit_leads.store.copying import copy_text, csv_text
from permit_leads.store.permits import Written
from permit_leads.store.queries import load_queries
from permit_leads.store.runs import Tally
from permit_leads.window import Instants

QUERIES = load_queries(Path(__file__).with_name("restore.sql"))
PAGE_COLUMNS = [name for name in STAGED if name.startswith("page_") and name not in ("page_sha256", "page_row")]
# Columns of the staging table that are no part of what a permit said.
OWN_COLUMNS = [
    *("permit_id", "dataset_id", "permit_key", "version", "content_hash", "page_sha256", "page_row"),
    *("first_recorded_at", "recorded_at", "trades", "search_words", "line", *PAGE_COLUMNS, "simulated_note", "leads"),
    *("withdrawn_at", "withdrawn_reason", "former_leads"),
]
REASONS = {
    "repeated": "version {} of this permit stands further up already",
    "misplaced": "version {} was recorded before the version that precedes it",
}


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by what becomes of them. `older` ones lose against what the store knows; `history` are versions that it
    lacks below its newest."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    older: int = 0
    history: int = 0
    rejected: int = 0

    @property
    def written(self) -> int:
        """How many versions the store gets."""
        return self.new + self.changed + self.history


@dataclass(frozen=True, slots=True)
class OtherDay:
    """Rows recorded on another day than the file's name says."""

    row_count: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(slots=True)
class Judged:
    """What becomes of the rows of each dataset."""

    fates: dict[str, Counter[str]] = field(default_factory=dict)

    def counts(self, rejected: int = 0) -> Counts:
        """The sum over all datasets; `rejected` are rows that were never staged."""
        total = sum(self.fates.values(), Counter[str]())
        return Counts(
            new=total["new"],
            changed=total["newer"],
            unchanged=total["unchanged"],
            older=total["older"],
            history=total["history"],
            rejected=rejected,
        )


@dataclass(frozen=True, slots=True)
class Earlier:
    """The restore of one dataset that is told again: its run, when it began, and when its events came out."""

    dataset_id: str
    run_id: uuid.UUID
    started_at: datetime
    published_at: datetime | None


class Ledger:
    """One restore inside the caller's transaction; nothing shows before the caller commits."""

    def __init__(self, conn: psycopg.Connection) -> None:
        self._conn = conn
        self.started_at = datetime.now(UTC)
        self._begins_at: datetime | None = None
        self._execute_all("create_staging")

    def stage(self, rows: pl.DataFrame) -> None:
        """Take good rows of the file."""
        if not rows.is_empty():
            copy_text(self._conn, "restored", rows.columns, csv_text(rows))

    def hold(self, dataset_id: str, begins_at: datetime) -> None:
        """Keep other writers from a dataset before its rows are compared with the store; the run begins at an instant.

        Raises:
            LeaseHeld: a run is at work on it.
        """
        self._begins_at = begins_at
        lock_datasets(self._conn, [dataset_id])

    def known_ids(self, permit_ids: pl.Series) -> list[str]:
        """Those of the permits that the store has."""
        rows = self._conn.execute(QUERIES["known_permits"], {"permit_ids": permit_ids.to_list()}).fetchall()
        return [permit_id for (permit_id,) in rows]

    def lock(self) -> list[str]:
        """The datasets that are staged, each kept from other writers until the transaction ends.

        Raises:
            LeaseHeld: a run is at work on one of them.
        """
        self._execute_all("index_staging")
        found = [name for name, _ in self._conn.execute(QUERIES["staged_datasets"]).fetchall()]
        lock_datasets(self._conn, found)
        return found

    def judge(self) -> Judged:
        """Compare what is staged with what is known; call once."""
        self._execute_all("judge")
        judged = Judged()
        for dataset_id, fate, row_count in self._conn.execute(QUERIES["fates"]).fetchall():
            judged.fates.setdefault(dataset_id, Counter())[fate] = row_count
        return judged

    def repeated(self) -> Iterator[Reject]:
        """Rows that the file itself contradicts."""
        for line, dataset_id, permit_key, version, fate in self._conn.execute(QUERIES["find_repeated"]):
            yield Reject(line, dataset_id, permit_key, REASONS[fate].format(version))

    def other_days(self, day: Instants) -> OtherDay:
        """What was recorded outside the day."""
        with self._conn.cursor(row_factory=class_row(OtherDay)) as cursor:
            found = cursor.execute(QUERIES["days"], {"since": day.since, "until": day.until}).fetchone()
        assert found is not None
        return found

    def write(
        self, judged: Judged, registry: dict[str, Dataset], file_sha256: str, earlier: Earlier | None = None
    ) -> dict[str, uuid.UUID]:
        """Versions, permits, leads and pages into the store, and a run for each dataset that gets some."""
        run_ids = {name: uuid.uuid4() for name, fates in judged.fates.items() if writes(fates)}
        if earlier is not None and run_ids:
            run_ids = {earlier.dataset_id: earlier.run_id}
        started_at = self.started_at = earlier.started_at if earlier else self._begins_at or datetime.now(UTC)
        for name, run_id in run_ids.items():
            dataset = registry[name]
            runs.upsert_dataset(self._conn, dataset, published_fields(dataset), mapping_json(dataset))
            runs.begin_run(self._conn, run_id, name, "restore", Window(None, None), started_at)
        lead_count = self._write_rows(run_ids)
        for name, run_id in run_ids.items():
            runs.finish_run(self._conn, run_id, "success", tally_of(judged.fates[name], lead_count.get(name, 0)), None)
        name_file(self._conn, list(run_ids.values()), file_sha256)
        return run_ids

    def _write_rows(self, run_ids: dict[str, uuid.UUID]) -> dict[str, int]:
        by_run = {"dataset_ids": list(run_ids), "run_ids": list(run_ids.values())}
        columns = {"columns": field_list(None), "fields": field_list("staged")}
        self._conn.execute(QUERIES["write_versions"], by_run)
        for name in ("keep_known", "keep_history"):
            self._conn.execute(QUERIES[name], {"own_columns": OWN_COLUMNS})
        for name in ("insert_permits", "update_permits"):
            self._conn.execute(QUERIES[name].format(**columns))
        for name in ("keep_known_leads", "keep_former_leads", "write_leads", "close_vanished_leads"):
            self._conn.execute(QUERIES[name])
        self._conn.execute(QUERIES["write_pages"], by_run)
        return dict(self._conn.execute(QUERIES["count_leads"]).fetchall())

    def publish(self, run_ids: dict[str, uuid.UUID], published_at: datetime | None = None) -> datetime:
        """Tell the readers of the event feed, now or as of when it was told before; commit soon, other runs wait.

        All events carry the instant that is returned.
        """
        by_run = {"dataset_ids": list(run_ids), "run_ids": list(run_ids.values())}
        for name in ("publish_permits", "publish_leads"):
            row = self._conn.execute(QUERIES[name], {**by_run, "published_at": published_at}).fetchone()
            published_at = published_at if row is None else row[0]
        return published_at or datetime.now(UTC)

    def _execute_all(self, name: str) -> None:
        for statement in QUERIES[name].as_string().split(";\n"):
            self._conn.execute(statement.encode())


def lock_datasets(conn: psycopg.Connection, dataset_ids: Sequence[str]) -> None:
    """Keep other writers from these datasets until the transaction ends.

    Raises:
        LeaseHeld: a run is at work on one of them.
    """
    conn.execute(QUERIES["lock_states"], {"dataset_ids": list(dataset_ids)})
    for name in dataset_ids:
        row = state.read(conn, name)
        if row is not None and row.status == "running" and row.lease_run_id is not None:
            until = f"{row.lease_expires_at:%Y-%m-%d %H:%M:%S} UTC"
            reason = f"run {row.lease_run_id} by {row.updated_by} is at work, its lease holds until {until}"
            raise state.LeaseHeld(name, reason)
    for name in dataset_ids:
        conn.execute(QUERIES["lock_dataset"], {"dataset_id": name})


def name_file(conn: psycopg.Connection, run_ids: Sequence[uuid.UUID], file_sha256: str) -> None:
    """Say of the runs which file they restored."""
    conn.execute(QUERIES["name_file"], {"run_ids": list(run_ids), "file_sha256": file_sha256})


def field_list(table: str | None) -> sql.Composed:
    """The fields of a permit as a list of columns."""
    prefix = () if table is None else (table,)
    return sql.SQL(", ").join(sql.Identifier(*prefix, field.name) for field in FIELDS)


def writes(fates: Counter[str]) -> bool:
    """Whether any row of these brings something that the store lacks."""
    return bool(fates["new"] or fates["newer"] or fates["history"])


def tally_of(fates: Counter[str], lead_count: int) -> Tally:
    """The counts of a dataset as a run records them."""
    written = Written(
        permit_new=fates["new"],
        permit_changed=fates["newer"] + fates["history"],
        permit_unchanged=fates["unchanged"] + fates["older"],
        leads=lead_count,
    )
    rejected = fates["repeated"] + fates["misplaced"]
    return Tally(record_count=fates.total(), rejection_count=rejected, written=written)
