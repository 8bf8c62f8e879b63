"""Puts a suppression in force, everywhere at once: archive, store, and every row that is stored already."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg

from permit_leads.archive.suppressed import SuppressionShelf
from permit_leads.store import suppressions
from permit_leads.store.suppressions import Cleaned, read_suppressions
from permit_leads.suppress import Suppression, check


def grant(conn: psycopg.Connection, archive_url: str, one: Suppression) -> None:
    """Keep a suppression in the archive and in the store; the caller commits, and cleans then.

    Archive first: a store that is rebuilt must know of it, and one that the store lost is put in force again.

    Raises:
        TooVague: it would take out more than one person or place.
    """
    check(one)
    at = datetime.now(UTC)
    about: dict[str, str | None] = {name: getattr(one, name) for name in Suppression.__dataclass_fields__}
    SuppressionShelf(archive_url).keep(one.suppression_id, {**about, "granted_at": at.isoformat()})
    suppressions.add(conn, one, at)


def learn_again(conn: psycopg.Connection, archive_url: str) -> Cleaned | None:
    """Put in force what the archive knows and the store does not, as after a rebuild, and clean what is there.

    Raises:
        ArchiveCorrupt: a suppression cannot be read.
    """
    known = frozenset(one.suppression_id for one in read_suppressions(conn))
    lost = SuppressionShelf(archive_url).read(known)
    for about in lost:
        granted_at = datetime.fromisoformat(str(about.pop("granted_at")))
        suppressions.add(conn, Suppression(**about), granted_at)  # type: ignore[arg-type]
    conn.commit()
    return suppressions.clean_pending(conn) if lost else None
