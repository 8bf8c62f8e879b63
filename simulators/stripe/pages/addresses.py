"""Which page stands where."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qsl

from simulators.stripe.api.front import Reply, Request
from simulators.stripe.pages.checkout import answer_checkout
from simulators.stripe.pages.frame import page
from simulators.stripe.pages.invoice import answer_invoice
from simulators.stripe.pages.portal import answer_portal
from simulators.stripe.simulator import StripeSimulator

_PAGES: tuple[tuple[str, Callable[[StripeSimulator, Request, str, str, dict[str, str]], Reply | None]], ...] = (
    (r"/c/pay/(?P<key>[^/]+)()", answer_checkout),
    (r"/p/session/(?P<key>[^/]+)/?([a-z]*)", answer_portal),
    (r"/i/(?P<key>[^/]+)()", answer_invoice),
)


def answer_page(simulator: StripeSimulator, request: Request) -> Reply:
    """The page, or what a form on it asks for."""
    form = dict(parse_qsl(request.body)) if request.method == "POST" else {}
    for pattern, answer in _PAGES:
        found = re.fullmatch(pattern, request.path)
        if found and request.method in ("GET", "POST"):
            with simulator.world.lock:
                simulator.catch_up()
                reply = answer(simulator, request, found[1], found[2], form)
            if reply:
                return reply
    return page("Nothing here", "<p>This page does not exist, or no longer.</p>", 404)
