"""Rows of a publisher's own CSV file, read as its source file says, beside what the store knows of the source.

The file does not say when it was true. So it fills in permits that the store lacks, learned now; a permit that the
store knows keeps what the store says, whatever the file says of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from permit_leads import quality
from permit_leads.errors import SourceChanged
from permit_leads.fetch import read_rows
from permit_leads.normalize import normalize
from permit_leads.permit import PAGE_ROW, PERMIT_KEY
from permit_leads.registry import Dataset
from permit_leads.restore.archived import LINE, MARKS, STAGED
from permit_leads.restore.derive import derived
from permit_leads.restore.faults import BadFile, Reject, Suspicious
from permit_leads.restore.ledger import Ledger
from permit_leads.restore.opening import open_text
from permit_leads.restore.records import Record, Records
from permit_leads.store.identity import with_identity

ROWS_AT_ONCE = 5_000
ELSEWHERE_LIMIT = 0.05
UNPROVED_LIMIT = 0.25  # where nobody has read which cities the source speaks of, only its own is known
OLDEST = datetime.fromisoformat("1900-01-01T00:00:00+00:00")  # before all that any store has learned
LAST_VERSION = 2**31 - 2  # a number that no history reaches, so that the row is compared and never put back


@dataclass(slots=True)
class Watched:
    """What the rows are like so far: where they lie, and how many were read."""

    row_count: int = 0
    profile: quality.Profile = field(default_factory=quality.Profile)


def is_archive(path: Path) -> bool:
    """Whether the file begins like an archive file of ours.

    Raises:
        BadFile: it is no text.
    """
    with open_text(path, "latin-1") as lines:
        first = next(lines, "")
    return all(mark in first for mark in MARKS)


def stage_published(
    ledger: Ledger, dataset: Dataset, path: Path, sha256: str, now: datetime, *, is_forced: bool
) -> Iterator[tuple[int, list[Reject]]]:
    """Stage the rows; gives, batch by batch, how many were read and why some of them are no permits.

    Raises:
        BadFile, LeaseHeld: the file as a whole cannot be restored.
    """
    if dataset.header:
        raise BadFile(f"{path}: files of {dataset.id} have no header row, so nothing proves its columns; not restored")
    ledger.hold(dataset.id, now)
    contacts, watched = quality.ContactFilter(dataset, ()), Watched()
    as_text = dataset.model_copy(update={"protocol": "csv", "encoding": "utf-8", "zip_member": None})
    with open_text(path, dataset.encoding) as lines:
        records = Records(path, lines, dataset.delimiter)
        _check_columns(path, as_text, records.header)
        for batch in records.batches(ROWS_AT_ONCE):
            whole = [record for record in batch if len(record.cells) == len(records.header)]
            rows = _read(path, as_text, records.header_text, whole)
            found = normalize(as_text, rows, sha256, now.astimezone(ZoneInfo(dataset.publisher.time_zone)).date())
            permits, _ = contacts.clean(found.permits)
            watched.profile.add(quality.profile_page(rows.columns, rows.height, permits, found.rejections))
            ledger.stage(_staged(ledger, dataset, permits, [record.line for record in whole], watched.row_count, now))
            watched.row_count += rows.height
            yield len(batch), [*_ragged(batch, len(records.header)), *_refused(dataset, found.rejections, whole)]
    if not is_forced:
        _check_place(path, dataset, watched.profile)


def _read(path: Path, dataset: Dataset, header: str, records: Sequence[Record]) -> pl.DataFrame:
    end = "" if header.endswith(("\n", "\r")) else "\n"
    body = header + end + "".join(record.text for record in records)
    try:
        return read_rows(dataset, body.encode(), "text/csv")
    except SourceChanged as error:
        raise BadFile(f"{path}: cannot be read as {dataset.id}: {error.reason}") from error


def _check_columns(path: Path, dataset: Dataset, header: Sequence[str]) -> None:
    gone = [finding.message for finding in quality.check_columns(dataset, header) if finding.severity == "failure"]
    if gone:
        raise BadFile(f"{path}: is neither an archive file of ours nor a file of {dataset.id}: {'; '.join(gone)[:600]}")


def _staged(
    ledger: Ledger, dataset: Dataset, permits: pl.DataFrame, lines: Sequence[int], first_row: int, now: datetime
) -> pl.DataFrame:
    """The permits as the staging table takes them: new ones learned now, with their leads; known ones as long past."""
    named = with_identity(dataset.id, permits)
    known = pl.col("permit_id").is_in(ledger.known_ids(named["permit_id"]))
    at = pl.when(known).then(pl.lit(OLDEST)).otherwise(pl.lit(now)).cast(pl.Datetime("us", "UTC"))
    rows = named.with_columns(
        pl.Series(LINE, [lines[row] for row in named[PAGE_ROW]], pl.Int64),
        (pl.col(PAGE_ROW) + first_row).alias(PAGE_ROW),
        pl.lit(dataset.id).alias("dataset_id"),
        pl.when(known).then(pl.lit(LAST_VERSION)).otherwise(pl.lit(1)).alias("version"),
        at.alias("recorded_at"),
        at.alias("first_recorded_at"),
        known.alias("is_known"),
    )
    told = derived(dataset, rows.filter(~pl.col("is_known")))
    rows = rows.join(told, on=LINE, how="left", maintain_order="left")
    empty = {name: pl.lit(None, pl.String).alias(name) for name in STAGED if name not in rows.columns}
    return (
        rows.with_columns(pl.col("trades", "search_words").fill_null("{}"), *empty.values())
        .with_columns(pl.lit("[]").alias("former_leads"))
        .select(STAGED)
    )


def _ragged(records: Sequence[Record], width: int) -> list[Reject]:
    return [
        Reject(record.line, None, None, f"has {len(record.cells)} cells, the header has {width}")
        for record in records
        if len(record.cells) != width
    ]


def _refused(dataset: Dataset, rejections: pl.DataFrame, records: Sequence[Record]) -> list[Reject]:
    """Rows that are no permit. A value that cannot be read is left empty, as in a run, and is no reject."""
    fatal = rejections.filter("is_fatal").unique(PAGE_ROW, keep="first", maintain_order=True)
    return [
        Reject(records[row].line, dataset.id, key, f"{name} {reason}")
        for row, key, name, reason in fatal.select(PAGE_ROW, PERMIT_KEY, "field", "reason").iter_rows()
    ]


def _check_place(path: Path, dataset: Dataset, profile: quality.Profile) -> None:
    """Refuse rows of somewhere else than the source.

    Raises:
        Suspicious: they lie in other cities than the source's, or outside its state.
    """
    proved = dataset.jurisdiction.cities if dataset.jurisdiction else ()
    own = {city.upper() for city in proved or filter(None, [dataset.publisher.city])}
    cities = profile.words.get("original_city") or {}
    strange = {city: count for city, count in cities.items() if own and city.upper() not in own}
    if sum(strange.values()) > (ELSEWHERE_LIMIT if proved else UNPROVED_LIMIT) * sum(cities.values()):
        shown = ", ".join(f"{city} ({count})" for city, count in sorted(strange.items())[:5])
        raise Suspicious(
            f"{path}: wrong jurisdiction: rows of {dataset.id} lie in {', '.join(sorted(own))}, not {shown}"
        )
    for finding in quality.check_places(dataset, profile, quality.History([], {})):
        raise Suspicious(f"{path}: wrong jurisdiction: {finding.message}")
