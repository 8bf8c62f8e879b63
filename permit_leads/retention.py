"""Which archived pages may go: those that no receipt leads to and no rebuild needs, and of those only old ones.

Nothing else is removed unless an operator gives up history: then runs that began before the day leave the archive, but
for the pages that receipts lead to. The store keeps what they brought; a rebuild would no longer have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import psycopg

from permit_leads.archive.manifest import ArchivedRun
from permit_leads.archive.shelves import KeptPage, Named, Shelves
from permit_leads.errors import UsageError
from permit_leads.store import receipts


@dataclass(frozen=True, slots=True)
class Removable:
    """A page that may go, and why."""

    page: KeptPage
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to go: runs that are given up first, then pages."""

    runs: list[ArchivedRun]
    pages: list[Removable]
    kept_count: int

    @property
    def byte_count(self) -> int:
        """Bytes that become free."""
        return sum(one.page.byte_count for one in self.pages)


def plan_removal(conn: psycopg.Connection, shelves: Shelves, before: datetime, *, gives_up: bool) -> Plan:
    """What may go of what was written before the instant.

    Raises:
        ArchiveCorrupt: a manifest cannot be read. UsageError: history is to be given up that this store lacks.
    """
    runs = list(shelves.named("manifest"))
    old = [one for one in runs if gives_up and one.run.at < before]
    _require_known(conn, old)
    old_paths = {one.run.path for one in old}
    needed = receipts.needed(conn).union(
        *(one.sha256s for one in runs if one.run.path not in old_paths),
        *(one.sha256s for one in shelves.named("pending")),
        *_open_holds(conn, shelves, before),
    )
    given_up = {sha256: one.run for one in old for sha256 in one.sha256s}
    pages, kept_count = [], 0
    for page in shelves.pages():
        if page.sha256 in needed or page.written_at >= before:
            kept_count += 1
        else:
            pages.append(Removable(page, _reason(given_up.get(page.sha256))))
    return Plan([one.run for one in old], pages, kept_count)


def remove(shelves: Shelves, plan: Plan) -> None:
    """Remove what is planned; a run is given up before its pages go, so that no rebuild looks for them in vain."""
    for run in plan.runs:
        shelves.give_up(run)
    for one in plan.pages:
        shelves.remove_page(one.page.sha256)


def _open_holds(conn: psycopg.Connection, shelves: Shelves, before: datetime) -> Iterator[frozenset[str]]:
    """Pages of held runs that may still be let in, or that were left out lately."""
    settled = receipts.settled_holds(conn)
    for one in shelves.named("held"):
        if one.run.run_id not in settled or one.run.at >= before:
            yield one.sha256s


def _require_known(conn: psycopg.Connection, old: list[Named]) -> None:
    known = receipts.committed(conn) if old else set()
    lacking = [one.run.run_id for one in old if one.run.run_id not in known]
    if lacking:
        raise UsageError(
            f"the store lacks {len(lacking)} of the runs that would be given up (first: {lacking[0]}); they are kept "
            "nowhere else: replay them first, or connect to the database that this archive belongs to"
        )


def _reason(run: ArchivedRun | None) -> str:
    if run is None:
        return "no committed run and no receipt needs it"
    return f"given up with run {run.run_id} of {run.dataset_id}, {run.at:%Y-%m-%d}"
