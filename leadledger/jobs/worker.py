"""The worker: keeps the schedule and works the queue off; as many as wanted, on as many machines."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.periodic import PeriodicDeferrer

from leadledger.jobs.alert_tasks import add_alert_tasks
from leadledger.jobs.billing_tasks import add_billing_tasks
from leadledger.jobs.export_tasks import add_export_tasks, open_workshop
from leadledger.jobs.lanes import work_lanes
from leadledger.jobs.privacy_tasks import add_privacy_tasks
from leadledger.jobs.queue import CATCH_UP_SECONDS, open_app
from leadledger.jobs.refund_tasks import add_refund_tasks
from leadledger.jobs.schedule import Entry, plan, put_on_schedule
from leadledger.jobs.tasks import Place, add_tasks, sweep_up
from leadledger.jobs.upkeep_tasks import add_upkeep_tasks
from leadledger.jobs.webhook_tasks import add_webhook_tasks
from leadledger.sandbox.place import beside, building_url
from leadledger.settings import ApiSettings
from permit_leads.errors import DatabaseUnavailable
from permit_leads.progress import LOG_NAME, Progress
from permit_leads.registry import load_registry
from permit_leads.selection import as_supervised, choose_sources
from permit_leads.store import db

RECONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Shift:
    """How a worker works: how many commands at once, how long they may go on when it ends, and until when it works."""

    concurrency: int = 2
    grace_seconds: float = 20.0
    is_once: bool = False
    has_reconcile: bool = True


def work(settings: ApiSettings, shift: Shift) -> None:
    """Work until told to end (SIGTERM, Ctrl-C); once, until nothing is left that can be done now.

    Told to end, it starts nothing new, waits for the commands that run, and then tells them to end too; their jobs go
    back to the queue. A database that is away is waited for.

    Raises:
        DatabaseUnavailable: before anything is started.
        UsageError: no source can be brought in from here.
    """
    registry = load_registry()
    sources = choose_sources((), as_supervised(settings), registry, is_replay=False)
    entries = plan((registry[source] for source in sources), has_reconcile=shift.has_reconcile)
    progress = Progress(Path.cwd() / LOG_NAME, sys.stderr)
    app = _open(settings, progress, entries)
    progress.event("worker.started", sources=",".join(sources), concurrency=shift.concurrency)
    asyncio.run(_work(app, shift, progress, lambda: _open(settings, progress, entries)))
    progress.event("worker.ended")


def _open(settings: ApiSettings, progress: Progress, entries: Iterable[Entry]) -> App:
    """The queue with all its tasks, and what dead workers left given back; the embedded server may have moved."""
    place = Place(db.database_url(settings), progress, settings.home / "archived")
    sweep_up(place)
    app = open_app(place.url)
    add_tasks(app, place)
    add_privacy_tasks(app, place, beside(building_url(settings, place.url)), settings.home)
    add_upkeep_tasks(app, place)
    add_export_tasks(app, open_workshop(settings, place.url), progress)
    add_alert_tasks(app, place, settings)
    add_webhook_tasks(app, place, settings)
    add_refund_tasks(app, place)
    add_billing_tasks(app, place, settings)
    put_on_schedule(app, entries)
    return app


async def _work(app: App, shift: Shift, progress: Progress, reopen: Callable[[], App]) -> None:
    told_to_end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_end.set)
    while True:
        reason = await _serve(app, shift, told_to_end)
        if reason is None:
            return
        progress.event("worker.lost_database", level="warning", reason=reason, again_in=RECONNECT_SECONDS)
        with suppress(TimeoutError):
            await asyncio.wait_for(told_to_end.wait(), RECONNECT_SECONDS)
        with suppress(DatabaseUnavailable, psycopg.Error):  # away again already: the next round says so
            app = reopen()


async def _serve(app: App, shift: Shift, told_to_end: asyncio.Event) -> str | None:
    """Serve the queue to the end (None), or until it cannot be reached any more: then why."""
    serving = asyncio.create_task(_serve_queue(app, shift))
    ending = asyncio.create_task(told_to_end.wait())
    await asyncio.wait({serving, ending}, return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if not serving.done():
        serving.cancel()  # in good order: the library ends its jobs first
    try:
        await serving
    except asyncio.CancelledError:
        return None
    except (ConnectorException, psycopg.Error) as error:
        return None if told_to_end.is_set() else f"{type(error).__name__}: {error.__cause__ or error}"
    return None if shift.is_once or told_to_end.is_set() else "the queue's connections were lost"


async def _serve_queue(app: App, shift: Shift) -> None:
    async with app.open_async():
        if shift.is_once:  # a worker that does not wait could end before its schedule has put anything into the queue
            deferrer = PeriodicDeferrer(app.periodic_registry, CATCH_UP_SECONDS)
            await deferrer.defer_jobs(deferrer.get_previous_tasks(at=time.time()))
        await work_lanes(app, shift.concurrency, shift.grace_seconds, is_once=shift.is_once)
