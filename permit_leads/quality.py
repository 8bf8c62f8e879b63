"""Findings: what a run noticed about what the publisher gave, before anybody relies on it.

Pure functions on plain inputs. A `failure` holds the batch back, a `warning` is for a person to look at, a `note` is
worth knowing. Every message says what was seen, what was expected and what to do.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import polars as pl
from rapidfuzz import fuzz, process

from permit_leads.page import Window
from permit_leads.registry import Columns, Dataset

Severity = Literal["note", "warning", "failure"]
RunKind = Literal["sync", "window", "replay"]

# More business days than this without a single permit is unusual for any publisher in the registry.
QUIET_BUSINESS_DAYS = 3
SATURDAY = 5
# JSON answers leave a null out: a column that is missing there may merely be empty on that page.
PROTOCOLS_THAT_OMIT_NULLS = ("socrata", "arcgis")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed; equal findings of several pages are one finding."""

    code: str
    severity: Severity
    message: str


def check_run(
    dataset: Dataset,
    *,
    kind: RunKind,
    window: Window,
    today: date,
    record_count: int,
    expected_count: int | None,
    fatal_count: int,
    permit_count: int,
    has_rows_in_window: bool,
    newest_known_date: date | None,
    newest_date: date | None = None,
) -> list[Finding]:
    """Everything that can be said of a run as a whole, in order of weight.

    `record_count` rows were received of the `expected_count` the publisher announced (None: it announced none);
    `fatal_count` of them are no permits, and `permit_count` permits came out of them. `has_rows_in_window` and
    `newest_known_date` say what the store held before the run; `newest_date` is the newest issue date among this
    run's permits, `today` the publisher's day. Staleness is asked only of a sync: a replay or a window is of the past.
    """
    findings = [
        *check_counts(record_count, expected_count),
        *check_rejections(dataset, record_count, fatal_count),
        *check_yield(dataset, record_count, permit_count),
        *check_empty(dataset, window, today, record_count, has_rows_in_window=has_rows_in_window),
    ]
    newest = max((day for day in (newest_known_date, newest_date) if day is not None), default=None)
    if kind == "sync" and (record_count == 0 or newest_date is not None):
        findings += check_freshness(dataset, newest, today)
    return findings


def check_counts(record_count: int, expected_count: int | None) -> list[Finding]:
    """Rows received against rows announced."""
    if expected_count is None or record_count == expected_count:
        return []
    difference = f"{abs(record_count - expected_count)} {'missing' if record_count < expected_count else 'too many'}"
    message = (
        f"the publisher announced {expected_count} rows and gave {record_count} ({difference}); "
        "nothing was stored; run again, and look at paging if it happens twice"
    )
    return [Finding("count_mismatch", "failure", message)]


def check_rejections(dataset: Dataset, record_count: int, fatal_count: int) -> list[Finding]:
    """Rows that are no permits against the dataset's limit."""
    if record_count == 0 or fatal_count <= dataset.rejection_limit * record_count:
        return []
    message = (
        f"{fatal_count} of {record_count} rows ({fatal_count / record_count:.1%}) are no permits, the limit is "
        f"{dataset.rejection_limit:.1%}; the reasons stand in the rejections of this run: correct the source file"
    )
    return [Finding("rejections_over_limit", "failure", message)]


def check_yield(dataset: Dataset, record_count: int, permit_count: int) -> list[Finding]:
    """Rows of which not one is a record: the publisher writes its keys or its rows in another way now."""
    if record_count == 0 or permit_count:
        return []
    message = (
        f"{record_count} rows came and not one of them is a permit (key: {', '.join(dataset.key)}); "
        "look at the archived page and correct the source file"
    )
    return [Finding("no_permits_in_rows", "failure", message)]


