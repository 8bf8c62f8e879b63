"""A frontend and a backend on one port, well or sick in the way a test wants."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Answer:
    body: str
    status: int = 200
    content_type: str = "application/json"
    location: str | None = None
    seconds: float = 0.0


PAGE = Answer("<html>LeadLedgerPro</html>", content_type="text/html; charset=utf-8")
WELL: dict[str, Answer] = {
    "/": PAGE,
    "/login": PAGE,
    "/health": Answer('{"status": "ok", "version": "1"}'),
    "/api/supa-env-check": Answer('{"database_status": "connected", "payments_status": "ok"}'),
}


class Product(ThreadingHTTPServer):
    """Frontend and backend on one port; hanging answers end with the server."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers = answers
        self.is_over = threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Product

    def do_GET(self) -> None:
        answer = self.server.answers.get(self.path, Answer("no", 404))
        self.server.is_over.wait(answer.seconds)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if answer.location:
            self.send_header("Location", answer.location)
        self.end_headers()
        self.wfile.write(answer.body.encode())

    def log_message(self, *_: object) -> None:
        """Be silent."""


@contextmanager
def serving(**changes: Answer) -> Iterator[str]:
    """A product that is well but for the changes; keys are paths, `root` being /."""
    named = {"root": "/", "health": "/health", "database": "/api/supa-env-check"}
    server = Product(WELL | {named[name]: answer for name, answer in changes.items()})
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.url
    finally:
        server.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()
