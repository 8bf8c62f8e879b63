"""Events of the simulated Stripe: signed so that the real library takes them, delivered until somebody answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

from simulators.stripe import API_VERSION, running_stripe
from tests.integration.simulators.money import client_of, open_plan


@dataclass
class Listener:
    """An address for webhooks; `answers` are statuses to give next, then 200."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    received: list[tuple[bytes, str]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, _Server)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.listener.received.append((body, self.headers["Stripe-Signature"]))
        answers = self.server.listener.answers
        self.send_response(answers.pop(0) if answers else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size  # the tests look at what was received


class _Server(ThreadingHTTPServer):
    listener: Listener


@contextmanager
def listening(*answers: int) -> Iterator[Listener]:
    server = _Server(("127.0.0.1", 0), _Handler)
    server.listener = Listener(f"http://127.0.0.1:{server.server_address[1]}/hook", list(answers))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def test_both_secrets_sign_while_one_takes_over_from_the_other() -> None:
    with running_stripe(hold_events=True) as simulator:
        old = simulator.webhook_secrets[0]
        new = simulator.roll_webhook_secret()
        client_of(simulator).v1.customers.create({})
        (envelope,) = simulator.take_events()
        assert envelope.headers["Stripe-Signature"].count("v1=") == 2
        for secret in (old, new):
            event = stripe.Webhook.construct_event(envelope.body, envelope.headers["Stripe-Signature"], secret)
            assert (event.id, event.type, event.api_version) == (envelope.event_id, "customer.created", API_VERSION)
        simulator.end_webhook_secret()
        client_of(simulator).v1.customers.create({})
        (later,) = simulator.take_events()
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(later.body, later.headers["Stripe-Signature"], old)
        stale = later.signed(time.time() - 301)["Stripe-Signature"]
        with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
            stripe.Webhook.construct_event(later.body, stale, new)


def test_an_endpoint_made_by_the_api_has_a_secret_of_its_own() -> None:
    with listening() as listener, running_stripe() as simulator:
        client = client_of(simulator)
        endpoint = client.v1.webhook_endpoints.create(
            {"url": listener.url, "enabled_events": ["customer.created"], "api_version": API_VERSION}
        )
        assert endpoint.secret is not None
        client.v1.products.create({"name": "not told of"})
        client.v1.customers.create({})
        assert simulator.courier.wait_until_delivered()
        ((body, signature),) = listener.received
        assert stripe.Webhook.construct_event(body, signature, endpoint.secret).type == "customer.created"
        assert "secret" not in client.v1.webhook_endpoints.retrieve(endpoint.id)


def test_a_delivery_is_tried_again_until_it_is_answered_with_2xx() -> None:
    with listening(500, 302) as listener, running_stripe(webhook_url=listener.url) as simulator:
        simulator.courier.first_wait_seconds = 0.01
        client = client_of(simulator)
        client.v1.customers.create({})
        assert simulator.courier.wait_until_delivered()
        assert [attempt.status for attempt in simulator.deliveries] == [500, 302, 200]
        assert len({body for body, _ in listener.received}) == 1
        (event,) = client.v1.events.list({"type": "customer.created"}).data
        assert event.pending_webhooks == 0


def test_every_event_of_a_purchase_arrives() -> None:
    with listening() as listener, running_stripe(webhook_url=listener.url) as simulator:
        client = client_of(simulator)
        simulator.pay(open_plan(client).id)
        assert simulator.courier.wait_until_delivered()
        assert len(listener.received) == len(list(client.v1.events.list({"limit": 100}).auto_paging_iter())) > 10
