"""Stores filled from the recorded pages of tests/fixtures, as a run fills them, and the files they are archived to."""

from __future__ import annotations

import hashlib
import uuid
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import psycopg
from psycopg import sql

from permit_leads.arrival import Arrived
from permit_leads.export.archived import archive_day, archive_name
from permit_leads.fetch import read_rows
from permit_leads.page import Page
from permit_leads.permit import DTYPES, FIELDS
from permit_leads.registry import load_registry
from permit_leads.stage_clock import Clock
from permit_leads.stages import batches
from permit_leads.store import db, runs
from permit_leads.store.identity import content_hashes
from permit_leads.store.permits import PermitWriter
from permit_leads.store.queries import load_queries
from permit_leads.window import resolve

FIXTURES = Path(__file__).parents[2] / "fixtures"
LEDGERS = load_queries(Path(__file__).parents[1] / "run" / "ledgers.sql")
REGISTRY = load_registry()
AUSTIN, CHICAGO, SOUTHLAKE = "austin_issued_permits", "chicago_building_permits", "southlake_permits"
DAY = date(2024, 1, 15)
NOON = datetime(2024, 1, 15, 18, 0, 0, 123, tzinfo=UTC)  # noon in Chicago
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def bodies(dataset_id: str) -> list[bytes]:
    """The recorded pages of a dataset."""
    paths = sorted(path for path in (FIXTURES / dataset_id).iterdir() if path.suffix == ".json")
    return [path.read_bytes() for path in paths]


def load(url: str, dataset_id: str, pages: list[bytes] | None = None, fetched_at: datetime = NOON) -> None:
    """One run of these pages."""
    dataset, run_id = REGISTRY[dataset_id], uuid.uuid4()
    with closing(db.connect(url)) as conn, closing(db.connect(url)) as lookup:
        writer = PermitWriter(conn, dataset_id, run_id)
        arrived = (_arrived(dataset_id, at, body, fetched_at) for at, body in enumerate(pages or bodies(dataset_id)))
        for batch in batches(dataset, run_id, arrived, lookup, Clock({})):
            assert batch.prepared is not None
            runs.insert_page(conn, run_id, dataset_id, batch.page_index, batch.page_sha256, batch.page)
            writer.saw_unchanged(batch.unchanged_ids)
            if not batch.prepared.permits.is_empty():
                writer.write(batch.prepared)
        writer.apply()
        conn.commit()


def _arrived(dataset_id: str, position: int, body: bytes, fetched_at: datetime) -> Arrived:
    rows = read_rows(REGISTRY[dataset_id], body, "application/json")
    url = f"https://recorded.invalid/{dataset_id}/{position}"
    page = Page("rows", url, "GET", None, 200, {}, body, fetched_at, 1, rows.height, note="recorded rows")
    return Arrived(position, hashlib.sha256(body).hexdigest(), page)


def archive(url: str, folder: Path, day: date = DAY) -> Path:
    """The day's archive file of everything in the store."""
    path = folder / archive_name(day)
    with closing(db.connect(url)) as conn:
        archive_day(conn, path, resolve(day.isoformat(), day.isoformat(), NOW))
    return path


def fingerprint(url: str) -> dict[str, tuple[int, str]]:
    """Row count and hash of each ledger, instants, ids of runs and the feed of events apart."""
    with psycopg.connect(url) as conn:
        rows = conn.execute(LEDGERS["fingerprint"]).fetchall()
    return {name: (count, text) for name, count, text in rows if name != "events"}


def counts(url: str) -> dict[str, int]:
    """Row counts of the ledgers."""
    return {name: count for name, (count, _) in fingerprint(url).items()}


def rehash(conn: psycopg.Connection) -> None:
    """Give every permit and its newest version the hash of the fields as they stand now."""
    names = [field.name for field in FIELDS]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    rows = conn.execute(sql.SQL("select permit_id::text, {} from permits").format(columns)).fetchall()
    schema = {"permit_id": pl.String(), **{field.name: DTYPES[field.kind] for field in FIELDS}}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    for permit_id, content_hash in zip(frame["permit_id"], content_hashes(frame), strict=True):
        for table in ("permits", "permit_versions"):
            statement = sql.SQL("update {} set content_hash = %s where permit_id = %s").format(sql.Identifier(table))
            conn.execute(statement, [content_hash, permit_id])
    conn.commit()
