"""How old the newest permit is. The data decides, never what a portal says of itself: feeds were seen that stood still
for years under fresh metadata."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from permit_leads.quality.calendar import business_days
from permit_leads.quality.findings import Finding
from permit_leads.quality.history import History
from permit_leads.registry import Dataset

ENOUGH_DAYS = 20
PATIENCE = 1.5


def check_freshness(
    dataset: Dataset, newest_date: date | None, today: date, history: History | None = None
) -> list[Finding]:
    """Newest issue date against what is usual: the dataset's freshness, or its longest pause so far and half of it.

    Weekend days do not count as age.
    """
    if newest_date is None:
        return []
    age_days = business_days(newest_date + timedelta(days=1), today)
    learnt = usual_age(history) if history is not None else 0
    if age_days * 24 <= dataset.freshness_hours or age_days <= learnt:
        return []
    usual = f"{learnt} business days were the most so far" if learnt else f"{dataset.freshness_hours} hours are usual"
    message = (
        f"the newest permit is of {newest_date}, {age_days} business days ago; {usual}: the feed may have stopped, "
        "whatever the portal says of its last update"
    )
    return [Finding("stale", "warning", message)]


def usual_age(history: History) -> int:
    """Business days that the newest permit of a healthy feed may be old; 0 when too little is known."""
    days = sorted(history.daily)
    if len(days) < ENOUGH_DAYS:
        return 0
    lags = [lag_of(run.days, run.run_day) for run in history.runs if run.run_day is not None and run.days]
    return round(PATIENCE * _longest_pause(days)) + min(lags, default=1)


def lag_of(days: Sequence[date] | dict[date, int], run_day: date) -> int:
    """Business days between the newest permit that a run brought and the day of the run."""
    past = [day for day in days if day <= run_day]
    return business_days(max(past) + timedelta(days=1), run_day) if past else 0


def _longest_pause(days: Sequence[date]) -> int:
    pairs = pairwise(days)
    return max(business_days(one + timedelta(days=1), other) for one, other in pairs)
