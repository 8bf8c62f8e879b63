"""The tasks of the queue: each looks whether its work is still to be done, then starts the command that does it.

The lease in `etl_state` is the one truth about who works on a source. A task that finds it held, by a cron, by another
worker or by an operator's replay, says so and comes back when it can be free.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from procrastinate import App, JobContext

from leadledger.jobs.commands import run_etl
from leadledger.jobs.lanes import SOURCES, STALLED_SECONDS
from leadledger.jobs.patience import CommandFailed, Patience, SourceBusy
from leadledger.jobs.queue import QUERIES
from leadledger.jobs.schedule import BRING_IN, EXPORT_DAY, RECONCILE, SWEEP
from leadledger.leads.tallies import TALLY, tally_dataset
from permit_leads.progress import Progress
from permit_leads.store import db, state
from permit_leads.window import OPERATOR_ZONE

AFTER_LEASE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the tasks work: the database, what is said, and the folder for archive files."""

    url: str
    progress: Progress
    archived: Path


def add_tasks(app: App, place: Place) -> None:
    """Make the tasks known to the queue."""

    def bring_in(context: JobContext, *, timestamp: int, dataset_id: str) -> None:
        _run_source(place, context, "sync", timestamp, dataset_id, [])

    def reconcile(context: JobContext, *, timestamp: int, dataset_id: str) -> None:
        _run_source(place, context, "reconcile", timestamp, dataset_id, ["--reconcile", "--yes"])

    def export_day(context: JobContext, *, timestamp: int) -> None:
        day = datetime.fromtimestamp(timestamp, OPERATOR_ZONE).date() - timedelta(days=1)
        _run(place, context, ["export", "--day", day.isoformat(), "--out", str(place.archived)])

    def tally(_: JobContext, *, dataset_id: str) -> None:
        with closing(db.connect(place.url)) as conn:
            tally_dataset(conn, dataset_id, datetime.now(UTC).date())

    def sweep(*, timestamp: int) -> None:
        del timestamp
        sweep_up(place)

    _add(app, BRING_IN, bring_in)
    _add(app, RECONCILE, reconcile)
    _add(app, EXPORT_DAY, export_day)
    _add(app, TALLY, tally)
    app.task(name=SWEEP)(sweep)


def _add(app: App, name: str, function: Callable[..., None]) -> None:
    app.task(name=name, queue=SOURCES, pass_context=True, retry=Patience())(function)


def sweep_up(place: Place) -> None:
    """Give jobs of dead workers back to the queue, and say of dead runs that they have failed."""
    with closing(db.connect(place.url)) as conn:
        conn.execute(QUERIES["forget_dead_workers"], {"stalled_seconds": STALLED_SECONDS})
        conn.execute(QUERIES["forget_stalled_sweeps"], {"sweep": SWEEP})
        retried = conn.execute(QUERIES["retry_stalled"]).fetchall()
        conn.execute(QUERIES["forget_old_jobs"])
        dead = state.close_dead(conn)
        conn.commit()
    for job_id, task, lock, _ in retried:
        place.progress.event("job.retried", level="warning", job=job_id, task=task, lock=lock, reason="its worker died")
    for source, run_id in dead:
        place.progress.event("run.lease_lost", level="error", source=source, run_id=run_id)


def _run_source(
    place: Place, context: JobContext, kind: str, timestamp: int, dataset_id: str, flags: list[str]
) -> None:
    """Bring one source in, unless somebody did since it was due, or does now."""
    with closing(db.connect(place.url)) as conn:
        if state.has_succeeded_since(conn, dataset_id, kind, datetime.fromtimestamp(timestamp, UTC)):
            place.progress.event("job.not_needed", source=dataset_id, task=context.job.task_name)
            return
        _require_free(place, context, state.read(conn, dataset_id))
    try:
        _run(place, context, ["--source", dataset_id, *flags])
    except CommandFailed:
        with closing(db.connect(place.url)) as conn:  # whoever took the source between our look and the command
            _require_free(place, context, state.read(conn, dataset_id))
        raise


def _require_free(place: Place, context: JobContext, row: state.StateRow | None) -> None:
    if row is None or row.status != "running" or row.lease_run_id is None or row.lease_expires_at is None:
        return
    until = row.lease_expires_at + AFTER_LEASE
    reason = f"run {row.lease_run_id} by {row.updated_by} is at work"
    place.progress.event("job.waits", source=row.source, task=context.job.task_name, reason=reason, until=until)
    raise SourceBusy(reason, until)


def _run(place: Place, context: JobContext, arguments: list[str]) -> None:
    place.progress.event("job.started", job=context.job.id, task=context.job.task_name, command=" ".join(arguments))
    run_etl(arguments, context.should_abort)
