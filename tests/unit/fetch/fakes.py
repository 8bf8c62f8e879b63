"""A clock that never sleeps, a scripted publisher, and datasets to ask it for."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from permit_leads.fetch.clock import Woken
from permit_leads.fetch.http import PoliteClient
from permit_leads.page import Page
from permit_leads.registry import Dataset, Protocol, Publisher

HOST = "data.some-city.example"


@dataclass(frozen=True)
class Reply:
    """A scripted answer; the body goes out as it is, whatever the headers say of it."""

    status: int
    body: bytes
    headers: dict[str, str]
    breaks_with: Exception | None = None


Answer = Reply | Exception
Answering = Callable[[httpx.Request], Answer]


class FakeClock:
    """Time passes only when somebody sleeps, and `per_chunk` seconds with each 64 KiB of a body."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.per_chunk = 0.0
        self.slept: list[float] = []
        self.is_woken = False

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        if self.is_woken:
            raise Woken
        self.slept.append(seconds)
        self.seconds += seconds

    def wake(self) -> None:
        self.is_woken = True


class FakePublisher(httpx.BaseTransport):
    """Answers by a function, keeps what was asked and when, and has a robots.txt that allows everything."""

    def __init__(self, answer: Answering, clock: FakeClock, robots: Answer | None = None) -> None:
        self.requests: list[httpx.Request] = []
        self.times: list[float] = []
        self.robots_requests: list[httpx.Request] = []
        self.robots: Answer | None = robots
        self.robots_of: dict[str, Answer] = {}
        self._answer = answer
        self._clock = clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt" and self.robots is not None:
            self.robots_requests.append(request)
            return self._given(self.robots_of.get(request.url.host, self.robots))
        self.requests.append(request)
        self.times.append(self._clock.monotonic())
        return self._given(self._answer(request))

    def _given(self, answer: Answer) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status, headers=answer.headers, stream=Stream(answer, self._clock))


class Stream(httpx.SyncByteStream):
    """A body that may break off."""

    def __init__(self, answer: Reply, clock: FakeClock) -> None:
        self._answer = answer
        self._clock = clock

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._answer.body), 65536):
            self._clock.seconds += self._clock.per_chunk
            yield self._answer.body[start : start + 65536]
        if self._answer.breaks_with is not None:
            raise self._answer.breaks_with


class Events:
    """What the client told."""

    def __init__(self) -> None:
        self.all: list[tuple[str, dict[str, object]]] = []

    def __call__(self, name: str, **fields: object) -> None:
        self.all.append((name, fields))

    def named(self, name: str) -> list[dict[str, object]]:
        return [fields for seen, fields in self.all if seen == name]


class Setup:
    """A client wired to a scripted publisher."""

    def __init__(self, answer: Answering, *, robots: Answer | None = None, **options: Any) -> None:
        self.clock = FakeClock()
        self.events = Events()
        everything_allowed = status(404, b"not found")
        self.publisher = FakePublisher(answer, self.clock, robots if robots is not None else everything_allowed)
        self.client = PoliteClient(
            clock=self.clock,
            transport=self.publisher,
            on_event=self.events,
            rng=random.Random(7),
            **{"contact": "data@some-company.example"} | options,
        )

    def get(self, url: str = f"https://{HOST}/rows.json", **options: Any) -> Page:
        """One page as a dataset would ask for it."""
        given: dict[str, Any] = {"kind": "rows", "min_spacing": 1.0} | options
        return self.client.fetch("some_city", "GET", url, **given)


def in_turn(*answers: Answer) -> Answering:
    """These answers one after the other; the last one for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def ok(body: bytes = b"[]\n", **headers: str) -> Reply:
    """HTTP 200 with JSON, unless a header says otherwise."""
    return status(200, body, **{"content_type": "application/json"} | headers)


def status(code: int, body: bytes = b"", **headers: str) -> Reply:
    """Another status."""
    return Reply(code, body, {name.replace("_", "-"): value for name, value in headers.items()})


def dataset(protocol: Protocol = "socrata", **options: Any) -> Dataset:
    """A dataset of a city that does not exist."""
    given = {
        "id": "some_city",
        "title": "Some city",
        "protocol": protocol,
        "url": f"https://{HOST}/resource/abcd-1234.json",
        "key": ("permit_number",),
        "fields": {},
        "publisher": Publisher(name="Some city", state="TX", time_zone="America/Chicago"),
        **options,
    }
    return Dataset.model_validate(given)
