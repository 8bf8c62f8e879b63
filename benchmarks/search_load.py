"""Many clients at once on the API (or another server on loopback), and how long they wait."""

from __future__ import annotations

import asyncio
import math
import random
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson

from benchmarks.searches import Asked


@dataclass(frozen=True, slots=True)
class Request:
    """A search as it goes over the wire; the request's id is put in when it is sent."""

    name: str
    head: bytes
    body: bytes = b""

    def written(self, number: int) -> bytes:
        """All of it, with an id that says which search it was."""
        lines = f"X-Request-Id: {self.name.replace('_', '-')}-{number:08d}\r\nContent-Length: {len(self.body)}\r\n\r\n"
        return self.head + lines.encode() + self.body


@dataclass(frozen=True, slots=True)
class Load:
    """How hard it is pushed: so many clients, each asks again `think_seconds` (on average) after its answer came."""

    clients: int
    seconds: float
    think_seconds: float


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: which search, and milliseconds from the first byte sent to the last one read; 503 is none."""

    name: str
    milliseconds: float
    is_good: bool = True


def write_request(origin: str, token: str | None, name: str, address: str, body: Any = None) -> Request:
    """GET, or POST where there is a body."""
    host = origin.removeprefix("http://")
    method, payload = ("GET", b"") if body is None else ("POST", orjson.dumps(body))
    lines = [f"{method} {address} HTTP/1.1", f"Host: {host}", "Accept: application/json"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    lines += ["Content-Type: application/json"] if body is not None else []
    return Request(name, ("\r\n".join(lines) + "\r\n").encode(), payload)


class Customer:
    """An account with a key and territories, made as a customer makes them."""

    def __init__(self, origin: str, publishable_key: str) -> None:
        self.origin = origin
        self._client = httpx.Client(base_url=origin, timeout=60)
        body = {"email": f"{secrets.token_hex(6)}@example.com", "password": "correct horse"}
        answer = self._client.post("/auth/v1/signup", json=body, headers={"apikey": publishable_key})
        self._client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
        made = self._client.post("/api/account/keys", json={"name": "Benchmark", "scopes": ["read"]})
        self.key = str(made.raise_for_status().json()["key"])
        self._territories = 0

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def prepare(self, asked: Asked) -> Request:
        """The request of a search: its territory is made first, its page walked to."""
        ready = self._walked_to(asked)
        address = ready.path + (f"?{urlencode(ready.params, doseq=True)}" if ready.params else "")
        return write_request(self.origin, self.key, asked.name, address, ready.body)

    def ask(self, asked: Asked) -> dict[str, Any]:
        """The answer, to look at."""
        return self._send(self._walked_to(asked))

    def _walked_to(self, asked: Asked) -> Asked:
        """The same with its territory and, by cursors, at its page."""
        ready = self._with_territory(asked)
        for _ in range(ready.page - 1):
            ready = replace(ready, params={**ready.params, "cursor": self._send(ready)["next_cursor"]})
        return ready

    def _send(self, ready: Asked) -> dict[str, Any]:
        if ready.body is not None:
            answer = self._client.post(ready.path, json=ready.body)
        else:
            answer = self._client.get(ready.path, params=dict(ready.params))
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def _with_territory(self, asked: Asked) -> Asked:
        if asked.territory is None:
            return asked
        self._territories += 1
        wanted = {"name": f"Territory {self._territories}", **asked.territory}
        made = self._client.post("/api/territories", json=wanted).raise_for_status().json()
        return replace(asked, params={**asked.params, "territory_id": made["territory_id"]})


def run(origin: str, requests: Sequence[Request], load: Load) -> list[Answered]:
    """Every client asks all requests in an order of its own, over one connection, until the time is up."""
    return asyncio.run(_run(origin, requests, load))


async def _run(origin: str, requests: Sequence[Request], load: Load) -> list[Answered]:
    until = time.perf_counter() + load.seconds
    clients = [_Client(origin, requests, load, number) for number in range(load.clients)]
    each = await asyncio.gather(*(client.ask_until(until) for client in clients))
    return [one for answers in each for one in answers]


class _Client:
    """One connection, bare, so that it takes little of the two cores."""

    def __init__(self, origin: str, requests: Sequence[Request], load: Load, number: int) -> None:
        self._host, _, port = origin.removeprefix("http://").partition(":")
        self._port = int(port)
        self._requests = list(requests)
        self._dice = random.Random(number)
        self._dice.shuffle(self._requests)
        self._think_seconds = load.think_seconds
        self._first = number * 1_000_000

    async def ask_until(self, until: float) -> list[Answered]:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        answers: list[Answered] = []
        await self._think()  # they do not all begin at one instant
        while time.perf_counter() < until:
            request = self._requests[len(answers) % len(self._requests)]
            started = time.perf_counter()
            writer.write(request.written(self._first + len(answers)))
            is_good = await _read_answer(reader, request)
            answers.append(Answered(request.name, (time.perf_counter() - started) * 1000, is_good))
            await self._think()
        writer.close()
        return answers

    async def _think(self) -> None:
        if self._think_seconds:
            await asyncio.sleep(self._dice.expovariate(1 / self._think_seconds))


async def _read_answer(reader: asyncio.StreamReader, request: Request) -> bool:
    """All of it; whether it is one, and not that the server gave up (503, or Datasette's 400 for taking too long).

    Raises:
        RuntimeError: it is something else.
    """
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length:" in head:
        body = await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
    else:
        body = b""
        while (size := int((await reader.readline()).strip(), 16)) > 0:
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    is_late = head.startswith(b"http/1.1 503") or b"SQL Interrupted" in body
    if not head.startswith(b"http/1.1 200") and not is_late:
        raise RuntimeError(f"{request.name} was not answered: {head[:100]!r} {body[:300]!r}")
    return not is_late


def percentiles(milliseconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99, nearest rank."""
    ordered = sorted(milliseconds)
    ranks = {f"p{cut}": math.ceil(len(ordered) * cut / 100) for cut in (50, 95, 99)}
    return {name: round(ordered[max(0, rank - 1)], 1) for name, rank in ranks.items()} if ordered else {}
