"""The simulator's time: the wall's plus what was advanced, or an instant that only advances when told to."""

from __future__ import annotations

import calendar
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

HOUR = 3600
DAY = 24 * HOUR


class Clock:
    """Unix seconds. `start` freezes the clock at an instant; without it the clock runs with the wall's."""

    def __init__(self, start: int | None = None) -> None:
        self.start = start
        self.advanced = 0
        self._at: int | None = None

    def now(self) -> int:
        """This second."""
        if self._at is not None:
            return self._at
        return (int(time.time()) if self.start is None else self.start) + self.advanced

    @contextmanager
    def standing_at(self, instant: int) -> Iterator[None]:
        """The clock shows `instant` until the block ends; what was due in the past happens at its time."""
        before, self._at = self._at, instant
        try:
            yield
        finally:
            self._at = before


def add_intervals(anchor: int, interval: str, count: int) -> int:
    """`count` intervals after the anchor; the 31st falls on a shorter month's last day."""
    began = datetime.fromtimestamp(anchor, UTC)
    if interval in ("day", "week"):
        return int((began + timedelta(days=count * (7 if interval == "week" else 1))).timestamp())
    months = began.month - 1 + count * (12 if interval == "year" else 1)
    year, month = began.year + months // 12, months % 12 + 1
    day = min(began.day, calendar.monthrange(year, month)[1])
    return int(began.replace(year=year, month=month, day=day).timestamp())


def period_end(anchor: int, start: int, interval: str, count: int) -> int:
    """The first end of a period, counted from the anchor, that lies after `start`."""
    number = 1
    while (end := add_intervals(anchor, interval, number * count)) <= start:
        number += 1
    return end
