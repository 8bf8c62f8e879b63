"""Time as the fetch layer sees it: injectable, so that no test sleeps."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What waiting and time-stamping need."""

    def monotonic(self) -> float: ...

    def now(self) -> datetime: ...

    def sleep(self, seconds: float) -> None: ...

    def wake(self) -> None: ...


class Woken(Exception):
    """A wait was ended because the whole command ends."""


class SystemClock:
    """The machine's own clock; `now` is an aware UTC instant. Once woken it never sleeps again."""

    def __init__(self) -> None:
        self._is_woken = threading.Event()

    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        if self._is_woken.wait(seconds):
            raise Woken

    def wake(self) -> None:
        self._is_woken.set()
