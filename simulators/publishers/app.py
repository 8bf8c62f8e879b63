"""The HTTP side: a bare ASGI application that routes by Host header, logs requests and can be steered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict
from threading import Lock
from typing import Any

import orjson

from simulators.publishers.faults import UnknownFaultError, make_fault
from simulators.publishers.hosts import World
from simulators.publishers.messages import Reply, Request

CONTROL_HOST = "control.invalid"
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
_JSON = {"Content-Type": "application/json"}


class CutConnectionError(Exception):
    """Raised on purpose in the middle of a body, so that the connection drops."""


class Application:
    """Answers for the whole world of publishers; `log` holds every request except those to the control host."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._log: list[Request] = []
        self._lock = Lock()

    @property
    def log(self) -> list[Request]:
        """Requests received, oldest first."""
        with self._lock:
            return list(self._log)

    def forget(self) -> None:
        """Empty the log."""
        with self._lock:
            self._log.clear()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One ASGI exchange."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        request = await _read_request(scope, receive)
        reply = self.answer(request)
        if reply.delay_seconds:
            await asyncio.sleep(reply.delay_seconds)
        await _send_reply(reply, request, send)

    def answer(self, request: Request) -> Reply:
        """The answer of the publisher named by the Host header, or of the control host."""
        if request.host == CONTROL_HOST:
            return self._control(request)
        with self._lock:
            self._log.append(request)
        return self.world.answer(request)

    def _control(self, request: Request) -> Reply:
        """GET/POST/DELETE /faults, GET/DELETE /requests, GET /datasets."""
        match request.method, request.path:
            case "GET", "/faults":
                return _json([asdict(fault) for fault in self.world.faults.listed()])
            case "POST", "/faults":
                return self._add_faults(request.body)
            case "DELETE", "/faults":
                self.world.restore()
                return _json([])
            case "GET", "/requests":
                return _json([_describe(logged) for logged in self.log])
            case "DELETE", "/requests":
                self.forget()
                return _json([])
            case "GET", "/datasets":
                return _json(self._datasets())
        return _json({"error": f"no {request.method} {request.path}"}, 404)

    def _add_faults(self, body: bytes) -> Reply:
        try:
            given = orjson.loads(body)
            faults = [make_fault(one) for one in (given if isinstance(given, list) else [given])]
        except (UnknownFaultError, orjson.JSONDecodeError) as error:
            return _json({"error": str(error)}, 400)
        self.world.faults.add(*faults)
        return _json([asdict(fault) for fault in self.world.faults.listed()])

    def _datasets(self) -> list[dict[str, object]]:
        return [
            {"host": host.name, "names": resource.names, "rows": resource.table.rows.height, "note": resource.note}
            for host in self.world.hosts.values()
            for resource in host.resources
        ]


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _read_request(scope: Message, receive: Receive) -> Request:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    host = (
        headers.get("host", "").rpartition(":")[0]
        if headers.get("host", "").rpartition(":")[2].isdigit()
        else headers.get("host", "")
    )
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
    query = scope["query_string"].decode("latin-1")
    return Request(scope["method"], host.lower(), path, query, headers, body, time.monotonic())


async def _send_reply(reply: Reply, request: Request, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in reply.headers.items()]
    if reply.status != 304:
        headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    body = b"" if request.method == "HEAD" else reply.body
    if reply.cut_at is not None:
        await send({"type": "http.response.body", "body": body[: reply.cut_at], "more_body": True})
        raise CutConnectionError
    await send({"type": "http.response.body", "body": body})


def _json(value: object, status: int = 200) -> Reply:
    return Reply(status, orjson.dumps(value), _JSON)


def _describe(request: Request) -> dict[str, object]:
    return {
        "method": request.method,
        "host": request.host,
        "path": request.path,
        "query": request.raw_query,
        "headers": request.headers,
        "at": request.at,
    }
