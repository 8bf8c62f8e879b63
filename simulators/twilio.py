"""Twilio's message resource, for tests: takes texts, knows who said STOP, and fails when told to.

Source: https://www.twilio.com/docs/messaging/api/message-resource, https://www.twilio.com/docs/api/errors.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})


@dataclass
class TwilioSimulator:
    """One account. `failures` are statuses to answer next, in order; 0 is no answer at all."""

    url: str = ""
    account_sid: str = "AC" + "0" * 32
    auth_token: str = "a token of the simulator"  # noqa: S105  # opens nothing but this simulator
    sent: list[dict[str, str]] = field(default_factory=list)
    stopped: set[str] = field(default_factory=set)
    failures: list[int] = field(default_factory=list)

    def receive_reply(self, number: str, words: str) -> None:
        """What a person texts back."""
        if words.strip().upper() in STOP_WORDS:
            self.stopped.add(number)

    def answer(self, path: str, authorization: str, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        """Status and body for a message; status 0: hang up."""
        expected = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        if authorization != f"Basic {expected}":
            return 401, {"code": 20003, "message": "Authenticate", "status": 401}
        if path != f"/2010-04-01/Accounts/{self.account_sid}/Messages.json":
            return 404, {"code": 20404, "message": "The requested resource was not found", "status": 404}
        if self.failures and (status := self.failures.pop(0)) != 201:
            return status, {"code": 20429 if status == 429 else 20500, "message": "told to", "status": status}
        if form["To"] in self.stopped:
            return 400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400}
        if not form["To"].removeprefix("+").isdigit():
            return 400, {"code": 21211, "message": "Invalid 'To' Phone Number", "status": 400}
        self.sent.append(form)
        return 201, {"sid": f"SM{len(self.sent):032x}", "status": "queued", "to": form["To"], "error_code": None}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        assert isinstance(self.server, _Server)
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = {name: values[0] for name, values in parse_qs(text).items()}
        status, body = self.server.simulator.answer(self.path, self.headers.get("Authorization", ""), form)
        if status == 0:
            self.close_connection = True
            return
        answer = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size  # requests are no news


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    simulator: TwilioSimulator


@contextmanager
def running_twilio() -> Iterator[TwilioSimulator]:
    """The simulator on a free port of loopback until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.simulator = TwilioSimulator(url=f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.simulator
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
