"""What is owed to each host: one request at a time, spaced, never past its patience, and none once it blocks us."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from permit_leads.fetch.clock import Clock

BLOCK_PAGES_BEFORE_CLOSING = 3
WAIT_BUDGET_SECONDS = 30 * 60.0


class SharedTurns(Protocol):
    """The turns at a host that all processes take together; see permit_leads.store.host_turns."""

    def take(self, host: str, spacing_seconds: float) -> float:
        """0.0 when the turn is ours; else seconds after which to try again."""

    def put_off(self, host: str, seconds: float) -> None:
        """Let nobody ask the host for so long."""

    def give_back(self, host: str, taken_seconds: float, owed_seconds: float) -> None:
        """Shorten the turn that was just taken to what the host is owed."""

    def close(self) -> None:
        """Give back what it holds."""


class NoSharedTurns:
    """A process that knows of no other."""

    def take(self, host: str, spacing_seconds: float) -> float:
        del host, spacing_seconds
        return 0.0

    def put_off(self, host: str, seconds: float) -> None:
        del host, seconds

    def give_back(self, host: str, taken_seconds: float, owed_seconds: float) -> None:
        del host, taken_seconds, owed_seconds

    def close(self) -> None:
        return


@dataclass(slots=True)
class _Host:
    lock: threading.RLock = field(default_factory=threading.RLock)
    last_start: float | None = None
    not_before: float = 0.0
    waited_seconds: float = 0.0
    block_pages: int = 0


class HostBook:
    """One line per host (name and port), shared by every dataset of the process, and by `shared` with other processes.

    Only within the process is there one request at a time; between processes the spacing holds.
    """

    def __init__(
        self, clock: Clock, wait_budget_seconds: float = WAIT_BUDGET_SECONDS, shared: SharedTurns | None = None
    ) -> None:
        self._clock = clock
        self._shared = shared or NoSharedTurns()
        self._wait_budget_seconds = wait_budget_seconds
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)

    @contextmanager
    def turn(self, host: str, spacing_seconds: float) -> Iterator[None]:
        """Hold the host's only connection; begins no sooner than `spacing_seconds` after the last request began."""
        entry = self._hosts[host]
        with entry.lock:
            begin = entry.not_before
            if entry.last_start is not None:
                begin = max(begin, entry.last_start + spacing_seconds)
            wait = begin - self._clock.monotonic()
            if wait > 0:
                self._clock.sleep(wait)
            while (left := self._shared.take(host, spacing_seconds)) > 0:
                self._clock.sleep(left)
            entry.last_start = self._clock.monotonic()
            yield

    def put_off(self, host: str, seconds: float) -> bool:
        """Let nobody ask the host for so long; False when its wait budget cannot pay for that."""
        entry = self._hosts[host]
        if entry.waited_seconds + seconds > self._wait_budget_seconds:
            return False
        entry.waited_seconds += seconds
        entry.not_before = max(entry.not_before, self._clock.monotonic() + seconds)
        self._shared.put_off(host, seconds)
        return True

    def give_back(self, host: str, taken_seconds: float, owed_seconds: float) -> None:
        """Let other processes ask as soon as the host is owed, which turned out to be less than the turn took."""
        if taken_seconds > owed_seconds:
            self._shared.give_back(host, taken_seconds, owed_seconds)

    def close(self) -> None:
        """Give back what the turns of all processes are taken over."""
        self._shared.close()

    def saw_block_page(self, host: str) -> bool:
        """Count one block page; True when it is the one that closes the host."""
        entry = self._hosts[host]
        entry.block_pages += 1
        return entry.block_pages == BLOCK_PAGES_BEFORE_CLOSING

    def saw_answer(self, host: str) -> None:
        """A proper answer ends a row of block pages; a closed host stays closed."""
        entry = self._hosts[host]
        if entry.block_pages < BLOCK_PAGES_BEFORE_CLOSING:
            entry.block_pages = 0

    def is_closed(self, host: str) -> bool:
        """Whether the host has blocked us so often in a row that we stop asking."""
        return self._hosts[host].block_pages >= BLOCK_PAGES_BEFORE_CLOSING
