"""Faults that are switched on: of the API's answers, and of events on their way."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from threading import Lock
from typing import Literal, get_args

from simulators.stripe.errors import StripeRefusal
from simulators.stripe.world import Resource, World

ApiFaultKind = Literal["conflict", "throttled", "error", "error_after", "lost_request", "lost_answer", "slow"]
EventFaultKind = Literal[
    "duplicate", "twin", "tie", "old_timestamp", "future_timestamp", "wrong_secret", "old_version", "live_mode"
]
OLD_VERSION = "2024-06-20"
HOUR_OFF = 3600


@dataclass
class ApiFault:
    """`path` as in /v1/customers, * for any part of it; strikes `count` times."""

    kind: ApiFaultKind
    path: str = "*"
    method: str = "*"
    count: int = 1
    seconds: float = 0

    def raise_before(self) -> None:
        """Answers given without looking at the request."""
        if self.kind == "conflict":
            message = "This object cannot be accessed right now because another request is using it."
            raise StripeRefusal(409, message, code="lock_timeout")
        if self.kind == "throttled":
            raise StripeRefusal(429, "Request rate limit exceeded.", code="rate_limit")
        if self.kind == "error":
            raise StripeRefusal(500, "An unknown error occurred.", kind="api_error")


@dataclass
class EventFault:
    """Strikes `count` events whose type matches; `times` is how often a duplicate comes."""

    kind: EventFaultKind
    types: str = "*"
    count: int = 1
    times: int = 2


@dataclass(frozen=True, slots=True)
class Parcel:
    """An event that is to be delivered, and what is wrong with it."""

    event: Resource
    seconds_off: int = 0
    has_wrong_secret: bool = False
    version: str | None = None


@dataclass
class FaultBook:
    """Faults that are on; the first that fits strikes, for events all that fit."""

    of_api: list[ApiFault] = field(default_factory=list)
    of_events: list[EventFault] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def add(self, *faults: ApiFault | EventFault) -> None:
        """Switch on."""
        with self.lock:
            for fault in faults:
                if isinstance(fault, ApiFault):
                    _require(fault.kind, ApiFaultKind)
                    self.of_api.append(fault)
                else:
                    _require(fault.kind, EventFaultKind)
                    self.of_events.append(fault)

    def clear(self) -> None:
        """Switch all off."""
        with self.lock:
            self.of_api.clear()
            self.of_events.clear()

    def strike_request(self, method: str, path: str) -> ApiFault | None:
        """The fault that strikes this request, once less from now on."""
        with self.lock:
            for fault in self.of_api:
                if fault.count > 0 and fault.method in ("*", method) and fnmatch(path, fault.path):
                    fault.count -= 1
                    return fault
        return None

    def strike_event(self, world: World, event: Resource) -> list[Parcel]:
        """What is delivered in place of an event: mostly itself."""
        parcels = [Parcel(event)]
        with self.lock:
            struck = [one for one in self.of_events if one.count > 0 and fnmatch(event["type"], one.types)]
            for fault in struck:
                fault.count -= 1
        for fault in struck:
            parcels = [spoiled for parcel in parcels for spoiled in _spoil(world, parcel, fault)]
        return parcels


def _require(kind: str, kinds: object) -> None:
    if kind not in get_args(kinds):
        raise StripeRefusal(400, f"No fault is called {kind}; there are {', '.join(get_args(kinds))}.")


def _spoil(world: World, parcel: Parcel, fault: EventFault) -> Iterable[Parcel]:
    event = parcel.event
    match fault.kind:
        case "duplicate":
            return [parcel] * fault.times
        case "twin":
            twin = copy.deepcopy(event) | {"id": world.new_id("evt")}
            return [parcel, replace(parcel, event=world.add(twin))]
        case "tie":
            earlier = [one for one in world.of("event") if one["id"] != event["id"]]
            event["created"] = earlier[-1]["created"] if earlier else event["created"]
            return [parcel]
        case "old_timestamp":
            return [replace(parcel, seconds_off=-HOUR_OFF)]
        case "future_timestamp":
            return [replace(parcel, seconds_off=HOUR_OFF)]
        case "wrong_secret":
            return [replace(parcel, has_wrong_secret=True)]
        case "old_version":
            return [replace(parcel, version=OLD_VERSION)]
        case "live_mode":
            live = copy.deepcopy(event) | {"livemode": True}
            live["data"]["object"]["livemode"] = True
            return [replace(parcel, event=live)]
