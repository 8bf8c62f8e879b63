"""Somebody's receiver, who keeps a copy of us by what webhooks bring: `python -m benchmarks.webhook_sink SECRETS_FILE`.

`GET /` says what came: counts, and what of it was wrong. A delivery is taken only if its signature is good.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks import Webhook, WebhookVerificationError

from benchmarks.copy_of_us import Copy

LISTENING = "listening on "


@dataclass
class Book:
    """The copy, and under which ids with which bodies its events came."""

    secrets: Path
    copy: Copy = field(default_factory=Copy)
    bodies: dict[str, str] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)
    repeated: int = 0
    doubled: int = 0
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, path: str, delivery_id: str, body: bytes, headers: dict[str, str]) -> bool:
        """Whether it was ours."""
        try:
            told = Webhook(json.loads(self.secrets.read_text())[path]).verify(body, headers)
        except WebhookVerificationError:
            self.refused += 1
            return False
        with self.lock:
            digest = hashlib.sha256(body).hexdigest()
            known = self.bodies.setdefault(delivery_id, digest)
            self.doubled += known != digest
            events = told["data"]["events"]
            self.repeated += any(event["event_id"] in self.ids for event in events)
            self.doubled += sum(self.ids.setdefault(event["event_id"], delivery_id) != delivery_id for event in events)
            self.copy.apply(events)
        return True

    def describe(self) -> dict[str, object]:
        """What came so far."""
        with self.lock:
            counts = {"events": len(self.ids), "deliveries": len(self.bodies), "repeated": self.repeated}
            return {**counts, "doubled": self.doubled, "refused": self.refused, "state": self.copy.state()}


class Handler(BaseHTTPRequestHandler):
    """Takes deliveries, and says what came."""

    book: Book

    def do_POST(self) -> None:  # http.server's name
        """Take one."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): text for name, text in self.headers.items()}
        is_good = self.book.take(self.path, headers.get("webhook-id", ""), body, headers)
        self.send_response_only(204 if is_good else 400)
        self.end_headers()

    def do_GET(self) -> None:  # http.server's name
        """Say what came."""
        self.send_response_only(200)
        self.end_headers()
        self.wfile.write(json.dumps(self.book.describe()).encode())


def main(secrets: str) -> None:
    """Serve until killed."""
    Handler.book = Book(Path(secrets))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"{LISTENING}{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
