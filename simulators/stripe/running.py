"""Runs the simulator: for tests in a thread on a free port, from the command line in the foreground."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulators.stripe.saving import StateFile
from simulators.stripe.server import StripeServer
from simulators.stripe.simulator import EVERYTHING, Account, StripeSimulator
from simulators.stripe.site import Site
from simulators.stripe.world import Habits

TICK_SECONDS = 1.0


@contextmanager
def running_stripe(
    *,
    webhook_url: str | None = None,
    hold_events: bool = False,
    starts_at: int | None = None,
    habits: Habits | None = None,
    state: Path | None = None,
) -> Iterator[StripeSimulator]:
    """The simulator on a free port of loopback until the block ends. `starts_at` freezes its clock there."""
    account = Account(webhook_url=webhook_url, holds=EVERYTHING if hold_events else (), starts_at=starts_at)
    simulator = StripeSimulator(account)
    simulator.world.habits = habits or Habits()
    with _serving(simulator, 0, state):
        yield simulator


@contextmanager
def _serving(simulator: StripeSimulator, port: int, state: Path | None) -> Iterator[Site]:
    site = Site(simulator)
    if state is not None:
        file = StateFile(state, simulator)
        file.load()
        site.after_change = file.save
    server = StripeServer(("127.0.0.1", port), site)
    simulator.world.public_url = f"http://127.0.0.1:{server.server_address[1]}"
    simulator.connect_webhook()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    simulator.courier.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        simulator.courier.stop()
        thread.join(5)
        site.after_change()


def run_forever(account: Account, port: int, state: Path | None, stopping: threading.Event) -> None:
    """Serve until told to stop; prints one line with the address as soon as requests are answered."""
    simulator = StripeSimulator(account)
    with _serving(simulator, port, state) as site:
        print(f"simulated Stripe ready on {simulator.url}", flush=True)
        while not stopping.wait(TICK_SECONDS):
            simulator.catch_up()
            site.after_change()
