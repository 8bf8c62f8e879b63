"""Everything that exists in the simulated account, and the events that tell of its changes."""

from __future__ import annotations

import copy
import random
import string
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from simulators.stripe.clock import DAY, HOUR, Clock
from simulators.stripe.errors import missing

Resource = dict[str, Any]
API_VERSION: Final = "2026-10-28.endive"
ACCOUNT_ID = "acct_simulated"
_LETTERS = string.ascii_letters + string.digits
_KIND_WORDS = {"checkout.session": "checkout.session", "payment_method": "PaymentMethod"}


def _tell_nobody(event: Resource) -> None:
    del event


@dataclass
class Habits:
    """How the account is set up, and what Stripe leaves open."""

    retry_days: tuple[int, ...] = (3, 5, 7)
    after_retries: str = "canceled"  # or unpaid, past_due
    finalize_after_seconds: int = HOUR
    rolls_before_payment: bool = True
    upcoming_days: int = 7
    trial_notice_days: int = 3
    portal_cancels_by_date: bool = False
    incomplete_seconds: int = 23 * HOUR
    keep_events_seconds: int = 30 * DAY


@dataclass
class World:
    """Resources by id, oldest first. What Stripe does not show begins with an underscore."""

    clock: Clock
    public_url: str = ""
    habits: Habits = field(default_factory=Habits)
    resources: dict[str, Resource] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    tell: Callable[[Resource], object] = _tell_nobody
    request: dict[str, str | None] = field(default_factory=lambda: {"id": None, "idempotency_key": None})
    change_count: int = 0
    _random: random.Random = field(default_factory=random.SystemRandom)

    def now(self) -> int:
        """This second of the simulated clock."""
        return self.clock.now()

    def new_id(self, prefix: str, length: int = 24) -> str:
        """An id as Stripe makes them: cus_…, cs_test_…"""
        return f"{prefix}_" + "".join(self._random.choices(_LETTERS, k=length))

    def add(self, resource: Resource, event: str | None = None) -> Resource:
        """A resource that was not there; `event` tells of it."""
        self.resources[resource["id"]] = resource
        self.change_count += 1
        if event:
            self.emit(event, resource)
        return resource

    def find(self, kind: str, resource_id: object, param: str | None = None) -> Resource:
        """The resource of this kind and id.

        Raises:
            StripeRefusal: there is none; 404, or 400 if it was named in a parameter.
        """
        found = self.resources.get(str(resource_id))
        if found is None or found["object"] != kind:
            word = _KIND_WORDS.get(kind, kind)
            raise missing(word, str(resource_id)) if param is None else missing(word, str(resource_id), param, 400)
        return found

    def of(self, kind: str, **fields: object) -> list[Resource]:
        """All of a kind whose fields are these, oldest first."""
        return [
            one
            for one in self.resources.values()
            if one["object"] == kind and all(one.get(name) == value for name, value in fields.items())
        ]

    def emit(self, event_type: str, resource: Resource, previous: Resource | None = None) -> Resource:
        """Tell of a change: the event holds the resource as it is now."""
        told: Resource = {"object": present(self, resource)}
        if previous is not None:
            told["previous_attributes"] = previous
        event = {
            "id": self.new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": told,
            "livemode": False,
            "pending_webhooks": 0,
            "request": dict(self.request),
            "type": event_type,
        }
        self.add(event)
        self.tell(event)
        return event

    @contextmanager
    def changing(self, resource: Resource, event: str | None) -> Iterator[Resource]:
        """Changes made in the block are told as one event with what was before; no change, no event."""
        before = present(self, resource)
        yield resource
        self.change_count += 1
        after = present(self, resource)
        previous = {name: value for name, value in before.items() if after.get(name) != value}
        if previous and event:
            self.emit(event, resource, previous if event.endswith(".updated") else None)


def present(world: World, resource: Resource) -> Resource:
    """A resource as Stripe shows it."""
    shown = {name: copy.deepcopy(value) for name, value in resource.items() if not name.startswith("_")}
    if resource["object"] == "subscription":
        for one in shown["items"]["data"]:
            one["price"] = present(world, world.resources[one["price"]])
            one["plan"] = _plan_of(one["price"])
    return shown


def _plan_of(price: Resource) -> Resource:
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": price["currency"],
        "interval": price["recurring"]["interval"],
        "interval_count": price["recurring"]["interval_count"],
        "livemode": False,
        "metadata": {},
        "meter": None,
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def list_of(resources: list[Resource], url: str, *, has_more: bool = False) -> Resource:
    """Stripe's list."""
    return {"object": "list", "data": resources, "has_more": has_more, "url": url}
