"""One run of one dataset, from its bytes to its leads: the only place where the stages meet."""

from __future__ import annotations

import os
import time
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import UTC, datetime

import psycopg

from permit_leads import quality
from permit_leads.archive import Archive
from permit_leads.client import polite_client
from permit_leads.context import PAGES_AHEAD, Accepting, Context, Retell
from permit_leads.counting import count_batch, note_listed
from permit_leads.errors import BatchHeld, SourceError
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.moved import WindowMoved
from permit_leads.heartbeat import beating
from permit_leads.memory import PageMemory
from permit_leads.normalize import mapping_json, published_fields
from permit_leads.outcome import Attempt, Outcome, Progress, Request, outcome_of
from permit_leads.rebuild import admit_again, replay_all, require_turn, restore_again
from permit_leads.recall import recall_of
from permit_leads.registry import Dataset, resolved_url
from permit_leads.settings import Settings
from permit_leads.settle import confirm, settle
from permit_leads.stage_clock import Clock
from permit_leads.stages import Batch, batches
from permit_leads.store import db, holds, profiles, runs, state, suppressions
from permit_leads.store.absence import Absence
from permit_leads.store.permits import PermitWriter
from permit_leads.stream import prefetch
from permit_leads.suppressing import learn_again
from permit_leads.telling import tell_end, tell_page
from permit_leads.verdict import Excused, judge


def run_all(
    request: Request, registry: dict[str, Dataset], settings: Settings, progress: Progress,
    actor: str = "permit_leads", accepting: Accepting | None = None, retell: Retell | None = None,
    client: PoliteClient | None = None,
) -> list[Outcome]:  # fmt: skip
    """Run the requested datasets one after the other; one that fails does not stop the next.

    With `accepting`, the one dataset takes in the archived pages of that batch instead of asking its publisher.
    `retell` is how a replay restores files again. `client` stands in for the one that would be made, and its clock
    says what day it is.

    Raises:
        RegistryError, DatabaseUnavailable: before anything is fetched.
    """
    datasets = [_with_address(registry[dataset_id]) for dataset_id in request.dataset_ids]
    url = db.database_url(settings)
    with closing(db.connect(url)) as conn:
        learn_again(conn, settings.archive_url)
    with client or polite_client(request, settings, progress) as client:
        archive = Archive(settings.archive_url)
        client.memory = PageMemory(url, archive)
        context = Context(request, url, client, archive, progress, actor, accepting, retell=retell)
        if request.is_replay and not request.is_dry_run:
            return replay_all(context, datasets, run_one)
        return [run_one(context, dataset) for dataset in datasets]


def _with_address(dataset: Dataset) -> Dataset:
    return dataset.model_copy(update={"url": resolved_url(dataset, os.environ)})


def run_one(context: Context, dataset: Dataset) -> Outcome:
    """Run one dataset; whatever goes wrong is in the outcome."""
    attempt = context.attempt(dataset.id)
    started = time.monotonic()
    context.progress.event("run.started", source=dataset.id, run_id=attempt.run_id, kind=attempt.kind)
    try:
        _run(context, dataset, attempt)
    except Exception as error:  # the run loop: one dataset must not stop the others
        attempt.status = "failure"
        attempt.error = error.reason if isinstance(error, SourceError) else f"{type(error).__name__}: {error}"
    outcome = outcome_of(attempt, time.monotonic() - started)
    tell_end(context.progress, outcome)
    return outcome


def _run(context: Context, dataset: Dataset, attempt: Attempt) -> None:
    if context.is_restoring:
        restore_again(context, dataset, attempt)
        return
    with closing(db.connect(context.url)) as control:
        if context.request.is_dry_run:
            row = state.read(control, dataset.id)
        else:
            row = _begin(control, context, dataset, attempt)
        attempt.window = context.window(dataset, row)
        if not context.request.is_dry_run:
            runs.begin_run(control, attempt.run_id, dataset.id, attempt.kind, attempt.window, attempt.started_at)
        try:
            control.commit()  # the claim; from here on every end is recorded
            if not context.request.is_dry_run:
                settle(control, context.archive, dataset.id, context.progress)
            with _signs_of_life(context, attempt):
                _bring_in_whole(context, dataset, attempt)
        except BaseException as error:
            _record_failure(context, dataset, attempt, control, error)
            raise


def _begin(control: psycopg.Connection, context: Context, dataset: Dataset, attempt: Attempt) -> state.StateRow:
    runs.upsert_dataset(control, dataset, published_fields(dataset), mapping_json(dataset))
    row = state.begin(control, dataset.id, attempt.run_id, context.actor)
    if context.recorded is not None:
        require_turn(control, dataset, context.recorded)
    return row


def _signs_of_life(context: Context, attempt: Attempt) -> AbstractContextManager[None]:
    if context.request.is_dry_run:
        return nullcontext()
    return beating(context.url, attempt.dataset_id, attempt.run_id, lambda: attempt.tally.record_count)


def _bring_in_whole(context: Context, dataset: Dataset, attempt: Attempt) -> None:
    """Once more from the first page when the publisher's rows moved under a window too large to be held back."""
    try:
        _bring_in(context, dataset, attempt)
    except WindowMoved as moved:
        context.progress.event("run.again", source=dataset.id, run_id=attempt.run_id, reason=moved.reason)
        context.archive.forget(attempt.run_id, dataset.id)
        attempt.start_over()
        _bring_in(context, dataset, attempt)


