"""One file restored, from its bytes to the commit: counts first, then all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn
from uuid import UUID

import polars as pl
import psycopg

from permit_leads.archive import Archive, RunFacts
from permit_leads.page import Window
from permit_leads.registry import Dataset
from permit_leads.restore import archived, published
from permit_leads.restore.derive import derive_leads
from permit_leads.restore.faults import BadFile, Suspicious
from permit_leads.restore.ledger import Counts, Earlier, Ledger
from permit_leads.restore.opening import digest, open_text
from permit_leads.restore.records import Records
from permit_leads.restore.rejects import Rejects
from permit_leads.store import suppressions
from permit_leads.window import OPERATOR_ZONE, resolve

ROWS_AT_ONCE = 5_000
REJECTION_LIMIT = 0.01
FILE_DAY = re.compile(r"archived_permits_([0-9]{8})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for; `dataset_id` narrows an archive file down, or names the publisher of another."""

    path: Path
    dataset_id: str | None
    is_dry_run: bool
    is_forced: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Restored:
    """How a restore ended. `is_written` is false after a dry run, and where there was nothing to write."""

    sha256: str
    row_count: int
    counts: Counts
    run_ids: tuple[str, ...]
    is_written: bool
    rejects_path: Path | None


Told = Callable[[Restored], None]


def restore_archive(
    conn: psycopg.Connection, archive: Archive, registry: dict[str, Dataset], asked: Asked, tell: Told,
    earlier: Earlier | None = None,
) -> Restored:  # fmt: skip
    """Restore a daily archive file, or a publisher's own if a source is named; `tell` gets the counts first.

    With `earlier` one dataset's part of a restore is told again: only its rows, as that run.

    Raises:
        BadFile, LeaseHeld: nothing was written.
    """
    sha256 = digest(asked.path)
    rejects = Rejects(asked.path)
    ledger = Ledger(conn)
    try:
        row_count = _stage(ledger, rejects, registry, asked, sha256, earlier)
        ledger.lock()
        judged = ledger.judge()
        for reject in ledger.repeated():
            rejects.add(reject)
        counts = judged.counts(rejects.count)
        plan = Restored(sha256, row_count, counts, (), False, rejects.path if rejects.count else None)
        tell(plan)
        rejects.keep()
        _check(ledger, rejects, plan, asked)
        if asked.is_dry_run or not counts.written:
            conn.rollback()
            return plan
        derive_leads(conn, registry)
        run_ids = ledger.write(judged, registry, sha256, earlier)
        suppressions.clean(conn, suppressions.read_suppressions(conn))
        keep(archive, asked.path, sha256)
        published_at = ledger.publish(run_ids, earlier.published_at if earlier else None)
        facts = RunFacts("restore", ledger.started_at, published_at, restored_from_sha256=sha256)
        with recording(archive, {} if earlier else run_ids, facts):
            conn.commit()
        return replace(plan, run_ids=tuple(map(str, run_ids.values())), is_written=True)
    finally:
        rejects.close()


@contextmanager
def recording(archive: Archive, run_ids: dict[str, UUID], facts: RunFacts) -> Iterator[None]:
    """Let the archive know the runs that the block commits; where it dies after that, the next run settles it."""
    for dataset_id, run_id in run_ids.items():
        archive.prepare(run_id, dataset_id, Window(None, None), facts)
    yield
    for dataset_id, run_id in run_ids.items():
        with suppress(OSError):
            archive.confirm(run_id, dataset_id)


def _stage(
    ledger: Ledger, rejects: Rejects, registry: dict[str, Dataset], asked: Asked, sha256: str, earlier: Earlier | None
) -> int:
    named = asked.dataset_id or (earlier and earlier.dataset_id)
    if named and not published.is_archive(asked.path):
        return _stage_published(ledger, rejects, registry[named], asked, sha256)
    known = [asked.dataset_id] if asked.dataset_id else list(registry)
    row_count = 0
    with open_text(asked.path) as lines:
        records = Records(asked.path, lines)
        archived.check_header(asked.path, records.header)
        for batch in records.batches(ROWS_AT_ONCE):
            checked = archived.check_batch(asked.path, records.header, batch, known)
            ledger.stage(checked.rows.filter(pl.col("dataset_id") == earlier.dataset_id) if earlier else checked.rows)
            for reject in checked.rejects:
                rejects.add(reject)
            row_count += len(batch)
    return row_count


def _stage_published(ledger: Ledger, rejects: Rejects, dataset: Dataset, asked: Asked, sha256: str) -> int:
    row_count = 0
    told = published.stage_published(ledger, dataset, asked.path, sha256, asked.now, is_forced=asked.is_forced)
    for count, refused in told:
        row_count += count
        for reject in refused:
            rejects.add(reject)
    return row_count


def _check(ledger: Ledger, rejects: Rejects, plan: Restored, asked: Asked) -> None:
    """Hold back a file that is not what it says, unless it is forced.

    Raises:
        BadFile: not one row can be restored. Suspicious: too many rows are bad, or they are of another day.
    """
    if rejects.first is not None:
        why = f"line {rejects.first.line} {rejects.first.reason}; all of them in {rejects.path}"
        if rejects.count == plan.row_count:
            raise BadFile(f"{asked.path}: not one of its {plan.row_count} rows can be restored: {why}")
        if rejects.count > REJECTION_LIMIT * plan.row_count and not asked.is_forced:
            raise Suspicious(f"{asked.path}: {rejects.count} of {plan.row_count} rows are bad: {why}")
    if (day := file_day(asked.path)) is not None and not asked.is_forced:
        _check_day(ledger, day, asked)


def _check_day(ledger: Ledger, day: date, asked: Asked) -> None:
    if day > asked.now.astimezone(OPERATOR_ZONE).date():
        raise Suspicious(f"{asked.path}: its name says {day}, a day that has not come yet")
    other = ledger.other_days(resolve(day.isoformat(), day.isoformat(), asked.now))
    if other.row_count and other.first_at and other.last_at:
        first, last = (moment.astimezone(OPERATOR_ZONE).date() for moment in (other.first_at, other.last_at))
        days = f"on {first}" if first == last else f"from {first} to {last}"
        raise Suspicious(f"{asked.path}: its name says {day}, but {other.row_count} of its rows were recorded {days}")


def file_day(path: Path) -> date | None:
    """The day in the name of an archive file; None where the name has none.

    Raises:
        BadFile: the eight digits are no day.
    """
    found = FILE_DAY.match(path.name)
    if found is None:
        return None
    try:
        return date.fromisoformat(found[1])
    except ValueError:
        raise BadFile(f"{path}: {found[1]!r} in its name is no day; expected archived_permits_YYYYMMDD.csv") from None


def keep(archive: Archive, path: Path, sha256: str) -> None:
    """Keep the file in the archive, so that the run that restored it can show it.

    Raises:
        BadFile: it is no longer the file that was read.
    """
    if archive.keep_file(path) != sha256:
        raise_changed(path)


def raise_changed(path: Path) -> NoReturn:
    """The file was written to while it was read."""
    raise BadFile(f"{path}: changed while it was read; nothing was restored, try again")
