"""The HTTP side: one thread per connection, so that requests may wait for each other as at Stripe."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from simulators.stripe.api.front import Front, Reply, Request

_API = "/v1/"


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
        body = self.rfile.read(int(headers.get("content-length", 0))).decode("utf-8", "replace")
        reply = self.server.answer(Request(self.command, self.path, headers, body))
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

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        del format, args


class StripeServer(ThreadingHTTPServer):
    """Listens; the front answers."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], front: Front) -> None:
        super().__init__(address, _Handler)
        self.front = front

    def answer(self, request: Request) -> Reply:
        """The API's answer, or a page's."""
        if request.path.startswith(_API):
            return self.front.answer(request)
        return Reply(404, b"There is nothing here.\n", {"Content-Type": "text/plain; charset=utf-8"})
