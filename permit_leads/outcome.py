"""What is asked of a run, and how it ended: plain values between the command line and the stages."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, Protocol

from permit_leads.page import Window
from permit_leads.quality import Finding, Observation
from permit_leads.store.runs import RunKind, Tally


class Progress(Protocol):
    """Where a run says what it is doing, line by line."""

    def event(self, name: str, **fields: object) -> None:
        """One event with its ids and counts; never a secret."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for. `since` and `until` are UTC instants, both included."""

    dataset_ids: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    formats: tuple[str, ...]
    delay_seconds: float | None
    is_dry_run: bool
    is_replay: bool
    out_dir: Path
    is_reconcile: bool = False

    @property
    def kind(self) -> RunKind:
        """A replay, a window or a reconcile leaves the watermark alone; only a sync moves it."""
        if self.is_replay:
            return "replay"
        if self.is_reconcile:
            return "reconcile"
        return "sync" if self.since is None else "window"


@dataclass(slots=True)
class Attempt:
    """The run of one dataset while it goes on."""

    dataset_id: str
    run_id: uuid.UUID
    kind: RunKind
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    status: Literal["success", "failure", "empty"] = "failure"
    window: Window = field(default_factory=lambda: Window(None, None))
    tally: Tally = field(default_factory=Tally)
    observed: Observation = field(default_factory=Observation)
    beyond_count: int = 0  # rows outside of the window, among those of the tally
    findings: list[Finding] = field(default_factory=list)
    error: str | None = None

    def start_over(self) -> None:
        """Forget what was seen so far."""
        self.tally = Tally()
        self.observed = Observation()
        self.beyond_count = 0
        self.findings = []


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the run of one dataset ended."""

    dataset_id: str
    run_id: uuid.UUID
    kind: RunKind
    status: Literal["success", "failure", "empty"]
    window_since: date | None
    window_until: date | None
    page_count: int
    record_count: int
    expected_count: int | None
    permit_new_count: int
    permit_changed_count: int
    permit_unchanged_count: int
    lead_written_count: int
    rejection_count: int
    seconds: float
    stage_seconds: dict[str, float]
    error: str | None
    findings: list[Finding]
    simulated_note: str | None


def outcome_of(attempt: Attempt, seconds: float) -> Outcome:
    """The attempt as it ended after `seconds`."""
    tally = attempt.tally
    return Outcome(
        dataset_id=attempt.dataset_id,
        run_id=attempt.run_id,
        kind=attempt.kind,
        status=attempt.status,
        window_since=attempt.window.since,
        window_until=attempt.window.until,
        page_count=tally.page_count,
        record_count=tally.record_count,
        expected_count=tally.expected_count,
        permit_new_count=tally.written.permit_new,
        permit_changed_count=tally.written.permit_changed,
        permit_unchanged_count=tally.written.permit_unchanged,
        lead_written_count=tally.written.leads,
        rejection_count=tally.rejection_count,
        seconds=seconds,
        stage_seconds=tally.stage_seconds,
        error=attempt.error,
        findings=attempt.findings,
        simulated_note=tally.note,
    )
