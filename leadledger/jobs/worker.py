"""The worker: keeps the schedule and works the queue off; as many as wanted, on as many machines."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from procrastinate import App
from procrastinate.periodic import PeriodicDeferrer

from leadledger.jobs.queue import CATCH_UP_SECONDS, open_app
from leadledger.jobs.schedule import plan, put_on_schedule
from leadledger.jobs.tasks import STALLED_SECONDS, Place, add_tasks, sweep_up
from permit_leads.progress import LOG_NAME, Progress
from permit_leads.registry import load_registry
from permit_leads.selection import as_supervised, choose_sources
from permit_leads.settings import Settings
from permit_leads.store import db


def work(settings: Settings, concurrency: int, grace_seconds: float, *, is_once: bool) -> None:
    """Work until told to end (SIGTERM, Ctrl-C); with `is_once`, until nothing is left that can be done now.

    Told to end, it starts nothing new, waits so long for the commands that run, and then tells them to end too; their
    jobs go back to the queue.

    Raises:
        DatabaseUnavailable: before anything is started.
        UsageError: no source can be brought in from here.
    """
    settings, registry = as_supervised(settings), load_registry()
    sources = choose_sources((), settings, registry, is_replay=False)
    place = Place(db.database_url(settings), Progress(Path.cwd() / LOG_NAME, sys.stderr), settings.home / "archived")
    sweep_up(place)
    app = open_app(place.url)
    add_tasks(app, place)
    put_on_schedule(app, plan(registry[source] for source in sources))
    place.progress.event("worker.started", sources=",".join(sources), concurrency=concurrency)
    asyncio.run(_work(app, concurrency, grace_seconds, is_once=is_once))
    place.progress.event("worker.ended")


async def _work(app: App, concurrency: int, grace_seconds: float, *, is_once: bool) -> None:
    async with app.open_async():
        if is_once:  # a worker that does not wait could end before its own schedule has put anything into the queue
            deferrer = PeriodicDeferrer(app.periodic_registry, CATCH_UP_SECONDS)
            await deferrer.defer_jobs(deferrer.get_previous_tasks(at=time.time()))
        await app.run_worker_async(
            concurrency=concurrency,
            wait=not is_once,
            delete_jobs="successful",
            stalled_worker_timeout=STALLED_SECONDS,
            shutdown_graceful_timeout=grace_seconds,
        )
