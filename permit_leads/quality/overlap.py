"""What came against what the store already holds of the same days, and against itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median

from permit_leads.page import Window
from permit_leads.quality.findings import Finding, graded
from permit_leads.quality.history import History, is_similar_span
from permit_leads.quality.profile import Profile
from permit_leads.registry import Dataset

FEWEST = 5
LEAST_MISSING, GREAT_MISSING = 0.03, 0.10
LEAST_CONFLICTING = 0.01
LEAST_REPEATED, GREAT_REPEATED = 0.05, 0.25
RECENT_DAYS = 30
GREAT_CHANGE, FEWEST_CHANGED = 0.5, 50
ROUND_COUNTS = frozenset({500, 1000, 2000, 5000, 10_000, 32_000, 50_000, 100_000})


def check_overlap(dataset: Dataset, profile: Profile, history: History, window: Window) -> list[Finding]:
    """Permits of the window that the store has and the publisher no longer gives.

    Only where the window is cut by the day of issue, or where there is no window at all.
    """
    rule = dataset.rule_of("issued_date")
    if window.since is None or dataset.date_column is None:
        return [*_check_whole(profile, history), *_check_recent_days(profile, history), *_check_keys(profile, history)]
    if rule is None or rule.names != (dataset.date_column,):
        return []
    stored = sum(count for day, count in history.daily.items() if _is_inside(day, window))
    missing = stored - profile.known
    if missing <= max(FEWEST, LEAST_MISSING * stored):
        return []
    message = (
        f"{missing} of the {stored} permits that the store holds of {window.since} to {window.until} did not come; "
        "the answer may have been cut or filtered, and nothing was stored"
    )
    return [graded("rows_missing", message, is_failure=missing > GREAT_MISSING * stored)]


def check_repeats(dataset: Dataset, profile: Profile, history: History) -> list[Finding]:
    """Rows that share a permit's key, against the share that is usual; the last row of a permit counts."""
    if not profile.rows or profile.repeats < FEWEST:
        return []
    share = profile.repeats / profile.rows
    usual = max((run.repeats / run.rows for run in history.runs if run.rows), default=None)
    message = (
        f"{profile.repeats} of {profile.rows} rows ({share:.0%}) repeat a key ({', '.join(dataset.key)}), "
        f"{f'{usual:.0%} at most are usual' if usual is not None else 'no earlier run tells what is usual'}; "
        "the key may no longer name one permit: look at whether a column of it is missing"
    )
    if usual is None:
        return [Finding("duplicate_keys", "warning" if share > GREAT_REPEATED else "note", message)]
    if share <= usual + LEAST_REPEATED:
        return []
    return [graded("duplicate_keys", message, is_failure=share > usual + GREAT_REPEATED)]


def check_growth(dataset: Dataset, profile: Profile, history: History) -> list[Finding]:
    """Repeats that came together with the new permits: one in four of these, where repeats grew by none before."""
    peers = [run for run in history.runs if is_similar_span(run.span_days, profile.span_days) and run.rows]
    if not peers or profile.fresh is None:
        return []
    usual = max(run.repeats / run.rows for run in peers)
    growth = profile.repeats - max(run.repeats for run in peers)
    if growth < FEWEST or growth <= (usual + GREAT_REPEATED) * (profile.fresh.permits + growth):
        return []
    message = (
        f"{growth} rows more than ever repeat a key ({', '.join(dataset.key)}), beside {profile.fresh.permits} permits "
        "that are new; the new rows' key may not name one permit any more"
    )
    return [Finding("duplicate_keys", "warning", message)]


def check_grain(dataset: Dataset, profile: Profile, history: History) -> list[Finding]:
    """Permits of which a row was dropped that said something else, although a row should be a permit.

    A warning when there are more than before, then a note: it stays true until the source file says what a row is.
    """
    if dataset.grain is not None or not profile.conflicts:
        return []
    examples = f" (such as {', '.join(profile.examples)})" if profile.examples else ""
    message = (
        f"{profile.conflicts} permits{examples} stand in several rows that say different things, and only the last row "
        f"of each was kept; say in [dataset.grain] what a row is and which one counts, or add a column to key "
        f"({', '.join(dataset.key)})"
    )
    usual = max((run.conflicts / run.rows for run in history.runs if run.rows), default=0.0)
    is_usual = usual > 0 and profile.conflicts <= (usual + LEAST_CONFLICTING) * profile.rows
    return [Finding("undeclared_grain", "note" if is_usual else "warning", message)]


