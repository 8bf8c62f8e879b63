"""Ranking that never needs a rewrite: points in log-odds, age as a straight line, the score from both on reading.

All leads age alike, so their order is fixed when they are scored and stored once as `rank_key`. Everything here is
integer arithmetic with one rounding rule (floor), so that a filter on `rank_key` and a filter on the score agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

# 20 points double the odds, the usual scale of credit scorecards.
# Source: Siddiqi, Credit Risk Scorecards (2006), "points to double the odds".
POINTS_TO_DOUBLE_ODDS = 20
# Odds halve every two weeks: 20000 / 14, floored, in thousandths of a point per day.
AGE_MILLIPOINTS_PER_DAY = 1428
# A lead without any date counts as of this day: it sinks to the end and says why.
EPOCH = date(2000, 1, 1)
LOWEST_RANK_KEY = -(2**63)
# Beyond this the score stays at 0 or 100 whatever else is added.
_SATURATION = 400


def points_to_score(points_total: int) -> int:
    """Whole number from 0 to 100; 0 points are even odds (50), 20 points double them. Never falls as points rise."""
    points = max(-_SATURATION, min(_SATURATION, points_total))
    return round(100 / (1 + 2 ** (-points / POINTS_TO_DOUBLE_ODDS)))


def days_since_epoch(day: date | None) -> int:
    """Days from 2000-01-01; no day counts as that day."""
    return 0 if day is None else (day - EPOCH).days


def age_points(rank_date: date | None, today: date) -> int:
    """Points that age takes away, floored, so that they add to the lead's points without a remainder.

    At or below 0 for any day up to `today`; `score` never stores a later one when it is told the day.
    """
    age_days = days_since_epoch(today) - days_since_epoch(rank_date)
    return -AGE_MILLIPOINTS_PER_DAY * age_days // 1000


def rank_key(points: int, rank_date: date | None) -> int:
    """Thousandths of a point, as they would stand on 2000-01-01: sort by it, highest first."""
    return 1000 * points + AGE_MILLIPOINTS_PER_DAY * days_since_epoch(rank_date)


def points_at(rank_key: int, today: date) -> int:
    """Points including age on `today`: equal to the lead's points plus `age_points`."""
    return (rank_key - AGE_MILLIPOINTS_PER_DAY * days_since_epoch(today)) // 1000


def score_at(rank_key: int, today: date) -> int:
    """The score shown on `today`."""
    return points_to_score(points_at(rank_key, today))


@cache
def min_points(min_score: int) -> int | None:
    """Fewest points that show at least `min_score`; None when every lead does (0 or less)."""
    if min_score <= 0:
        return None
    return next((p for p in range(-_SATURATION, _SATURATION + 1) if points_to_score(p) >= min_score), _SATURATION + 1)


def min_rank_key(min_score: int, today: date) -> int:
    """`rank_key >= min_rank_key(s, today)` holds for exactly the leads whose score on `today` is at least `s`.

    Raises:
        ValueError: above 100, which no score reaches.
    """
    if min_score > 100:
        raise ValueError(f"a score is at most 100, got {min_score}")
    points = min_points(min_score)
    if points is None:
        return LOWEST_RANK_KEY
    return 1000 * points + AGE_MILLIPOINTS_PER_DAY * days_since_epoch(today)


def waterfall(reasons: Sequence[tuple[str, int, str | None]], age: int) -> list[int]:
    """What each reason, in order, and then age adds to the score shown; the list sums to that score exactly.

    Each step is the shown score after it minus the one before, starting from 0: rounding never leaves a rest.
    """
    steps: list[int] = []
    points_total = shown = 0
    for points in [*(reason[1] for reason in reasons), age]:
        points_total += points
        steps.append(points_to_score(points_total) - shown)
        shown += steps[-1]
    return steps
