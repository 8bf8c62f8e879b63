"""One truth for store and archive: a run's manifest counts exactly when its rows were committed.

Two systems cannot commit in one step. So the manifest is written as pending, the rows are committed, and the manifest
is confirmed. A crash between these leaves it pending, and the store, which committed or did not, says which it is.
"""

from __future__ import annotations

from uuid import UUID

import psycopg

from permit_leads.archive import Archive
from permit_leads.outcome import Progress
from permit_leads.store import runs


def confirm(archive: Archive, dataset_id: str, run_id: UUID, progress: Progress) -> None:
    """Let the manifest of a committed run count. Where the archive does not answer, the next run's settling does it."""
    try:
        archive.confirm(run_id, dataset_id)
    except OSError as error:
        progress.event("archive.pending", level="warning", source=dataset_id, run_id=run_id, reason=error)


def settle(conn: psycopg.Connection, archive: Archive, dataset_id: str, progress: Progress) -> None:
    """Confirm or discard what earlier runs left pending; to be called while the dataset's lease is held.

    Whoever holds the lease is the only run, so an earlier one either was committed or never will be. A run that the
    store does not know (another database?) stays pending, and is said each time.
    """
    for run_id in archive.pending(dataset_id):
        status = runs.status_of(conn, run_id)
        if status is None:
            reason = "the store knows no such run; move its file from pending/ to manifest/ to count it, or delete it"
            progress.event("archive.unknown_run", level="warning", source=dataset_id, run_id=run_id, reason=reason)
            continue
        if status == "success":
            archive.confirm(run_id, dataset_id)
        else:
            archive.discard(run_id, dataset_id)
        progress.event("archive.settled", source=dataset_id, run_id=run_id, status=status)
    conn.rollback()
