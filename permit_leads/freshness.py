"""Fresh or stale: the one rule, which coverage, the state of the sources and the health check all ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

Freshness = Literal["fresh", "stale", "unknown"]
Cause = Literal["no_good_run", "held_back", "run_is_old", "no_day_of_issue", "permits_are_old"]

# Publishers skip holidays and publish late: data may be this much older than the run that read it.
PUBLISHING_LAG = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Feed:
    """What is known of a feed: its last good run, the newest permit it brought, and since when a batch is held back."""

    freshness_hours: int
    last_success: datetime | None
    newest_issued_date: date | None
    held_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """How fresh a feed is; `cause` says why it is not fresh, `since` from when on a stale one has nothing newer."""

    freshness: Freshness
    cause: Cause | None = None
    since: datetime | None = None


def judge(feed: Feed, now: datetime) -> Judgement:
    """Fresh: read in time, and the newest permit is of these days. A feed that answers but stands still is stale."""
    if feed.last_success is None:
        return Judgement("unknown", "no_good_run")
    if feed.held_at is not None:
        return Judgement("stale", "held_back", feed.last_success)
    if now - feed.last_success > timedelta(hours=feed.freshness_hours):
        return Judgement("stale", "run_is_old", _nothing_newer_since(feed.last_success, feed.newest_issued_date))
    if feed.newest_issued_date is None:
        return Judgement("unknown", "no_day_of_issue")
    if is_behind(feed.newest_issued_date, feed.freshness_hours, now.date()):
        return Judgement("stale", "permits_are_old", _nothing_newer_since(feed.last_success, feed.newest_issued_date))
    return Judgement("fresh")


def is_behind(newest: date, freshness_hours: int, today: date) -> bool:
    """Is a newest day of issue older than the source's freshness and what publishers usually lag?"""
    return today - newest > timedelta(hours=freshness_hours) + PUBLISHING_LAG


def patience_days(freshness_hours: int) -> int:
    """Days that the newest permit may be old: the source's freshness, whole days of it, and the usual lag."""
    return -(-freshness_hours // 24) + PUBLISHING_LAG.days


def _nothing_newer_since(last_success: datetime, newest: date | None) -> datetime:
    if newest is None:
        return last_success
    return min(last_success, datetime.combine(newest, datetime.min.time(), UTC))
