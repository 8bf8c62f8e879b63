"""The HTTP side: one thread per connection, so that requests may wait for each other as at Stripe."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from simulators.stripe.api.front import Request
from simulators.stripe.site import Site

LONGEST_BODY = 1 << 20


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        assert isinstance(self.server, StripeServer)
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = int(headers.get("content-length", 0))
        if length > LONGEST_BODY:
            self.close_connection = True
            return
        body = self.rfile.read(length).decode("utf-8", "replace")
        reply = self.server.site.answer(Request(self.command, self.path, headers, body, str(self.client_address[0])))
        if reply.hangs_up:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size  # requests are no news


class StripeServer(ThreadingHTTPServer):
    """Listens; the site answers."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], site: Site) -> None:
        super().__init__(address, _Handler)
        self.site = site
