"""Forgets what is kept for a time only: answers to writes sent again, and invitations that ended long ago."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from procrastinate import App

from leadledger.jobs.schedule import FORGET
from leadledger.jobs.tasks import Place
from permit_leads.store import db
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("upkeep.sql"))


def add_upkeep_tasks(app: App, place: Place) -> None:
    """Make the task known to the queue."""

    def forget_expired(*, timestamp: int) -> None:
        del timestamp
        forget(place)

    app.task(name=FORGET)(forget_expired)


def forget(place: Place) -> None:
    """One round; a second one finds nothing."""
    with closing(db.connect(place.url)) as conn:
        counts = {title: _count(conn.execute(statement).fetchone()) for title, statement in QUERIES.items()}
        conn.commit()
    if any(counts.values()):
        place.progress.event("upkeep.done", **counts)


def _count(row: tuple[int, ...] | None) -> int:
    return row[0] if row else 0
