"""Days on which a publisher works: Monday to Friday less the holidays of the United States' offices."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

SATURDAY = 5
MONDAY, THURSDAY = 0, 3


def business_days(first: date, last: date) -> int:
    """Monday-to-Friday days from `first` to `last`, both included; holidays count as business days."""
    days = max(0, (last - first).days + 1)
    weeks, rest = divmod(days, 7)
    return weeks * 5 + sum((first + timedelta(days=offset)).weekday() < SATURDAY for offset in range(rest))


def is_office_day(day: date) -> bool:
    """Whether offices are open: no weekend, no holiday, nor one of the days that many offices give away beside one."""
    return day.weekday() < SATURDAY and day not in closed_days(day.year)


def office_days(first: date, last: date) -> list[date]:
    """The office days from `first` to `last`, both included, in order."""
    every = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return [day for day in every if is_office_day(day)]


@lru_cache(maxsize=256)
def closed_days(year: int) -> frozenset[date]:
    """Federal holidays as they are observed, the Friday after Thanksgiving and 24 to 31 December.

    Source: 5 U.S.C. 6103 (https://www.law.cornell.edu/uscode/text/5/6103).
    """
    thanksgiving = _nth(year, 11, THURSDAY, 4)
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year + 1, 1, 1)]
    moving = [_nth(year, 1, MONDAY, 3), _nth(year, 2, MONDAY, 3), _nth(year, 9, MONDAY, 1), _nth(year, 10, MONDAY, 2)]
    memorial = max(date(year, 5, day) for day in range(25, 32) if date(year, 5, day).weekday() == MONDAY)
    year_end = [date(year, 12, day) for day in range(24, 32)]
    closed = [*map(_observed, fixed), *fixed, *moving, memorial, thanksgiving, thanksgiving + timedelta(days=1)]
    return frozenset([*closed, *year_end, date(year, 1, 2)])


def _nth(year: int, month: int, weekday: int, count: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))


def _observed(day: date) -> date:
    """A holiday on Saturday is kept on Friday, one on Sunday on Monday."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))
