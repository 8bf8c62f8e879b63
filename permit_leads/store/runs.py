"""The record of a run: what was asked, which pages came, what was rejected, found and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal, NamedTuple
from uuid import UUID

import polars as pl
import psycopg
from psycopg.types.json import Jsonb

from permit_leads.page import Page, Window
from permit_leads.registry import Dataset
from permit_leads.store.copying import copy_text, csv_text
from permit_leads.store.permits import Written
from permit_leads.store.queries import load_queries
from permit_leads.suppress import Redactor

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))

RunKind = Literal["sync", "window", "replay", "reconcile"]
REJECTION_COLUMNS = [
    "run_id",
    "dataset_id",
    "permit_key",
    "page_sha256",
    "page_row",
    "field",
    "value",
    "reason",
    "is_fatal",
]


@dataclass(slots=True)
class Tally:
    """What one run saw, beside what it wrote."""

    page_count: int = 0
    record_count: int = 0
    expected_count: int | None = None
    rejection_count: int = 0
    fatal_count: int = 0
    permit_count: int = 0
    newest_date: date | None = None
    note: str | None = None
    stage_seconds: dict[str, float] = field(default_factory=dict)
    written: Written = field(default_factory=Written)


class Known(NamedTuple):
    """What the store held of a dataset before this run."""

    newest_issued_date: date | None
    has_rows_in_window: bool
    has_rows: bool


def upsert_dataset(
    conn: psycopg.Connection, dataset: Dataset, fields: list[str], mapping: Mapping[str, object]
) -> None:
    """Write what the registry says of a dataset, so that coverage can be read from the database alone."""
    licence = dataset.publisher.licence
    values = {
        "dataset_id": dataset.id,
        "publisher": dataset.publisher.name,
        "title": dataset.title,
        "state": dataset.publisher.state,
        "county_fips": dataset.publisher.county_fips,
        "time_zone": dataset.publisher.time_zone,
        "protocol": dataset.protocol,
        "url": dataset.url,
        "is_enabled": dataset.is_enabled,
        "disabled_reason": dataset.disabled_reason,
        "freshness_hours": dataset.freshness_hours,
        "licence": licence.name,
        "attribution": licence.attribution,
        "is_resale_ok": licence.is_resale_ok,
        "published_fields": fields,
        "mapping": Jsonb(mapping),
    }
    conn.execute(QUERIES["upsert_dataset"], values)


def begin_run(
    conn: psycopg.Connection,
    run_id: UUID,
    dataset_id: str,
    kind: RunKind | Literal["restore"],
    window: Window,
    started_at: datetime,
) -> None:
    """Record that a run has begun; it stays `running` in the record until it is finished or its lease is lost.

    An archived run that is told again may have a record of an attempt to do so that failed.
    """
    values = {"run_id": run_id, "dataset_id": dataset_id, "kind": kind, "started_at": started_at}
    conn.execute(QUERIES["begin_run"], {**values, "window_since": window.since, "window_until": window.until})


def finish_run(
    conn: psycopg.Connection,
    run_id: UUID,
    status: Literal["success", "failure", "held"],
    tally: Tally,
    error: str | None,
) -> None:
    """Close the record of a run; in the transaction of its rows on success, alone on failure."""
    written = tally.written
    conn.execute(
        QUERIES["finish_run"],
        {
            "run_id": run_id,
            "status": status,
            "page_count": tally.page_count,
            "record_count": tally.record_count,
            "expected_count": tally.expected_count,
            "permit_new_count": written.permit_new,
            "permit_changed_count": written.permit_changed,
            "permit_unchanged_count": written.permit_unchanged,
            "lead_written_count": written.leads,
            "rejection_count": tally.rejection_count,
            "stage_seconds": Jsonb({stage: round(spent, 3) for stage, spent in tally.stage_seconds.items()}),
            "simulated_note": tally.note,
            "error_message": error,
        },
    )


def insert_page(
    conn: psycopg.Connection, run_id: UUID, dataset_id: str, page_index: int, page_sha256: str, page: Page
) -> None:
    """Record one response; its bytes lie in the archive."""
    conn.execute(
        QUERIES["insert_page"],
        {
            "run_id": run_id,
            "page_index": page_index,
            "dataset_id": dataset_id,
            "page_sha256": page_sha256,
            "kind": page.kind,
            "url": page.url,
            "method": page.method,
            "request_body": page.request_body,
            "status": page.status,
            "headers": Jsonb(dict(page.headers)),
            "media_type": page.media_type,
            "fetched_at": page.fetched_at,
            "elapsed_ms": page.elapsed_ms,
            "byte_count": len(page.body),
            "row_count": page.row_count,
            "simulated_note": page.note,
        },
    )


def rejected_text(run_id: UUID, dataset_id: str, rejections: pl.DataFrame, redactor: Redactor) -> bytes:
    """What could not be read, with a pointer to where it stands, as `insert_rejections` takes it."""
    clean = redactor.redact_columns(rejections, ["value"], is_at_home=True)
    rows = clean.with_columns(pl.lit(str(run_id)).alias("run_id"), pl.lit(dataset_id).alias("dataset_id"))
    return csv_text(rows.select(REJECTION_COLUMNS))


def insert_rejections(conn: psycopg.Connection, text: bytes) -> None:
    """Store what could not be read."""
    if text:
        copy_text(conn, "public.rejections", REJECTION_COLUMNS, text)


def insert_finding(
    conn: psycopg.Connection, run_id: UUID, dataset_id: str, code: str, severity: str, message: str
) -> None:
    """Store one finding of the quality stage."""
    values = {"run_id": run_id, "dataset_id": dataset_id, "code": code, "severity": severity, "message": message}
    conn.execute(QUERIES["insert_finding"], values)


def status_of(conn: psycopg.Connection, run_id: UUID) -> str | None:
    """How a run ended, or running; None when the store knows no such run."""
    row = conn.execute(QUERIES["status_of"], {"run_id": run_id}).fetchone()
    return None if row is None else str(row[0])


def committed_ids(conn: psycopg.Connection, dataset_id: str) -> set[UUID]:
    """The runs of a dataset whose rows are in the store."""
    return {run_id for (run_id,) in conn.execute(QUERIES["committed_ids"], {"dataset_id": dataset_id})}


def newest_known(conn: psycopg.Connection, dataset_id: str) -> datetime | None:
    """When the store last learned something of a dataset: the beginning of its last good run, or its newest row."""
    row = conn.execute(QUERIES["newest_known"], {"dataset_id": dataset_id}).fetchone()
    return None if row is None else row[0]


def known_counts(conn: psycopg.Connection, dataset_id: str, window: Window) -> Known:
    """Newest day in the store, and whether it already has rows in the window, or any at all."""
    values = {"dataset_id": dataset_id, "since": window.since, "until": window.until}
    row = conn.execute(QUERIES["known_counts"], values).fetchone()
    assert row is not None
    return Known(*row)
