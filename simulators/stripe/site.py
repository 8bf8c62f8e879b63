"""What stands where: the API under /v1, the controls under /_control, and the pages."""

from __future__ import annotations

from collections.abc import Callable

from simulators.stripe.api.front import Reply, Request
from simulators.stripe.control_http import answer_control
from simulators.stripe.pages.addresses import answer_page
from simulators.stripe.simulator import StripeSimulator

API, CONTROL = "/v1/", "/_control"


class Site:
    """Answers every request; after one that may have changed something, `after_change` is called."""

    def __init__(self, simulator: StripeSimulator) -> None:
        self.simulator = simulator
        self.after_change: Callable[[], None] = _keep_nothing

    def answer(self, request: Request) -> Reply:
        """The answer."""
        reply = self._answer(request)
        if request.method != "GET":
            self.simulator.world.change_count += 1
        self.after_change()
        return reply

    def _answer(self, request: Request) -> Reply:
        if request.path.startswith(API):
            return self.simulator.front.answer(request)
        if request.path == CONTROL or request.path.startswith(f"{CONTROL}/"):
            return answer_control(self.simulator, request, request.path.removeprefix(CONTROL).strip("/"))
        return answer_page(self.simulator, request)


def _keep_nothing() -> None:
    """Nothing is written down."""