def check_empty(
    dataset: Dataset, window: Window, today: date, record_count: int, *, has_rows_in_window: bool
) -> list[Finding]:
    """No rows at all: a failure where rows were before, a warning over many business days, else worth a note."""
    if record_count:
        return []
    span = f"{window.since or 'the beginning'} to {window.until or today}"
    if has_rows_in_window:
        message = f"no rows from {span}, where the store already holds permits; ask the publisher before trusting it"
        return [Finding("rows_vanished", "failure", message)]
    if window.since is None or dataset.date_column is None:
        return [
            Finding("empty_dataset", "failure", f"no rows in the whole dataset ({dataset.url}); the feed is broken")
        ]
    days = business_days(window.since, min(window.until or today, today))
    if days > QUIET_BUSINESS_DAYS:
        message = f"no rows from {span}: {days} business days without a permit; the feed may have stopped"
        return [Finding("empty_window", "warning", message)]
    return [Finding("empty_window", "note", f"no rows from {span}; {days} business days, so this may be right")]


def check_freshness(dataset: Dataset, newest_date: date | None, today: date) -> list[Finding]:
    """Newest issue date against the dataset's freshness; weekend days do not count as age."""
    if newest_date is None:
        return []
    age_days = business_days(newest_date + timedelta(days=1), today)
    if age_days * 24 <= dataset.freshness_hours:
        return []
    message = (
        f"the newest permit is of {newest_date}, {age_days} business days ago; "
        f"{dataset.freshness_hours} hours are usual: the feed may have stopped"
    )
    return [Finding("stale", "warning", message)]


def check_dates(issued_dates: pl.Series, today: date) -> list[Finding]:
    """Issue dates after the publisher's today: slips of the pen, or a clock that is wrong."""
    future = issued_dates.filter(issued_dates > today)
    latest = future.max()
    if not isinstance(latest, date):
        return []
    message = f"{future.len()} permits are dated after {today} (latest {latest}); ranked as if issued today"
    return [Finding("future_dates", "warning", message)]


def check_columns(dataset: Dataset, columns: Collection[str], known: Collection[str] = ()) -> list[Finding]:
    """Columns of a page against those the source file reads, and against those `known` from earlier runs, if given.

    Of alternatives (`first_of`) one is enough. Where nulls are left out of the answer (Socrata, ArcGIS) only columns
    that no row can lack are missed: the key's and the date's.
    """
    if not columns:
        return []
    present = {dataset.column_aliases.get(column, column) for column in columns}
    needed = [*dataset.key, *_date_column(dataset)]
    if dataset.protocol not in PROTOCOLS_THAT_OMIT_NULLS:
        needed += [name for rule in _rules(dataset) for name in _missing(rule, present)]
    unused = sorted(present - {name for rule in _rules(dataset) for name in rule.names})
    gone = [name for name in dict.fromkeys(needed) if name not in present]
    new = sorted(present - set(known)) if known else []
    return [
        *(Finding("column_gone", "failure", _gone(dataset, name, unused)) for name in gone),
        *(Finding("column_new", "note", f"column {name} is new; is it worth reading?") for name in new),
    ]


def business_days(first: date, last: date) -> int:
    """Monday-to-Friday days from `first` to `last`, both included; holidays count as business days."""
    days = max(0, (last - first).days + 1)
    weeks, rest = divmod(days, 7)
    return weeks * 5 + sum((first + timedelta(days=offset)).weekday() < SATURDAY for offset in range(rest))


def _gone(dataset: Dataset, name: str, unused: list[str]) -> str:
    found = process.extractOne(name, unused, scorer=fuzz.ratio, processor=_plain, score_cutoff=60)
    hint = f"nearest new column: {found[0]}" if found else f"columns not read so far: {', '.join(unused[:8]) or 'none'}"
    return f"column {name} is gone ({hint}); edit the source file of {dataset.id}"


def _plain(name: str) -> str:
    return name.replace("_", "").replace(" ", "").lower()


def _date_column(dataset: Dataset) -> list[str]:
    return [] if dataset.date_column is None else [dataset.date_column]


def _rules(dataset: Dataset) -> list[Columns]:
    return [*dataset.fields.values(), *([] if dataset.trades is None else [dataset.trades])]


def _missing(rule: Columns, present: set[str]) -> list[str]:
    """Columns a rule cannot do without; the first of several alternatives when none of them is there."""
    if rule.first_of:
        return [] if present.intersection(rule.first_of) else [rule.first_of[0]]
    return [name for name in rule.names if name not in present]
