"""The commands on batches that are held back: show them, let one in, or leave it out for good."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from permit_leads.errors import SourceUnavailable, UsageError
from permit_leads.state_cli.desk import Desk, actor
from permit_leads.store import holds


class Silent:
    """Says nothing while the archived pages are read."""

    def event(self, name: str, **fields: object) -> None:
        """Nothing."""


def show_held(desk: Desk) -> str:
    """The batches that wait for a decision, oldest first."""
    waiting = holds.waiting(desk.conn)
    lines = [
        f"{one.run_id}  {one.dataset_id}  held {one.held_at:%Y-%m-%d %H:%M:%S} UTC  {', '.join(one.codes)}"
        for one in waiting
    ]
    return desk.answer("\n".join(lines) or "nothing is held back", {"held": [asdict(one) for one in waiting]})


def accept(desk: Desk) -> str:
    """Store exactly the held pages, out of the archive, and move the watermark.

    Raises:
        UsageError: there is no such held run, or it was decided on.
        SourceUnavailable: a run is at work, or the archived pages could not be stored; nothing has changed.
    """
    from permit_leads.context import Accepting  # all that a run needs takes as long to load as the rest of the helper
    from permit_leads.outcome import Request
    from permit_leads.run import run_all

    held = holds.require_open(holds.read(desk.conn, _run_id(desk)), _run_id(desk))
    desk.conn.commit()  # the run below has connections of its own
    dataset = desk.registry.get(held.dataset_id)
    if dataset is None:
        raise UsageError(f"the registry has no source {held.dataset_id!r} any more; its rows cannot be read")
    request = Request((dataset.id,), None, None, (), None, False, False, Path())
    accepting = Accepting(held, desk.seen.reason.strip())
    (outcome,) = run_all(request, {dataset.id: dataset}, desk.settings, Silent(), actor(), accepting)
    if outcome.error is not None:
        raise SourceUnavailable(dataset.id, f"held run {held.run_id} was not accepted: {outcome.error}")
    told = (
        f"{dataset.id}: held run {held.run_id} is accepted by {actor()}: {outcome.permit_new_count} permits new, "
        f"{outcome.permit_changed_count} changed, {outcome.lead_written_count} leads written"
    )
    return desk.answer(told, {"run_id": held.run_id, "decision": "accepted", "accepted_run_id": outcome.run_id})


def reject(desk: Desk) -> str:
    """Leave the held batch out; its pages stay in the archive, as does this word, and the next run asks again.

    Raises:
        UsageError: there is no such held run, or it was decided on.
    """
    from permit_leads.archive import Archive, Rejection  # takes as long to load as the rest of the helper

    held = holds.require_open(holds.read(desk.conn, _run_id(desk)), _run_id(desk))
    who, reason, now = actor(), desk.seen.reason.strip(), datetime.now(UTC)
    holds.decide(desk.conn, holds.Verdict(held.run_id, "rejected", who, reason, at=now))
    rejection = Rejection(held_run_id=held.run_id, actor=who, reason=reason, decided_at=now)
    Archive(desk.settings.archive_url).write_rejection(held.dataset_id, rejection)
    told = f"{held.dataset_id}: held run {held.run_id} is rejected by {who}; none of its rows is in the store"
    return desk.answer(told, {"run_id": held.run_id, "decision": "rejected"})


def _run_id(desk: Desk) -> UUID:
    run_id: UUID = desk.seen.run
    return run_id