def _bring_in(context: Context, dataset: Dataset, attempt: Attempt) -> None:
    """Everything between the claim and the commit; what fails in here leaves no row behind."""
    clock = Clock(attempt.tally.stage_seconds)
    with closing(db.connect(context.url)) as conn, closing(db.connect(context.url)) as lookup:
        writer = PermitWriter(conn, dataset.id, attempt.run_id)
        known = runs.known_counts(conn, dataset.id, attempt.window)
        past = profiles.read_past(conn, dataset.id, attempt.window, context.day(dataset))
        absence = Absence(conn, dataset, attempt.run_id) if attempt.kind == "reconcile" else None
        attempt.tally.written = writer.written
        suppressed = suppressions.read_suppressions(conn)
        recall = recall_of(dataset, attempt.window, attempt.kind, past.fakes, suppressed)
        with closing(context.source(dataset, attempt, clock)) as source:
            ready = batches(dataset, attempt.run_id, source, lookup if known.has_rows else None, clock, recall)
            arriving = prefetch(ready, PAGES_AHEAD, context.client.stop_waiting)
            with closing(ready), closing(arriving):
                try:
                    for batch in arriving:
                        with clock.stage("store"):
                            _store(dataset, attempt, batch, conn, writer)
                            note_listed(absence, batch)
                        tell_page(context.progress, dataset, attempt, batch)
                        del batch
                except (KeyboardInterrupt, SystemExit):
                    context.client.stop_waiting()  # or the end would wait for the thread that sits out a spacing
                    raise
        judge(dataset, attempt, known, past, context.day(dataset), excused=_excused(context))
        with clock.stage("apply"):
            withdrawn = absence.withdraw() if absence else 0
            writer.apply(context.recorded.facts.published_at if context.recorded else None)
            writer.written.permit_changed += withdrawn
        suppressions.clean_again_unless_known(conn, recall.redactor)
        _finish(context, dataset, attempt, conn, writer.published_at)


def _store(dataset: Dataset, attempt: Attempt, batch: Batch, conn: psycopg.Connection, writer: PermitWriter) -> None:
    count_batch(attempt, batch)
    runs.insert_page(conn, attempt.run_id, dataset.id, batch.page_index, batch.page_sha256, batch.page)
    if batch.prepared is None:
        return
    runs.insert_rejections(conn, batch.rejected_text)
    writer.saw_unchanged(batch.unchanged_ids)
    if not batch.prepared.permits.is_empty():
        writer.write(batch.prepared)


def _excused(context: Context) -> Excused:
    """Of what was let in already, by an operator or by the checks of its day, only what cannot be read is a failure."""
    if context.recorded is None:
        return "accepted by an operator" if context.accepting else None
    return "let in when it came"


def _finish(
    context: Context, dataset: Dataset, attempt: Attempt, conn: psycopg.Connection, published_at: datetime
) -> None:
    """Rows, rejections, findings, run record and watermark commit together."""
    attempt.status = "success" if attempt.tally.record_count else "empty"
    if context.request.is_dry_run:
        conn.rollback()
        return
    watermark = context.watermark(dataset, attempt)
    state.finish_success(conn, dataset.id, attempt.run_id, watermark, attempt.tally.record_count)  # see state.sql
    for finding in attempt.findings:
        runs.insert_finding(conn, attempt.run_id, dataset.id, finding.code, finding.severity, finding.message)
    runs.finish_run(conn, attempt.run_id, "success", attempt.tally, None)
    profiles.write_profile(conn, attempt.run_id, quality.as_json(attempt.observed.profile))
    if context.accepting is not None:
        _admit(context, context.accepting, attempt, conn)
    if context.recorded is not None:
        admit_again(conn, context.recorded)
    if attempt.kind == "sync":
        holds.supersede(conn, dataset.id)
    if not context.is_news:
        conn.commit()
        return
    context.prepare(attempt, published_at)
    conn.commit()
    confirm(context.archive, dataset.id, attempt.run_id, context.progress)


def _admit(context: Context, accepting: Accepting, attempt: Attempt, conn: psycopg.Connection) -> None:
    held_run = accepting.held.run_id
    reason, at = accepting.reason, attempt.started_at
    holds.decide(conn, holds.Verdict(held_run, "accepted", context.actor, reason, attempt.run_id, at))


def _record_failure(
    context: Context, dataset: Dataset, attempt: Attempt, control: psycopg.Connection, error: BaseException
) -> None:
    """Say in the ledger that the run failed and why; the rows themselves were rolled back."""
    if context.request.is_dry_run:
        return
    reason = error.reason if isinstance(error, SourceError) else f"{type(error).__name__}: {error}"
    reason = reason.replace("\0", "\ufffd")  # a page of UTF-16 quoted in it, which PostgreSQL would not store
    control.rollback()
    attempt.tally.written = type(attempt.tally.written)()
    state.finish_failure(control, dataset.id, attempt.run_id, reason)  # see state.sql
    for finding in attempt.findings:
        runs.insert_finding(control, attempt.run_id, dataset.id, finding.code, finding.severity, finding.message)
    is_held = isinstance(error, BatchHeld) and context.is_news
    runs.finish_run(control, attempt.run_id, "held" if is_held else "failure", attempt.tally, reason)
    if isinstance(error, BatchHeld) and context.is_news:
        _hold(context, dataset, attempt, control, error)
    control.commit()


def _hold(context: Context, dataset: Dataset, attempt: Attempt, control: psycopg.Connection, error: BatchHeld) -> None:
    """Keep the pages where no replay reads them, and ask an operator."""
    held_at = datetime.now(UTC)
    context.write_held(dataset, attempt, error.codes, held_at)
    watermark = context.watermark(dataset, attempt)
    profiles.write_profile(control, attempt.run_id, quality.as_json(attempt.observed.profile))
    holds.hold(control, attempt.run_id, dataset.id, attempt.kind, attempt.window, watermark, error.codes, held_at)
