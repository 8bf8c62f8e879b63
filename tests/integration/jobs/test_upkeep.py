"""What is kept for a time only is gone after it, and nothing else."""

from __future__ import annotations

import io
from pathlib import Path

import psycopg

from leadledger.jobs.tasks import Place
from leadledger.jobs.upkeep_tasks import forget
from permit_leads.progress import Progress
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("upkeep.sql"))


def test_only_what_is_over_is_forgotten(database_url: str, tmp_path: Path) -> None:
    place = Place(database_url, Progress(tmp_path / "log", io.StringIO()), tmp_path)
    with psycopg.connect(database_url, autocommit=True) as owner:
        for title in ("account", "keys", "invitations"):
            owner.execute(QUERIES[title])
        forget(place)
        assert owner.execute(QUERIES["left"]).fetchall() == [("invited",), ("just-ended",), ("recent",)]
        forget(place)
        assert owner.execute(QUERIES["left"]).fetchall() == [("invited",), ("just-ended",), ("recent",)]
