"""Somebody's server that takes what we send: remembers it, and answers as the test says."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered. `hangs`: nothing, until the receiver closes."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False


@dataclass
class Receiver:
    """Requests so far, and who decides on the answer."""

    url: str
    requests: list[Received] = field(default_factory=list)
    decide: Callable[[Received], Reply] = field(default=lambda request: Reply())
    closing: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    """Answers as the receiver of its server says."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        assert isinstance(self.server, Server)
        receiver = self.server.receiver
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:  # the sender died in the middle, so this never came
            self.close_connection = True
            return
        request = Received(self.path, {name.lower(): text for name, text in self.headers.items()}, body)
        receiver.requests.append(request)
        reply = receiver.decide(request)
        if reply.hangs:
            receiver.closing.wait(30)
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, text in reply.headers.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size  # the tests look at `requests`


class Server(ThreadingHTTPServer):
    """Knows its receiver, and says nothing of who hangs up in the middle."""

    receiver: Receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        del request, client_address


@contextmanager
def receive(host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver on a free port of loopback, until the block ends."""
    server = Server((host, 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver = Receiver(f"{'https' if tls else 'http'}://{host}:{server.server_port}")
    server.receiver = receiver
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.shutdown()
        thread.join(10)
        server.server_close()
