"""A restore told again out of the archive, when the store is rebuilt."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

from permit_leads.archive import Archive, ArchivedRun
from permit_leads.registry import Dataset, load_registry
from permit_leads.restore.ledger import Earlier
from permit_leads.restore.restoring import Asked, Restored, restore_archive
from permit_leads.store import db
from permit_leads.store.permits import Written
from permit_leads.store.runs import Tally


def retell(url: str, archive: Archive, dataset: Dataset, archived: ArchivedRun) -> Tally:
    """Restore one dataset's rows of the file that the archived run restored; what it brought.

    Raises:
        BadFile, LeaseHeld, ArchiveCorrupt: nothing was written.
    """
    sha256 = archived.facts.restored_from_sha256
    assert sha256 is not None  # it is a restore
    earlier = Earlier(dataset.id, archived.run_id, archived.at, archived.facts.published_at)
    registry = {**load_registry(), dataset.id: dataset}
    with tempfile.TemporaryDirectory(prefix="permit_leads-") as folder, closing(db.connect(url)) as conn:
        path = Path(folder) / "restored.csv"
        archive.unpack(sha256, path)
        asked = Asked(path, None, is_dry_run=False, is_forced=True, now=archived.at)
        restored = restore_archive(conn, archive, registry, asked, _say_nothing, earlier)
    counts = restored.counts
    written = Written(counts.new, counts.changed + counts.history, counts.unchanged + counts.older)
    return Tally(record_count=restored.row_count, rejection_count=counts.rejected, written=written)


def _say_nothing(plan: Restored) -> None:
    pass
