"""What happens around every request: an id, one log line, safe headers, a bounded body, no traceback for anybody."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadledger.errors import AppError, UnexpectedFailure
from leadledger.modes import MODE_HEADER, mode_of_header

REQUEST_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")
BODY_LIMIT = 65_536
LARGE_BODIES = {"/api/stripe/webhook": 1_048_576}  # an event holds a whole invoice; one refused is never sent smaller
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'"
# Swagger's page loads its script and style from this host; nothing else here is a page.
DOCS_POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data: https://fastapi.tiangolo.com; "
    "script-src 'unsafe-inline' https://cdn.jsdelivr.net; style-src 'unsafe-inline' https://cdn.jsdelivr.net; "
    "frame-ancestors 'none'"
)
HSTS = "max-age=31536000; includeSubDomains"
log = structlog.get_logger()


class RequestEdge:
    """Outermost: names the request, adds the headers every answer has, writes one log line."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _read_request_id(Headers(scope=scope).get("x-request-id"))
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), scope, request_id)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_headers)
            finally:
                milliseconds = round((time.perf_counter() - started) * 1000, 1)
                log.info("request.finished", **_route_of(scope), status=status, milliseconds=milliseconds)


class FailureEdge:
    """Innermost: turns what nobody expected into an answer, and refuses bodies beyond the limit."""

    def __init__(self, app: ASGIApp, answer: Callable[[Request, AppError], Response]) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False

        async def watch(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self._app(scope, _limit(receive, scope), watch)
        except Exception as error:
            if has_started:
                raise
            log.exception("request.failed", exc_info=error, **_route_of(scope))
            await self._answer(Request(scope), UnexpectedFailure())(scope, receive, send)


def _limit(receive: Receive, scope: Scope) -> Receive:
    limit = LARGE_BODIES.get(scope["path"], BODY_LIMIT)
    declared = Headers(scope=scope).get("content-length", "0")
    received = int(declared) if declared.isdigit() and int(declared) > limit else 0

    async def receive_bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413, f"the body is larger than {limit} bytes")
        return message

    return receive_bounded


def _read_request_id(given: str | None) -> str:
    return given if given and REQUEST_ID.match(given) else uuid.uuid4().hex


def _route_of(scope: Scope) -> dict[str, str]:
    """Method and path template: paths hold ids, and queries may hold what a person typed."""
    route = scope.get("route")
    template = scope.get("root_path", "") + route.path if isinstance(route, Route) else "unknown"
    return {"method": scope["method"], "route": template}


def _add_headers(headers: MutableHeaders, scope: Scope, request_id: str) -> None:
    headers["X-Request-Id"] = request_id
    for name, value in SAFE_HEADERS.items():
        headers[name] = value
    headers["Content-Security-Policy"] = DOCS_POLICY if scope["path"] == "/docs" else CONTENT_POLICY
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = HSTS
    if mode_of_header(Headers(scope=scope).get("authorization")) == "test":
        headers[MODE_HEADER] = "test"
    headers.setdefault("Cache-Control", "no-store")
