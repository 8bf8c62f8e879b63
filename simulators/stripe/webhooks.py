"""Events on their way: delivered by a thread that tries again, or held until somebody takes them."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch

import httpx

from simulators.stripe.clock import DAY
from simulators.stripe.envelopes import Envelope, put_in_envelope
from simulators.stripe.faults import FaultBook, Parcel
from simulators.stripe.old_shapes import shape_event
from simulators.stripe.world import Resource, World

ANSWER_SECONDS = 10.0
LONGEST_WAIT_SECONDS = 10.0
LOGGED = 10_000
NO_REUSE = httpx.Limits(max_keepalive_connections=0)  # an idle one may end just as an event sets off


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver; status 0: no answer."""

    event_id: str
    event_type: str
    url: str
    status: int
    at: float
    number: int


@dataclass(order=True)
class _Waiting:
    due_at: float
    order: int
    parcel: Parcel = field(compare=False)
    endpoint_id: str = field(compare=False)
    tries: int = field(compare=False, default=0)
    first_at: float = field(compare=False, default_factory=time.time)


class Courier:
    """Takes every event of the world; delivers it to the webhook endpoints unless its type is held."""

    def __init__(self, world: World, secrets: list[str], faults: FaultBook, holds: Sequence[str] = ()) -> None:
        self.world = world
        self.secrets = secrets
        self.faults = faults
        self.holds = tuple(holds)
        self.held: list[Parcel] = []
        self.log: deque[Attempt] = deque(maxlen=LOGGED)
        self.first_wait_seconds = 0.5
        self._queue: list[_Waiting] = []
        self._orders = itertools.count()
        self._changed = threading.Condition()
        self._busy = 0
        self._stops = False
        self._thread: threading.Thread | None = None
        world.tell = self.take

    def take(self, event: Resource) -> None:
        """An event happened."""
        parcels = self.faults.strike_event(self.world, event)
        if any(fnmatch(event["type"], held) for held in self.holds):
            self.held += parcels
            return
        for parcel in parcels:
            self.dispatch(parcel)

    def dispatch(self, parcel: Parcel) -> None:
        """Send an event on its way to every endpoint that wants it."""
        for endpoint in self.world.of("webhook_endpoint", status="enabled"):
            if any(fnmatch(parcel.event["type"], wanted) for wanted in endpoint["enabled_events"]):
                parcel.event["pending_webhooks"] += 1
                self._put(_Waiting(time.time(), next(self._orders), parcel, endpoint["id"]))

    def envelope(self, parcel: Parcel, endpoint: Resource | None = None) -> Envelope:
        """An event as this endpoint gets it; without one, as the account's own."""
        version, secrets = (endpoint["api_version"], endpoint["_secrets"]) if endpoint else (None, self.secrets)
        event = shape_event(self.world, parcel.event, parcel.version or version)
        if parcel.has_wrong_secret:
            secrets = [self.world.new_id("whsec", 32)]
        return put_in_envelope(event, secrets, parcel.seconds_off)

    def waiting(self) -> list[list[object]]:
        """What is held or on its way, to be written down."""
        with self._changed:
            on_their_way = [[one.parcel.event["id"], one.endpoint_id, one.first_at] for one in sorted(self._queue)]
        return [*on_their_way, *([parcel.event["id"], None, 0.0] for parcel in self.held)]

    def restore(self, waiting: list[tuple[str, str | None, float]]) -> None:
        """Take up what was written down; an event that is no more is not delivered."""
        for event_id, endpoint_id, first_at in waiting:
            if event := self.world.resources.get(event_id):
                if endpoint_id is None:
                    self.dispatch(Parcel(event))
                else:
                    again = _Waiting(time.time(), next(self._orders), Parcel(event), endpoint_id, first_at=first_at)
                    self._put(again)

    def start(self) -> None:
        """Deliver from now on."""
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Deliver nothing more."""
        with self._changed:
            self._stops = True
            self._changed.notify_all()
        if self._thread:
            self._thread.join(ANSWER_SECONDS + 1)

    def wait_until_delivered(self, seconds: float = 10) -> bool:
        """Whether nothing is on its way any more, waiting so long for it."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and not self._busy, seconds)

    def _put(self, waiting: _Waiting) -> None:
        with self._changed:
            heapq.heappush(self._queue, waiting)
            self._changed.notify_all()

    def _work(self) -> None:
        with httpx.Client(timeout=ANSWER_SECONDS, limits=NO_REUSE, trust_env=False) as client:
            while (waiting := self._next()) is not None:
                try:
                    self._deliver(client, waiting)
                finally:
                    with self._changed:
                        self._busy -= 1
                        self._changed.notify_all()

    def _next(self) -> _Waiting | None:
        with self._changed:
            while not self._stops:
                wait = self._queue[0].due_at - time.time() if self._queue else None
                if wait is not None and wait <= 0:
                    self._busy += 1
                    return heapq.heappop(self._queue)
                self._changed.wait(wait)
        return None

    def _deliver(self, client: httpx.Client, waiting: _Waiting) -> None:
        endpoint = self.world.resources.get(waiting.endpoint_id)
        if endpoint is None or endpoint["status"] != "enabled":
            return
        event = waiting.parcel.event
        with self.world.lock:
            envelope = self.envelope(waiting.parcel, endpoint)
        status = post(client, endpoint["url"], envelope)
        waiting.tries += 1
        attempt = Attempt(event["id"], event["type"], endpoint["url"], status, time.time(), waiting.tries)
        self.log.append(attempt)
        if 200 <= status < 300:
            event["pending_webhooks"] -= 1
            self.world.change_count += 1
        elif time.time() - waiting.first_at < 3 * DAY:
            wait = min(self.first_wait_seconds * 2 ** (waiting.tries - 1), LONGEST_WAIT_SECONDS)
            waiting.due_at = time.time() + wait
            self._put(waiting)


def post(client: httpx.Client, url: str, envelope: Envelope) -> int:
    """Status of one delivery, a redirect's too; 0: nobody answered."""
    try:
        return client.post(url, content=envelope.body, headers=envelope.headers).status_code
    except (httpx.HTTPError, httpx.InvalidURL):
        return 0
