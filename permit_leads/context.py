"""What every dataset of one command shares, and what that makes of a run: its kind, window, clocks and pages."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from permit_leads.archive import Acceptance, Archive, ArchivedRun, RunFacts
from permit_leads.arrival import Source, fetched, held, recorded, replayed
from permit_leads.fetch.http import PoliteClient
from permit_leads.outcome import Attempt, Progress, Request
from permit_leads.page import Window
from permit_leads.registry import Dataset
from permit_leads.stage_clock import Clock
from permit_leads.store import holds, runs, state
from permit_leads.store.runs import Tally
from permit_leads.stream import prefetch
from permit_leads.window import local_window

PAGES_AHEAD = 2


@dataclass(frozen=True, slots=True)
class Accepting:
    """A batch that was held back and that an operator lets in, and why."""

    held: holds.Held
    reason: str


class Retell(Protocol):
    """Restores a file that was restored before, as that run; restoring stands above the runs, so it is handed down."""

    def __call__(self, url: str, archive: Archive, dataset: Dataset, archived: ArchivedRun) -> Tally:
        """What it brought."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every dataset of one command shares; `recorded` is the archived run that is to be told again as it was."""

    request: Request
    url: str
    client: PoliteClient
    archive: Archive
    progress: Progress
    actor: str
    accepting: Accepting | None = None
    recorded: ArchivedRun | None = None
    retell: Retell | None = None

    @property
    def kind(self) -> runs.RunKind:
        """A batch that is accepted and a run that is told again stay what they were when they came."""
        if self.recorded is not None:
            return "replay" if self.recorded.facts.kind == "restore" else self.recorded.facts.kind
        return self.accepting.held.kind if self.accepting else self.request.kind

    @property
    def is_news(self) -> bool:
        """Whether the run is told for the first time: only then is it archived, and can it be held back."""
        return self.recorded is None and not self.request.is_replay

    @property
    def is_restoring(self) -> bool:
        """Whether the run that is told again restored a file."""
        return self.recorded is not None and self.recorded.facts.kind == "restore"

    def attempt(self, dataset_id: str) -> Attempt:
        """A run that begins now, or, when it is told again, as and when it began."""
        if self.recorded is None:
            return Attempt(dataset_id, uuid.uuid4(), self.kind)
        return Attempt(dataset_id, self.recorded.run_id, self.kind, self.recorded.at)

    def window(self, dataset: Dataset, row: state.StateRow | None) -> Window:
        """The publisher's days that the run brings in."""
        if self.recorded is not None:
            return self.recorded.window
        if self.accepting is not None:
            return self.accepting.held.window
        if self.request.kind == "window" or self.request.since is not None:
            return local_window(self.request.since, self.request.until, dataset.publisher.time_zone)
        if self.request.kind in ("replay", "reconcile"):
            return Window(None, None)
        return state.next_window(row, dataset, self._today(dataset))

    def day(self, dataset: Dataset) -> date:
        """The publisher's day on which the rows were asked for."""
        if self.recorded is not None:
            return local_day(dataset, self.recorded.at)
        watermark = self.accepting.held.watermark if self.accepting else None
        return watermark or self._today(dataset)

    def source(self, dataset: Dataset, attempt: Attempt, clock: Clock) -> Source:
        """The pages: of the publisher, or of the archive."""
        if self.recorded is not None:
            return recorded(self.archive, self.recorded)
        if self.accepting is not None:
            return held(self.archive, dataset, self.accepting.held.run_id, attempt.started_at)
        if self.request.is_replay:
            return replayed(self.archive, dataset, attempt.window, attempt.started_at)
        archive = None if self.request.is_dry_run else self.archive
        pages = fetched(self.client, archive, dataset, attempt.window, attempt.run_id, clock)
        return prefetch(pages, PAGES_AHEAD)

    def _today(self, dataset: Dataset) -> date:
        """The publisher's day now, by the clock that pages are stamped by."""
        return local_day(dataset, self.client.now())

    def watermark(self, dataset: Dataset, attempt: Attempt) -> date | None:
        """Where the watermark goes; None: it stays."""
        if self.accepting is not None:
            return self.accepting.held.watermark
        if self.recorded is not None or attempt.kind != "sync":
            return None
        return attempt.window.until or self._today(dataset)

    def write_held(self, dataset: Dataset, attempt: Attempt, codes: tuple[str, ...], held_at: datetime) -> None:
        """Keep the manifest of a run that is held back where no replay reads it."""
        kind, watermark = self.kind, self.watermark(dataset, attempt)
        assert kind != "replay"  # which is never held back
        facts = RunFacts(kind, attempt.started_at, held_at=held_at, codes=codes, watermark=watermark)
        self.archive.write_held(attempt.run_id, attempt.dataset_id, attempt.window, facts)

    def prepare(self, attempt: Attempt, published_at: datetime) -> None:
        """Write the pending manifest of a run that is about to be committed."""
        acceptance = None
        if self.accepting is not None:
            batch = self.accepting.held
            self.archive.adopt(batch.run_id, attempt.run_id, attempt.dataset_id)
            acceptance = Acceptance(
                held_run_id=batch.run_id, codes=tuple(batch.codes), actor=self.actor, reason=self.accepting.reason
            )
        kind = self.kind
        assert kind != "replay"  # which is not archived
        facts = RunFacts(kind, attempt.started_at, published_at, acceptance)
        self.archive.prepare(attempt.run_id, attempt.dataset_id, attempt.window, facts)


def local_day(dataset: Dataset, at: datetime) -> date:
    """The publisher's day at an instant."""
    return at.astimezone(ZoneInfo(dataset.publisher.time_zone)).date()
