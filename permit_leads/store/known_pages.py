"""Pages of files that earlier runs relied on, with what their servers said to recognize them by."""

from __future__ import annotations

from pathlib import Path

import psycopg

from permit_leads.page import KnownPage
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


def known_page(conn: psycopg.Connection, dataset_id: str, url: str) -> KnownPage | None:
    """The newest page of an address, if the run that fetched it stored its rows; None when there is none."""
    row = conn.execute(QUERIES["known_page"], {"dataset_id": dataset_id, "url": url}).fetchone()
    if row is None:
        return None
    sha256, headers, media_type, whole_at = row
    return None if whole_at is None else KnownPage(sha256, headers, media_type, whole_at)
