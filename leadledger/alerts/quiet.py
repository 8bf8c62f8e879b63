"""When somebody may be told: the quiet hours he asked for, and those the law sets for texts."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

SUNDAY = 6
# Source: Texas Business & Commerce Code §301.051: calls and texts not before 9 a.m. (noon on Sundays), nor after 9 p.m.
TEXTS_FROM, TEXTS_FROM_ON_SUNDAY, TEXTS_UNTIL = time(9), time(12), time(21)
MOST_STEPS = 20  # two a day; a week without an allowed minute has none


class Quiet(NamedTuple):
    """Local times between which nothing is sent; over midnight when they end before they begin."""

    begins: time
    ends: time


class NeverAllowed(ValueError):
    """Quiet hours that leave no minute in a week."""


def next_allowed(now: datetime, zone: ZoneInfo, quiet: Quiet | None, *, is_text: bool) -> datetime:
    """`now`, or the first minute after it at which the message may go.

    Raises:
        NeverAllowed: there is none.
    """
    at = now
    for _ in range(MOST_STEPS):
        later = _leave_quiet(at.astimezone(zone), quiet) or (_leave_law(at.astimezone(zone)) if is_text else None)
        if later is None:
            return at
        at = max(later.astimezone(now.tzinfo), at + timedelta(minutes=1))
    raise NeverAllowed("the quiet hours leave no time at which the message may go")


def _leave_quiet(local: datetime, quiet: Quiet | None) -> datetime | None:
    """When the quiet hours that hold now end; None when none do."""
    if quiet is None:
        return None
    clock, over_midnight = local.time(), quiet.begins > quiet.ends
    if over_midnight and clock >= quiet.begins:
        return _at(local + timedelta(days=1), quiet.ends)
    if (clock < quiet.ends) if over_midnight else (quiet.begins <= clock < quiet.ends):
        return _at(local, quiet.ends)
    return None


def _leave_law(local: datetime) -> datetime | None:
    if local.time() >= TEXTS_UNTIL:
        tomorrow = local + timedelta(days=1)
        return _at(tomorrow, _opens(tomorrow))
    return _at(local, _opens(local)) if local.time() < _opens(local) else None


def _opens(local: datetime) -> time:
    return TEXTS_FROM_ON_SUNDAY if local.weekday() == SUNDAY else TEXTS_FROM


def _at(local: datetime, clock: time) -> datetime:
    return datetime.combine(local.date(), clock, tzinfo=local.tzinfo)
