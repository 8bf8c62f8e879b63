"""Events on their way: delivered by a thread that tries again, or held until somebody takes them."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatch

from simulators.stripe.clock import DAY
from simulators.stripe.envelopes import Envelope, put_in_envelope
from simulators.stripe.world import Resource, World

ANSWER_SECONDS = 10.0
LONGEST_WAIT_SECONDS = 60.0


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
    event: Resource = field(compare=False)
    endpoint_id: str = field(compare=False)
    tries: int = field(compare=False, default=0)
    first_at: float = field(compare=False, default_factory=time.time)


class Courier:
    """Takes every event of the world; delivers to the webhook endpoints unless events are held."""

    def __init__(self, world: World, secrets: list[str], *, holds: bool, first_wait_seconds: float = 0.5) -> None:
        self.world = world
        self.secrets = secrets
        self.holds = holds
        self.held: list[Resource] = []
        self.log: list[Attempt] = []
        self.first_wait_seconds = first_wait_seconds
        self._queue: list[_Waiting] = []
        self._orders = itertools.count()
        self._changed = threading.Condition()
        self._busy = 0
        self._stops = False
        self._thread: threading.Thread | None = None
        self.shape: Callable[[Resource, str | None], Resource] = _as_it_is
        world.tell = self.take

    def take(self, event: Resource) -> None:
        """An event happened."""
        if self.holds:
            self.held.append(event)
        else:
            self.dispatch(event)

    def dispatch(self, event: Resource) -> None:
        """Send an event on its way to every endpoint that wants it."""
        for endpoint in self.world.of("webhook_endpoint", status="enabled"):
            if any(fnmatch(event["type"], wanted) for wanted in endpoint["enabled_events"]):
                event["pending_webhooks"] += 1
                self._put(_Waiting(time.time(), next(self._orders), event, endpoint["id"]))

    def envelope(self, event: Resource) -> Envelope:
        """A held event, as it would be delivered to the account's first endpoint."""
        return put_in_envelope(self.shape(event, None), self.secrets)

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
        while (waiting := self._next()) is not None:
            try:
                self._deliver(waiting)
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

    def _deliver(self, waiting: _Waiting) -> None:
        endpoint = self.world.resources.get(waiting.endpoint_id)
        if endpoint is None or endpoint["status"] != "enabled":
            return
        event = self.shape(waiting.event, endpoint["api_version"])
        status = post(endpoint["url"], put_in_envelope(event, endpoint["_secrets"]))
        waiting.tries += 1
        attempt = Attempt(event["id"], event["type"], endpoint["url"], status, time.time(), waiting.tries)
        self.log.append(attempt)
        if 200 <= status < 300:
            waiting.event["pending_webhooks"] -= 1
            self.world.change_count += 1
        elif time.time() - waiting.first_at < 3 * DAY:
            wait = min(self.first_wait_seconds * 2 ** (waiting.tries - 1), LONGEST_WAIT_SECONDS)
            waiting.due_at = time.time() + wait
            self._put(waiting)


def _as_it_is(event: Resource, version: str | None) -> Resource:
    del version
    return event


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """A redirect is a failed delivery."""
        del args, kwargs


_OPENER = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))


def post(url: str, envelope: Envelope) -> int:
    """Status of one delivery; 0: nobody answered."""
    request = urllib.request.Request(url, envelope.body, envelope.headers, method="POST")  # noqa: S310
    try:
        with _OPENER.open(request, timeout=ANSWER_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except (OSError, ValueError):
        return 0
