"""Puts synthetic permits and leads in place, for tests that read what the ETL would have written."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import psycopg

from permit_leads.search import SEARCHED, search_words
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
NOTE = "synthetic rows for tests"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a dataset was given."""

    dataset_id: str = "austin_issued_permits"
    publisher: str = "City of Austin"
    county_fips: str | None = "48453"
    permit_count: int = 200
    first: int = 1
    hours_ago: int = 2
    newest_days_ago: int = 0
    note: str | None = NOTE
    page_sha256: str = "ab" * 32


def load(conn: psycopg.Connection, what: Loaded) -> Loaded:
    """One dataset with its run, page, permits, versions and leads, as a successful run leaves them."""
    now = datetime.now(UTC)
    values = {
        "dataset_id": what.dataset_id,
        "publisher": what.publisher,
        "county_fips": what.county_fips,
        "status": "success",
        "last_success": now - timedelta(hours=what.hours_ago),
        "fetched_at": now - timedelta(hours=what.hours_ago),
        "run_id": uuid.uuid5(uuid.NAMESPACE_OID, what.dataset_id),
        "note": what.note,
        "page_index": 0,
        "page_sha256": what.page_sha256,
        "today": today() - timedelta(days=what.newest_days_ago),
        "first": what.first,
        "last": what.first + what.permit_count - 1,
    }
    for title in ("dataset", "state", "run", "page", "permits", "versions", "leads"):
        conn.execute(QUERIES[title], values)
    _set_words(conn, what.dataset_id)
    return what


def _set_words(conn: psycopg.Connection, dataset_id: str) -> None:
    """What the ETL makes of the texts."""
    texts = conn.execute(QUERIES["texts"], {"dataset_id": dataset_id}).fetchall()
    permits = pl.DataFrame(texts, schema=["permit_id", *SEARCHED], orient="row")
    words = permits.select(search_words().list.join(" ").alias("words"))["words"].to_list()
    conn.execute(QUERIES["set_words"], {"permit_ids": permits["permit_id"].to_list(), "words": words})


def today() -> date:
    """The day the API shows scores for."""
    return datetime.now(UTC).date()
