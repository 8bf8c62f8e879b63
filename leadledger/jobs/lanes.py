"""Lanes of the queue: neither hours of fetching nor a Stripe that hangs hold up an alert, a webhook or an export."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from procrastinate import App

SOURCES = "sources"  # commands of the ETL: few at once, each for minutes or hours
PRODUCT = "default"  # what triggers put into the queue (private.defer_job): short, and somebody waits for it
PAYMENTS = "payments"  # what asks Stripe
PRODUCT_CONCURRENCY = 4
PAYMENTS_CONCURRENCY = 2
# Nothing tells a worker that a lock is free: a job put in while another held its lock waits until the next look.
LOOK_SECONDS = {SOURCES: 5.0, PAYMENTS: 1.0, PRODUCT: 1.0}
STALLED_SECONDS = 30.0  # a worker that has not beaten for so long is dead; it beats every ten seconds


async def work_lanes(app: App, source_concurrency: int, grace_seconds: float, *, is_once: bool) -> None:
    """Work all lanes until cancelled or until one of them ends; once, one after the other until nothing is left.

    What the sources and payments bring gives the product's lane its work, so that one comes last.
    """
    lanes = {SOURCES: source_concurrency, PAYMENTS: PAYMENTS_CONCURRENCY, PRODUCT: PRODUCT_CONCURRENCY}
    if is_once:
        for queue, concurrency in lanes.items():
            await _work_lane(app, queue, concurrency, grace_seconds, is_once=True)
    else:
        await _work_together(app, lanes, grace_seconds)


async def _work_together(app: App, lanes: Mapping[str, int], grace_seconds: float) -> None:
    working = [
        asyncio.create_task(_work_lane(app, queue, concurrency, grace_seconds, is_once=False))
        for queue, concurrency in lanes.items()
    ]
    try:
        ended, _ = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for lane in working:
            lane.cancel()  # in good order: the library ends its jobs first
        await asyncio.wait(working)
    for lane in ended:
        lane.result()


async def _work_lane(app: App, queue: str, concurrency: int, grace_seconds: float, *, is_once: bool) -> None:
    await app.run_worker_async(
        queues=[queue],
        concurrency=concurrency,
        wait=not is_once,
        fetch_job_polling_interval=LOOK_SECONDS[queue],
        delete_jobs="successful",
        stalled_worker_timeout=STALLED_SECONDS,
        shutdown_graceful_timeout=grace_seconds,
        install_signal_handlers=False,
    )
