"""Signs of life of a run, from a thread of their own: a publisher that asks for patience must not cost the lease."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from uuid import UUID

import psycopg

from permit_leads.store import db, state

HEARTBEAT_SECONDS = 10.0


@contextmanager
def beating(url: str, dataset_id: str, run_id: UUID, count_records: Callable[[], int]) -> Iterator[None]:
    """Renew the lease every ten seconds until the block ends, and say how many records have come.

    A beat that fails ends the beating, not the run: the end of a run is fenced by its lease, so a run that lost it
    cannot commit.
    """
    is_over = threading.Event()

    def beat() -> None:
        try:
            with closing(db.connect(url)) as conn:
                while not is_over.wait(HEARTBEAT_SECONDS):
                    state.heartbeat(conn, dataset_id, run_id, count_records())
                    conn.commit()
        except (psycopg.Error, state.LeaseLost):
            return

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
