"""A simulated Stripe account: its state, its API and its webhooks; in tests on a free port of loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from simulators.stripe.api.events import make_endpoint
from simulators.stripe.api.front import Front, Request
from simulators.stripe.clock import Clock
from simulators.stripe.controls import Controls
from simulators.stripe.envelopes import Envelope
from simulators.stripe.server import StripeServer
from simulators.stripe.webhooks import Attempt, Courier
from simulators.stripe.world import API_VERSION, Habits, Resource, World

API_KEY = "sk_test_simulator"


@dataclass
class Account:
    """What the simulated account is set up with."""

    api_key: str = API_KEY
    webhook_url: str | None = None
    webhook_secrets: list[str] = field(default_factory=list)
    hold_events: bool = False
    starts_at: int | None = None


class StripeSimulator(Controls):
    """One account. `webhook_secrets` are those active; all of them sign."""

    def __init__(self, account: Account) -> None:
        super().__init__(World(Clock(account.starts_at)))
        self.api_key = account.api_key
        self.webhook_secrets = account.webhook_secrets or [self.world.new_id("whsec", 32)]
        self.courier = Courier(self.world, self.webhook_secrets, holds=account.hold_events)
        self.front = Front(self.world, account.api_key, self.catch_up)
        if account.webhook_url:
            given = {"url": account.webhook_url, "enabled_events": ["*"], "api_version": API_VERSION}
            make_endpoint(self.world, given, self.webhook_secrets)

    @property
    def url(self) -> str:
        """Where the API and the pages are."""
        return self.world.public_url

    @property
    def habits(self) -> Habits:
        """How the account is set up: retries, what follows them, when drafts are finalized."""
        return self.world.habits

    @property
    def requests(self) -> list[Request]:
        """Requests of the API, oldest first."""
        return list(self.front.log)

    @property
    def deliveries(self) -> list[Attempt]:
        """Every try to deliver an event, oldest first."""
        return list(self.courier.log)

    @property
    def held(self) -> list[Envelope]:
        """Events that were held, oldest first, ready to be posted."""
        with self.world.lock:
            return [self.courier.envelope(event) for event in self.courier.held]

    def take_events(self, *types: str) -> list[Envelope]:
        """The held events (of these types), oldest first; they are held no more."""
        with self.world.lock:
            taken = [event for event in self.courier.held if not types or event["type"] in types]
            self.courier.held[:] = [event for event in self.courier.held if event not in taken]
            return [self.courier.envelope(event) for event in taken]

    def release_events(self) -> None:
        """Held events are sent on their way, and later ones are held no more."""
        with self.world.lock:
            self.courier.holds = False
            released, self.courier.held[:] = list(self.courier.held), []
            for event in released:
                self.courier.dispatch(event)

    def roll_webhook_secret(self) -> str:
        """A second secret: both sign until `end_webhook_secret`."""
        self.webhook_secrets.insert(0, self.world.new_id("whsec", 32))
        return self.webhook_secrets[0]

    def end_webhook_secret(self) -> str:
        """The oldest secret signs no more."""
        return self.webhook_secrets.pop()

    def make_restricted_key(self, *permissions: str) -> str:
        """A key that may only what is named: customer_read, checkout_session_write, …"""
        key = self.world.new_id("rk_test", 24)
        self.front.restricted[key] = set(permissions)
        return key

    def get(self, resource_id: str) -> Resource:
        """The resource as it is kept, hidden fields included."""
        return self.world.resources[resource_id]


@contextmanager
def running_stripe(
    *,
    webhook_url: str | None = None,
    hold_events: bool = False,
    starts_at: int | None = None,
    habits: Habits | None = None,
) -> Iterator[StripeSimulator]:
    """The simulator on a free port of loopback until the block ends. `starts_at` freezes its clock there."""
    simulator = StripeSimulator(Account(webhook_url=webhook_url, hold_events=hold_events, starts_at=starts_at))
    simulator.world.habits = habits or Habits()
    server = StripeServer(("127.0.0.1", 0), simulator.front)
    simulator.world.public_url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    simulator.courier.start()
    try:
        yield simulator
    finally:
        server.shutdown()
        server.server_close()
        simulator.courier.stop()
        thread.join(5)
