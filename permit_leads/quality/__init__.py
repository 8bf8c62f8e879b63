"""Findings: what a run noticed about what the publisher gave, before anybody relies on it.

Pure functions on plain inputs. A `failure` holds the batch back, a `warning` is for a person to look at, a `note` is
worth knowing. Every message says what was seen, what was expected and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from permit_leads.page import Page, Window
from permit_leads.quality.calendar import business_days
from permit_leads.quality.clock import check_clock
from permit_leads.quality.columns import check_columns, check_drift
from permit_leads.quality.contacts import ContactFilter
from permit_leads.quality.counts import check_archive, check_counts, check_empty, check_rejections, check_yield
from permit_leads.quality.findings import Finding, RunKind, Severity, check_left, check_not_modified
from permit_leads.quality.fresh import check_fresh
from permit_leads.quality.freshness import check_freshness
from permit_leads.quality.history import History
from permit_leads.quality.jurisdiction import check_jurisdiction
from permit_leads.quality.kinds import Drift, Kind, find_drift, kinds_of, merged_kinds
from permit_leads.quality.observation import Observation, PageView
from permit_leads.quality.overlap import (
    check_change,
    check_grain,
    check_growth,
    check_overlap,
    check_pages,
    check_repeats,
    check_round_count,
)
from permit_leads.quality.profile import Profile, as_json, from_json, mapping_mark, profile_new, profile_page
from permit_leads.quality.shares import check_odd_dates, check_shares
from permit_leads.quality.volume import check_volume
from permit_leads.quality.words import check_places, check_words
from permit_leads.registry import Dataset

__all__ = [
    "ContactFilter",
    "Drift",
    "Finding",
    "History",
    "Kind",
    "Observation",
    "PageView",
    "Profile",
    "RunKind",
    "Seen",
    "Severity",
    "as_json",
    "business_days",
    "check_clock",
    "check_columns",
    "check_left",
    "check_page",
    "check_places",
    "check_run",
    "find_drift",
    "from_json",
    "kinds_of",
    "mapping_mark",
    "merged_kinds",
    "note_special",
    "profile_new",
    "profile_page",
]


@dataclass(frozen=True, slots=True)
class Seen:
    """A run as a whole.

    `record_count` rows were received of the `expected_count` the publisher announced (None: it announced none);
    `fatal_count` of them are no permits, and `permit_count` permits came out of them. `has_rows_in_window` and
    `newest_known_date` say what the store held before the run; `newest_date` is the newest issue date among this
    run's permits, `today` the publisher's day. `page_hashes` are those of the pages with rows. `beyond_count` of the
    rows are of days outside of the window: they prove nothing about it.
    """

    kind: RunKind
    window: Window
    today: date
    record_count: int
    expected_count: int | None
    fatal_count: int
    permit_count: int
    has_rows_in_window: bool
    newest_known_date: date | None
    newest_date: date | None = None
    profile: Profile = field(default_factory=Profile)
    history: History = field(default_factory=History)
    page_hashes: Sequence[str] = ()
    beyond_count: int = 0


def note_special(profile: Profile, differing: pl.DataFrame | None, contacts: ContactFilter) -> None:
    """Add to a page's profile what its columns alone do not say: new permits, fake contacts.

    `differing` are the permits that are new or changed; None where nobody knew any before.
    """
    profile.fresh = None if differing is None else profile_new(differing.filter(~pl.col("is_known")))
    profile.fakes = set(contacts.fake)


def check_page(dataset: Dataset, rows: pl.DataFrame, page: Page) -> list[Finding]:
    """What one page shows by itself: gone columns, days of another zone, a file that has not changed."""
    return [*check_columns(dataset, rows.columns), *check_clock(dataset, rows), *check_not_modified(page)]


def check_run(dataset: Dataset, seen: Seen) -> list[Finding]:
    """Everything that can be said of a run as a whole, in order of weight.

    Staleness and volume are asked only of a sync: a replay or a window is of the past. A replay is not compared with
    earlier runs either: it is made of them.
    """
    inside_count = seen.record_count - seen.beyond_count
    findings = [
        *check_counts(seen.record_count, seen.expected_count),
        *check_pages(seen.page_hashes if seen.kind != "replay" else []),
        *check_rejections(dataset, seen.record_count, seen.fatal_count),
        *check_yield(dataset, seen.record_count, seen.permit_count),
        *_check_empty(dataset, seen, inside_count),
    ]
    newest = max((day for day in (seen.newest_known_date, seen.newest_date) if day is not None), default=None)
    if seen.kind == "sync" and (inside_count == 0 or seen.newest_date is not None):
        findings += check_freshness(dataset, newest, seen.today, seen.history)
    if seen.kind != "replay" and inside_count:
        findings += _compare(dataset, seen)
    if seen.kind == "sync":
        findings += check_volume(dataset, seen.profile, seen.history, seen.today)
    return findings


def _check_empty(dataset: Dataset, seen: Seen, count: int) -> list[Finding]:
    if seen.kind == "replay":
        return check_archive(dataset, seen.window, count, has_rows_in_window=seen.has_rows_in_window)
    return check_empty(dataset, seen.window, seen.today, count, has_rows_in_window=seen.has_rows_in_window)


def _compare(dataset: Dataset, seen: Seen) -> list[Finding]:
    """The rows against those of earlier runs whose columns were read in the same way."""
    profile, history = seen.profile, seen.history.like(seen.profile)
    found = [
        *check_overlap(dataset, profile, history, seen.window),
        *check_repeats(dataset, profile, history),
        *check_growth(dataset, profile, history),
        *check_grain(dataset, profile, history),
        *check_change(profile, history),
        *check_shares(dataset, profile, history),
        *check_odd_dates(dataset, profile, history, seen.today),
        *check_words(dataset, profile, history),
        *check_places(dataset, profile, history),
        *check_jurisdiction(dataset, profile),
        *check_drift(dataset, profile, history),
        *check_round_count(profile, seen.expected_count, history),
    ]
    codes = {finding.code for finding in found if finding.severity != "note"}
    return [*found, *(finding for finding in check_fresh(dataset, profile, history) if finding.code not in codes)]
