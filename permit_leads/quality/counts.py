"""Rows that came against rows that should have come."""

from __future__ import annotations

from datetime import date

from permit_leads.page import Window
from permit_leads.quality.calendar import business_days
from permit_leads.quality.findings import Finding
from permit_leads.registry import Dataset

# More business days than this without a single permit is unusual for any publisher in the registry.
QUIET_BUSINESS_DAYS = 3


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


def check_archive(dataset: Dataset, window: Window, record_count: int, *, has_rows_in_window: bool) -> list[Finding]:
    """Nothing to replay: a failure where the store has permits that the archive knows nothing of, else worth a note."""
    if record_count:
        return []
    span = f"{window.since or 'the beginning'} to {window.until or 'the end'}"
    if not has_rows_in_window:
        message = f"the archive has no rows of {dataset.id} from {span}, so there is nothing to replay"
        return [Finding("nothing_archived", "note", message)]
    message = (
        f"the archive has no rows of {dataset.id} from {span}, where the store holds permits; is ARCHIVE_URL the "
        "archive that belongs to this database?"
    )
    return [Finding("rows_vanished", "failure", message)]
