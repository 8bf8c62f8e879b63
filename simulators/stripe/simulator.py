"""A simulated Stripe account: its state, its API and its webhooks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from simulators.stripe.api.events import make_endpoint
from simulators.stripe.api.front import Front, Request
from simulators.stripe.clock import Clock
from simulators.stripe.controls import Controls
from simulators.stripe.envelopes import Envelope
from simulators.stripe.errors import refused
from simulators.stripe.faults import ApiFault, ApiFaultKind, EventFault, EventFaultKind, FaultBook, Parcel
from simulators.stripe.webhooks import Attempt, Courier
from simulators.stripe.world import API_VERSION, Habits, Resource, World, present

API_KEY = "sk_test_simulator"
EVERYTHING = ("*",)


@dataclass
class Account:
    """What the simulated account is set up with; `holds` are types of events to keep back."""

    api_key: str = API_KEY
    webhook_url: str | None = None
    webhook_secrets: list[str] = field(default_factory=list)
    holds: Sequence[str] = ()
    starts_at: int | None = None


class StripeSimulator(Controls):
    """One account. `webhook_secrets` are those active, the newest first; all of them sign."""

    def __init__(self, account: Account) -> None:
        super().__init__(World(Clock(account.starts_at)))
        self.account = account
        self.api_key = account.api_key
        self.webhook_secrets = account.webhook_secrets or [self.world.new_id("whsec", 32)]
        self.faults = FaultBook()
        self.courier = Courier(self.world, self.webhook_secrets, self.faults, account.holds)
        self.front = Front(self.world, account.api_key, self.catch_up, self.faults)

    def connect_webhook(self) -> None:
        """The account's own webhook endpoint is where the account says, under the secrets it says."""
        endpoint = next((one for one in self.world.of("webhook_endpoint") if "_is_accounts" in one), None)
        url = self.account.webhook_url
        if url is None:
            return
        if endpoint is None:
            given = {"url": url, "enabled_events": ["*"], "api_version": API_VERSION}
            endpoint = make_endpoint(self.world, given, self.webhook_secrets)
            endpoint["_is_accounts"] = True
        if not self.account.webhook_secrets:
            self.webhook_secrets[:] = endpoint["_secrets"]
        endpoint |= {"url": url, "_secrets": self.webhook_secrets}

    @property
    def url(self) -> str:
        """Where the API and the pages are."""
        return self.world.public_url

    @property
    def habits(self) -> Habits:
        """How the account is set up: retries, what follows them, when drafts are finalized."""
        return self.world.habits

    def set_habits(self, **habits: object) -> None:
        """Set up the account otherwise: after_retries, rolls_before_payment, retry_days, …"""
        for name, value in habits.items():
            if not hasattr(self.habits, name):
                raise refused(f"The account has no habit called {name}")
            setattr(self.habits, name, value)

    @property
    def requests(self) -> list[Request]:
        """Requests of the API, oldest first."""
        return list(self.front.log)

    @property
    def deliveries(self) -> list[Attempt]:
        """Every try to deliver an event, oldest first."""
        return list(self.courier.log)

    def fail_api(
        self, kind: ApiFaultKind, path: str = "*", method: str = "*", count: int = 1, seconds: float = 0
    ) -> None:
        """The next requests of this path (as in /v1/customers, * for any part) go wrong."""
        self.faults.add(ApiFault(kind, path, method, count, seconds))

    def spoil_events(self, kind: EventFaultKind, types: str = "*", count: int = 1, times: int = 2) -> None:
        """The next events of these types go wrong on their way."""
        self.faults.add(EventFault(kind, types, count, times))

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        self.faults.clear()

    def emit(self, event_type: str, resource_id: str) -> Resource:
        """An event of any type, known or not, about a resource as it is now."""
        with self.world.lock:
            return dict(self.world.emit(event_type, self.world.resources[resource_id]))

    def hold(self, types: Sequence[str] = EVERYTHING) -> None:
        """Events of these types (patterns) are kept back from now on."""
        self.courier.holds = tuple(types)

    @property
    def held(self) -> list[Envelope]:
        """Events that are kept back, oldest first, ready to be posted."""
        with self.world.lock:
            return [self.courier.envelope(parcel) for parcel in self.courier.held]

    def take_events(self, *types: str) -> list[Envelope]:
        """The events kept back (of these types), oldest first; they are taken out."""
        with self.world.lock:
            taken = [parcel for parcel in self.courier.held if not types or parcel.event["type"] in types]
            self.courier.held = [parcel for parcel in self.courier.held if parcel not in taken]
            return [self.courier.envelope(parcel) for parcel in taken]

    def release_events(self, order: Sequence[str] | str = "as they came", seed: int = 0) -> int:
        """Events kept back are sent, and later ones are kept no more; order: reversed, shuffled, or event ids."""
        with self.world.lock:
            self.courier.holds = ()
            released, self.courier.held = _sort(self.courier.held, order, seed), []
            for parcel in released:
                self.courier.dispatch(parcel)
            return len(released)

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
        """A resource as the API shows it."""
        with self.world.lock:
            return present(self.world, self.world.resources[resource_id])

    def find(self, kind: str, **fields: object) -> list[Resource]:
        """Resources of a kind (invoice, checkout.session, …) with these fields, oldest first; of metadata, a part."""
        metadata = fields.pop("metadata", {})
        assert isinstance(metadata, dict)
        with self.world.lock:
            found = [present(self.world, one) for one in self.world.of(kind, **fields)]
        return [one for one in found if metadata.items() <= one.get("metadata", {}).items()]


def _sort(held: list[Parcel], order: Sequence[str] | str, seed: int) -> list[Parcel]:
    if order == "as they came":
        return list(held)
    if order == "reversed":
        return held[::-1]
    if order == "shuffled":
        return random.Random(seed).sample(held, len(held))
    first = [parcel for event_id in order for parcel in held if parcel.event["id"] == event_id]
    return [*first, *(parcel for parcel in held if parcel not in first)]