def check_change(profile: Profile, history: History) -> list[Finding]:
    """Most permits that were known are different at once: a column has moved, or everything was rewritten."""
    if not history.runs:
        return []  # the columns are read in another way than before, so that everything may differ
    share = profile.changed / profile.known if profile.known else 0.0
    usual = max((run.changed / run.known for run in history.runs if run.known), default=0.0)
    if profile.changed < FEWEST_CHANGED or share < max(GREAT_CHANGE, 2 * usual):
        return []
    message = (
        f"{profile.changed} of {profile.known} known permits changed at once ({share:.0%}; {usual:.0%} at most are "
        "usual); a column may have moved or been rewritten: compare a few with the publisher's page"
    )
    return [Finding("mass_change", "failure", message)]


def check_pages(page_hashes: Sequence[str]) -> list[Finding]:
    """The same bytes as two pages of one run: paging stands still while counts add up."""
    repeated = len(page_hashes) - len(set(page_hashes))
    if not repeated:
        return []
    message = f"{repeated} of {len(page_hashes)} pages are the same bytes as another one; paging stands still"
    return [Finding("duplicate_page", "failure", message)]


def check_round_count(profile: Profile, expected_count: int | None, history: History) -> list[Finding]:
    """Exactly as many rows as servers like to cut at, and nobody announced how many there are."""
    if expected_count is not None or profile.rows not in ROUND_COUNTS:
        return []
    if any(run.rows == profile.rows for run in history.runs):
        return []
    message = f"exactly {profile.rows} rows came and the publisher announced no count; the list may be cut there"
    return [Finding("round_count", "warning", message)]


def _check_whole(profile: Profile, history: History) -> list[Finding]:
    """A list that is always given whole against its usual length."""
    lengths = [run.permits for run in history.runs if run.span_days is None]
    if not lengths:
        return []
    usual, least = median(lengths), min(lengths)
    missing = usual - profile.permits
    spread = usual - least
    if missing <= max(FEWEST, LEAST_MISSING * usual, 3 * spread):
        return []
    message = f"{profile.permits} permits in the whole list, {usual:.0f} are usual; the file may have been cut"
    return [graded("rows_missing", message, is_failure=missing > max(GREAT_MISSING * usual, 3 * spread))]


def _check_recent_days(profile: Profile, history: History) -> list[Finding]:
    """Days of the last weeks that hold fewer permits than in the list before; what rolls off its end is not missed."""
    before = next((run for run in history.runs if run.span_days is None and run.days), None)
    if before is None or not profile.days or profile.run_day is None:
        return []
    first = max(min(profile.days), profile.run_day - timedelta(days=RECENT_DAYS))
    listed = {day: count for day, count in before.days.items() if first <= day <= profile.run_day}
    missing = sum(max(0, count - profile.days[day]) for day, count in listed.items())
    if missing <= max(FEWEST, GREAT_MISSING * sum(listed.values())):
        return []
    message = (
        f"{missing} permits issued since {first} that the last list held are not in this one; a part of the list may "
        "be missing"
    )
    return [Finding("rows_missing", "warning", message)]


def _check_keys(profile: Profile, history: History) -> list[Finding]:
    """A whole list of permits that nobody knows: the publisher names its permits in another way now."""
    usual = max((run.permits - run.known for run in history.runs if run.span_days is None and run.known), default=None)
    new = profile.permits - profile.known
    if usual is None or new <= max(FEWEST_CHANGED, GREAT_CHANGE * profile.permits, 5 * usual):
        return []
    message = (
        f"{new} of the {profile.permits} permits in the list were never seen before, {usual} at most are usual at "
        "once; the publisher may have renumbered its permits: compare a few with those of the store"
    )
    return [Finding("keys_changed", "failure", message)]


def _is_inside(day: date, window: Window) -> bool:
    return (window.since is None or day >= window.since) and (window.until is None or day <= window.until)
