"""Batches that are held back: none of their rows is in the store, and an operator decides what becomes of them.

Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from permit_leads.errors import UsageError
from permit_leads.page import Window
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))

Decision = Literal["accepted", "rejected"]


@dataclass(frozen=True, slots=True)
class Held:
    """A batch that is held back; `watermark` is where the watermark goes if it is accepted."""

    run_id: UUID
    dataset_id: str
    kind: Literal["sync", "window", "reconcile"]
    window_since: date | None
    window_until: date | None
    watermark: date | None
    codes: list[str]
    held_at: datetime
    decision: str | None
    decided_by: str | None
    reason: str | None

    @property
    def window(self) -> Window:
        """The days that were asked for."""
        return Window(self.window_since, self.window_until)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an operator decides of a held batch, and why; `accepted_run_id` is the run that stored its rows.

    `at` is given when it was decided before and is told again; None: now.
    """

    run_id: UUID
    decision: Decision
    actor: str
    reason: str
    accepted_run_id: UUID | None = None
    at: datetime | None = None


def hold(
    conn: psycopg.Connection, run_id: UUID, dataset_id: str, kind: str, window: Window, watermark: date | None,
    codes: Sequence[str], at: datetime | None = None,
) -> None:  # fmt: skip
    """Record a batch as held back, now or `at`; an older one of the dataset that nobody has decided on is moot."""
    supersede(conn, dataset_id)
    values = {"run_id": run_id, "dataset_id": dataset_id, "kind": kind, "codes": list(codes), "watermark": watermark}
    conn.execute(QUERIES["hold"], {**values, "since": window.since, "until": window.until, "at": at})


def supersede(conn: psycopg.Connection, dataset_id: str) -> None:
    """A later run of the dataset has answered what was asked of the operator."""
    conn.execute(QUERIES["supersede"], {"dataset_id": dataset_id})


def read(conn: psycopg.Connection, run_id: UUID) -> Held | None:
    """One held batch, or None when the run was not held back."""
    with conn.cursor(row_factory=class_row(Held)) as cursor:
        return cursor.execute(QUERIES["read"], {"run_id": run_id}).fetchone()


def waiting(conn: psycopg.Connection) -> list[Held]:
    """The batches that wait for a decision, oldest first."""
    with conn.cursor(row_factory=class_row(Held)) as cursor:
        return cursor.execute(QUERIES["waiting"]).fetchall()


def require_open(held: Held | None, run_id: UUID) -> Held:
    """The batch, if it still waits for a decision.

    Raises:
        UsageError: the run was not held back, or was decided on.
    """
    if held is None:
        raise UsageError(f"--run {run_id} is no run that was held back; `list` of held runs: etl_state_helper.py held")
    if held.decision == "superseded":
        raise UsageError(f"--run {run_id} was superseded: a later run of {held.dataset_id} answered the question")
    if held.decision is not None:
        raise UsageError(f"--run {run_id} was {held.decision} by {held.decided_by} already: {held.reason}")
    return held


def decide(conn: psycopg.Connection, verdict: Verdict) -> None:
    """Close the question and keep who decided and why.

    Raises:
        UsageError: somebody else was faster.
    """
    values = {
        "run_id": verdict.run_id,
        "decision": verdict.decision,
        "actor": verdict.actor,
        "reason": verdict.reason,
        "accepted_run_id": verdict.accepted_run_id,
        "at": verdict.at,
    }
    if conn.execute(QUERIES["decide"], values).rowcount != 1:
        require_open(read(conn, verdict.run_id), verdict.run_id)
    conn.execute(QUERIES["audit_decision"], {**values, "action": f"{verdict.decision} held run {verdict.run_id}"})
