"""The lanes of the queue: what somebody waits for begins soon, also behind a job that held its lock."""

from __future__ import annotations

import asyncio

from procrastinate import App
from procrastinate.testing import InMemoryConnector

from leadledger.jobs.lanes import LOOK_SECONDS, PAYMENTS, PRODUCT, PRODUCT_CONCURRENCY, work_lanes

WORK_SECONDS = 0.2  # long enough for the worker to find the second job locked
LATER_SECONDS = 3.0  # less than the library's own five


async def work_until(is_done: asyncio.Event, app: App) -> None:
    """Work all lanes until it is done, or too late."""
    working = asyncio.create_task(work_lanes(app, 1, 0.1, is_once=False))
    try:
        await asyncio.wait_for(is_done.wait(), LATER_SECONDS)
    finally:
        working.cancel()
        await asyncio.wait([working])


async def work_two_under_one_lock() -> None:
    app = App(connector=InMemoryConnector())
    is_done = asyncio.Event()

    async def first() -> None:
        await app.configure_task("second", queue=PRODUCT, lock="one").defer_async()
        await asyncio.sleep(WORK_SECONDS)

    async def second() -> None:
        is_done.set()

    app.task(name="first")(first)
    app.task(name="second")(second)
    async with app.open_async():
        await app.configure_task("first", queue=PRODUCT, lock="one").defer_async()
        await work_until(is_done, app)


def test_job_put_in_while_its_lock_was_held_begins_soon_after() -> None:
    assert LOOK_SECONDS[PRODUCT] < LATER_SECONDS

    asyncio.run(work_two_under_one_lock())


async def work_while_stripe_hangs() -> None:
    app = App(connector=InMemoryConnector())
    is_done = asyncio.Event()

    async def ask() -> None:
        await asyncio.Event().wait()

    async def tell() -> None:
        is_done.set()

    app.task(name="ask", queue=PAYMENTS)(ask)
    app.task(name="tell")(tell)
    async with app.open_async():
        for _ in range(PRODUCT_CONCURRENCY + 1):
            await app.configure_task("ask").defer_async()
        await app.configure_task("tell").defer_async()
        await work_until(is_done, app)


def test_stripe_that_hangs_holds_up_payments_only() -> None:
    asyncio.run(work_while_stripe_hangs())
