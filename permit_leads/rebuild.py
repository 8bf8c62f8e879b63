"""A replay: first whole runs that the store lacks, told again as and when they were; then what is read otherwise today.

An empty store lacks all of them and comes out as it was, history and events included. A store that was put back from
a backup lacks the newest ones. Where it lacks a run but has later ones, that run's place in history is gone: its rows
come in as what is learned now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime

import psycopg

from permit_leads.archive import Archive, ArchiveCorrupt, ArchivedRun, Rejection
from permit_leads.arrival import touches
from permit_leads.context import Context
from permit_leads.errors import SourceUnavailable
from permit_leads.normalize import mapping_json, published_fields
from permit_leads.outcome import Attempt, Outcome, Progress
from permit_leads.page import Window
from permit_leads.registry import Dataset
from permit_leads.store import db, holds, runs
from permit_leads.store.runs import Tally

RunOne = Callable[[Context, Dataset], Outcome]
Step = tuple[Dataset, ArchivedRun]


def replay_all(context: Context, datasets: Sequence[Dataset], run_one: RunOne) -> list[Outcome]:
    """Replay the datasets; runs that are told again come in the order in which they once were committed."""
    ends: dict[str, list[Outcome]] = {dataset.id: [] for dataset in datasets}
    for dataset, archived in _steps(context, datasets):
        told = ends[dataset.id]
        if not told or told[-1].status != "failure":
            retell_held(context, dataset, archived.at)
            told.append(run_one(replace(context, recorded=archived), dataset))
    for dataset in datasets:
        retell_held(context, dataset, None)
    return [_sum(ends[dataset.id]) if ends[dataset.id] else run_one(context, dataset) for dataset in datasets]


def require_turn(conn: psycopg.Connection, dataset: Dataset, archived: ArchivedRun) -> None:
    """See that nothing later stands in the store: history is told in its order or not at all.

    Raises:
        SourceUnavailable: another run came in between.
    """
    newest = runs.newest_known(conn, dataset.id)
    if newest is not None and newest > archived.at:
        reason = (
            f"run {archived.run_id} of {archived.at:%Y-%m-%d %H:%M:%S} UTC cannot be told again: the store has learned "
            f"something at {newest:%Y-%m-%d %H:%M:%S} UTC; stop other runs, empty the store and replay once more"
        )
        raise SourceUnavailable(dataset.id, reason)


def _steps(context: Context, datasets: Sequence[Dataset]) -> list[Step]:
    steps: list[Step] = []
    with closing(db.connect(context.url)) as conn:
        for dataset in datasets:
            steps += ((dataset, archived) for archived in _whole(context, dataset, conn))
    return sorted(steps, key=lambda step: (step[1].facts.published_at or step[1].at, step[1].run_id.hex))


def _whole(context: Context, dataset: Dataset, conn: psycopg.Connection) -> list[ArchivedRun]:
    """The runs to tell again, none when one of them is not whole: the replay that follows fails at it and says so."""
    window = context.window(dataset, None)
    newest = runs.newest_known(conn, dataset.id)
    try:
        missing = list(find_missing(conn, context.archive, dataset, window))
        told = [archived for archived in missing if newest is None or archived.at > newest]
        for archived in told:
            context.archive.check(archived)
    except ArchiveCorrupt:
        return []
    _warn_of_gaps(context.progress, dataset, len(missing) - len(told), newest)
    if told:
        _warn_of_given_up(context, conn, dataset)
    return told


def find_missing(conn: psycopg.Connection, archive: Archive, dataset: Dataset, window: Window) -> Iterator[ArchivedRun]:
    """Archived runs of these days that the store does not know, oldest first."""
    known = runs.committed_ids(conn, dataset.id)
    for archived in reversed(archive.runs(dataset.id)):
        is_known = archived.run_id in known
        if not is_known and touches(archived.window, window):
            yield archived


def _warn_of_gaps(progress: Progress, dataset: Dataset, count: int, newest: datetime | None) -> None:
    if count:
        reason = "the store lacks them and has later ones; their rows come in as learned now, to have them as they "
        reason += "were replay into an empty database"
        progress.event("replay.gap", level="warning", source=dataset.id, runs=count, newest=newest, reason=reason)


def _warn_of_given_up(context: Context, conn: psycopg.Connection, dataset: Dataset) -> None:
    known = runs.committed_ids(conn, dataset.id)
    lost = [run_id for run_id in context.archive.given_up(dataset.id) if run_id not in known]
    if lost:
        reason = "they were given up (archive prune --give-up-history): what only they brought is not in the store"
        context.progress.event("replay.given_up", level="warning", source=dataset.id, runs=len(lost), reason=reason)


def restore_again(context: Context, dataset: Dataset, attempt: Attempt) -> None:
    """Restore a file out of the archive, as the run that restored it first.

    Raises:
        SourceUnavailable: this command was given no way to do so.
    """
    archived, retell = context.recorded, context.retell
    assert archived is not None
    if retell is None:
        raise SourceUnavailable(dataset.id, f"run {archived.run_id} restored a file; python -m permit_leads --replay")
    with closing(db.connect(context.url)) as conn:
        require_turn(conn, dataset, archived)
    attempt.tally = retell(context.url, context.archive, dataset, archived)
    attempt.status = "success"


def retell_held(context: Context, dataset: Dataset, before: datetime | None) -> None:
    """Put back what is known of batches that were held back until then, and that one was left out; None: all of them.

    The next sync that is told again supersedes what still waits, as it did then.
    """
    try:
        archived = [run for run in context.archive.held_runs(dataset.id) if before is None or run.at < before]
        rejections = {run.run_id: context.archive.rejection(run.run_id, dataset.id) for run in archived}
    except ArchiveCorrupt as error:
        context.progress.event("replay.held_unknown", level="warning", source=dataset.id, reason=error)
        return
    with closing(db.connect(context.url)) as conn:
        newest = runs.newest_known(conn, dataset.id)
        for run in archived:
            is_next = newest is None or newest < run.at
            if is_next and run.facts.codes and runs.status_of(conn, run.run_id) is None:
                _hold_again(conn, dataset, run, rejections[run.run_id])
        conn.commit()


def _hold_again(conn: psycopg.Connection, dataset: Dataset, run: ArchivedRun, rejection: Rejection | None) -> None:
    facts = run.facts
    runs.upsert_dataset(conn, dataset, published_fields(dataset), mapping_json(dataset))
    kind = "sync" if facts.kind == "restore" else facts.kind
    runs.begin_run(conn, run.run_id, dataset.id, kind, run.window, run.at)
    reason = f"held back: {', '.join(facts.codes)} (told again from the archive)"
    runs.finish_run(conn, run.run_id, "held", Tally(page_count=run.page_count), reason)
    holds.hold(conn, run.run_id, dataset.id, kind, run.window, facts.watermark, facts.codes, facts.held_at)
    if rejection is not None:
        verdict = holds.Verdict(run.run_id, "rejected", rejection.actor, rejection.reason, at=rejection.decided_at)
        holds.decide(conn, verdict)


def admit_again(conn: psycopg.Connection, archived: ArchivedRun) -> None:
    """Put back who let a held batch in and why, in the transaction of its rows."""
    accepted = archived.facts.accepted
    if accepted is not None and holds.read(conn, accepted.held_run_id) is not None:
        verdict = holds.Verdict(
            accepted.held_run_id, "accepted", accepted.actor, accepted.reason, archived.run_id, archived.at
        )
        holds.decide(conn, verdict)


def _sum(ends: Sequence[Outcome]) -> Outcome:
    """The runs of one dataset as one outcome: all counts, and the end of the last."""
    last = ends[-1]
    return replace(
        last,
        kind="replay",
        status="success" if last.status == "empty" and any(end.record_count for end in ends) else last.status,
        window_since=None,
        window_until=None,
        page_count=sum(end.page_count for end in ends),
        record_count=sum(end.record_count for end in ends),
        expected_count=None,
        permit_new_count=sum(end.permit_new_count for end in ends),
        permit_changed_count=sum(end.permit_changed_count for end in ends),
        permit_unchanged_count=sum(end.permit_unchanged_count for end in ends),
        lead_written_count=sum(end.lead_written_count for end in ends),
        rejection_count=sum(end.rejection_count for end in ends),
        seconds=sum(end.seconds for end in ends),
        stage_seconds=_add_up([end.stage_seconds for end in ends]),
        findings=[finding for end in ends for finding in end.findings],
    )


def _add_up(parts: Sequence[dict[str, float]]) -> dict[str, float]:
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: sum(part.get(name, 0.0) for part in parts) for name in names}
