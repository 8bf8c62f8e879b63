"""What happens to a request before and after its address answers: keys, idempotency, expansion, errors."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from simulators.stripe.api import catalog, checkout, events, payments, subscriptions
from simulators.stripe.api.expansion import expand
from simulators.stripe.api.routing import Call, Route
from simulators.stripe.errors import StripeRefusal
from simulators.stripe.faults import ApiFault, FaultBook
from simulators.stripe.forms import parse_form, read_parameters
from simulators.stripe.idempotency import IdempotencyBook, Remembered
from simulators.stripe.world import API_VERSION, Resource, World

ROUTES: tuple[Route, ...] = (
    *catalog.ROUTES,
    *checkout.ROUTES,
    *subscriptions.ROUTES,
    *payments.ROUTES,
    *events.ROUTES,
)
_JSON = "application/json"
LOGGED = 10_000


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: str
    client: str = "127.0.0.1"
    at: float = field(default_factory=time.time)

    @property
    def path(self) -> str:
        """Without the query."""
        return urlsplit(self.target).path


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `hangs_up`: the work is done, the connection closes without a word."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    hangs_up: bool = False


@dataclass(frozen=True, slots=True)
class _Work:
    """A request whose address and key are known."""

    request: Request
    route: Route
    ids: tuple[str, ...]
    request_id: str
    idempotency_key: str | None
    fault: ApiFault | None


@dataclass
class Front:
    """The API under /v1 of one account."""

    world: World
    api_key: str
    before_request: Callable[[], None]
    faults: FaultBook
    restricted: dict[str, set[str]] = field(default_factory=dict)
    idempotency: IdempotencyBook = field(default_factory=IdempotencyBook)
    log: deque[Request] = field(default_factory=lambda: deque(maxlen=LOGGED))

    def answer(self, request: Request) -> Reply:
        """The answer, errors included."""
        self.log.append(request)
        request_id = self.world.new_id("req", 14)
        fault = self.faults.strike_request(request.method, request.path)
        if fault and fault.kind == "lost_request":
            return Reply(0, b"", {}, hangs_up=True)
        try:
            if fault:
                fault.raise_before()
            status, body, headers = self._answer(request, request_id, fault)
        except StripeRefusal as refusal:
            status, headers = refusal.status, refusal.headers
            body = _json(refusal.body(request_id))
        shown = {"Content-Type": _JSON, "Request-Id": request_id, "Stripe-Version": API_VERSION, **headers}
        return Reply(status, body, shown, hangs_up=fault is not None and fault.kind == "lost_answer")

    def _answer(self, request: Request, request_id: str, fault: ApiFault | None) -> tuple[int, bytes, dict[str, str]]:
        key = self._check_key(request)
        _check_version(request)
        path = request.path.removeprefix("/v1")
        route, ids = _find_route(request.method, path)
        self._check_permission(key, route)
        idempotency_key = request.headers.get("idempotency-key") if request.method == "POST" else None
        work = _Work(request, route, ids, request_id, idempotency_key, fault)
        if idempotency_key is None:
            return *self._execute(work), {}
        with self.idempotency.holding(idempotency_key, request.method, path, request.body, self.world.now()) as held:
            if held.remembered is None:
                status, body = self._execute(work)
                held.remember(Remembered(status, body, request_id))
                return status, body, {"Idempotency-Key": idempotency_key, "Original-Request": request_id}
            original = {"Idempotency-Key": idempotency_key, "Original-Request": held.remembered.request_id}
            return held.remembered.status, held.remembered.body, {**original, "Idempotent-Replayed": "true"}

    def _execute(self, work: _Work) -> tuple[int, bytes]:
        """Do it. A bad request is raised and not remembered; a card's refusal is an answer that is."""
        request, fault = work.request, work.fault
        text = request.body if request.method == "POST" else urlsplit(request.target).query
        given = read_parameters(parse_form(text), work.route.spec)
        if fault and fault.seconds:
            time.sleep(fault.seconds)
        with self.world.lock:
            self.before_request()
            self.world.request = {"id": work.request_id, "idempotency_key": work.idempotency_key}
            try:
                shown = self._show(work.route, Call(self.world, request.path.removeprefix("/v1"), work.ids, given))
            except StripeRefusal as refusal:
                if refusal.status != 402:
                    raise
                return 402, _json(refusal.body(work.request_id))
            finally:
                self.world.request = {"id": None, "idempotency_key": None}
        if fault and fault.kind == "error_after":
            failed = StripeRefusal(500, "An unknown error occurred.", kind="api_error")
            return 500, _json(failed.body(work.request_id))
        return 200, _json(shown)

    def _show(self, route: Route, call: Call) -> Resource:
        shown = route.answer(call)
        expand(self.world, shown, call.given.get("expand") or [])
        return shown

    def _check_key(self, request: Request) -> str:
        kind, _, key = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or not key:
            message = "You did not provide an API key. You need to provide your API key in the Authorization header."
            raise StripeRefusal(401, message, headers={"WWW-Authenticate": 'Bearer realm="Stripe"'})
        if key != self.api_key and key not in self.restricted:
            shown = key[:8] + "*" * max(len(key) - 12, 0) + key[-4:] if len(key) > 12 else "****"
            raise StripeRefusal(401, f"Invalid API Key provided: {shown}")
        return key

    def _check_permission(self, key: str, route: Route) -> None:
        if key == self.api_key:
            return
        had = self.restricted[key]
        if route.permission not in had and route.permission.replace("_read", "_write") not in had:
            raise StripeRefusal(
                403,
                "The provided key does not have the required permissions for this endpoint. "
                f"Having the 'rak_{route.permission}' permission would allow this request to continue.",
                code="more_permissions_required",
            )


def _check_version(request: Request) -> None:
    version = request.headers.get("stripe-version", API_VERSION)
    if version != API_VERSION:
        raise StripeRefusal(400, f"Invalid Stripe API version: {version}. The simulator speaks {API_VERSION} only.")


def _find_route(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    for route in ROUTES:
        ids = route.match(method, path)
        if ids is not None:
            return route, ids
    raise StripeRefusal(404, f"Unrecognized request URL ({method}: /v1{path}).", code="url_invalid")


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2).encode()
