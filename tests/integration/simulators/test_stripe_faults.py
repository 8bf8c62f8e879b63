"""The simulated Stripe when it is told to go wrong."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
import stripe

from simulators.stripe import StripeRefusal, running_stripe
from simulators.stripe.faults import ApiFaultKind, EventFaultKind
from tests.integration.simulators.money import client_of, open_plan
from tests.integration.simulators.test_stripe_webhooks import listening


def test_an_answer_lost_after_the_work_leaves_one_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.001)
    with running_stripe() as simulator:
        client = client_of(simulator)
        simulator.fail_api("lost_answer", "/v1/customers")
        customer = client.v1.customers.create({"name": "Ann"})
        assert [one.id for one in client.v1.customers.list().data] == [customer.id]
        assert customer.last_response is not None
        assert customer.last_response.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("kind", ["conflict", "error", "lost_request"])
def test_what_the_library_tries_again_succeeds(monkeypatch: pytest.MonkeyPatch, kind: ApiFaultKind) -> None:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.001)
    with running_stripe() as simulator:
        client = client_of(simulator)
        simulator.fail_api(kind, method="POST", count=2)
        client.v1.customers.create({})
        assert [request.method for request in simulator.requests] == ["POST", "POST", "POST"]
        assert len(client.v1.customers.list().data) == 1


def test_too_many_requests_are_not_tried_again() -> None:
    with running_stripe() as simulator:
        client = client_of(simulator)
        simulator.fail_api("throttled")
        with pytest.raises(stripe.RateLimitError):
            client.v1.customers.list()
        assert len(simulator.requests) == 1
        simulator.fail_api("throttled", count=5)
        simulator.clear_faults()
        assert client.v1.customers.list().data == []


def test_an_error_after_the_work_is_given_again_for_its_key() -> None:
    with running_stripe() as simulator:
        client = stripe.StripeClient(simulator.api_key, base_addresses={"api": simulator.url})
        simulator.fail_api("error_after")
        for _ in range(2):
            with pytest.raises(stripe.APIError, match="unknown error"):
                client.v1.customers.create({}, {"idempotency_key": "one"})
        assert len(client.v1.customers.list().data) == 1


def test_two_requests_with_one_key_at_once_are_a_conflict() -> None:
    with running_stripe() as simulator:
        client = stripe.StripeClient(simulator.api_key, base_addresses={"api": simulator.url})
        simulator.fail_api("slow", seconds=0.3)
        first = threading.Thread(target=client.v1.customers.create, args=({}, {"idempotency_key": "one"}))
        first.start()
        while "one" not in simulator.front.idempotency.in_use:
            assert first.is_alive()
        with pytest.raises(stripe.APIError) as conflict:
            client.v1.customers.create({}, {"idempotency_key": "one"})
        assert conflict.value.http_status == 409
        first.join()
        assert len(client.v1.customers.list().data) == 1


def test_no_fault_has_an_unknown_name() -> None:
    nonsense: Any = "nonsense"
    with running_stripe() as simulator, pytest.raises(StripeRefusal, match="lost_answer"):
        simulator.fail_api(nonsense)


def test_events_come_twice_out_of_order_and_late() -> None:
    with listening() as listener, running_stripe(webhook_url=listener.url, hold_events=True) as simulator:
        client = client_of(simulator)
        simulator.spoil_events("duplicate", "customer.created", times=3)
        client.v1.customers.create({})
        client.v1.products.create({"name": "late"})
        simulator.advance(days=3)
        assert listener.received == []
        assert simulator.release_events("reversed") == 4
        assert simulator.courier.wait_until_delivered()
        found = [json.loads(body) for body, _ in listener.received]
        assert [event["type"] for event in found] == ["product.created", *["customer.created"] * 3]
        assert len({event["id"] for event in found}) == 2
        assert simulator.world.now() - found[0]["created"] >= 3 * 86400


def test_two_events_may_tell_of_one_change() -> None:
    with running_stripe(hold_events=True) as simulator:
        simulator.spoil_events("twin")
        client_of(simulator).v1.customers.create({})
        one, other = (envelope.event for envelope in simulator.take_events())
        assert one["id"] != other["id"]
        assert (one["type"], one["data"]) == (other["type"], other["data"])


@pytest.mark.parametrize(("kind", "is_taken"), [("old_timestamp", False), ("wrong_secret", False), ("live_mode", True)])
def test_signatures_may_be_of_no_use(kind: EventFaultKind, is_taken: bool) -> None:
    with running_stripe(hold_events=True) as simulator:
        simulator.spoil_events(kind)
        client_of(simulator).v1.customers.create({})
        (envelope,) = simulator.take_events()
        signature, secret = envelope.headers["Stripe-Signature"], simulator.webhook_secrets[0]
        if is_taken:
            assert stripe.Webhook.construct_event(envelope.body, signature, secret).livemode
        else:
            with pytest.raises(stripe.SignatureVerificationError):
                stripe.Webhook.construct_event(envelope.body, signature, secret)


def test_a_payload_may_have_the_shapes_of_an_older_version() -> None:
    with running_stripe(hold_events=True) as simulator:
        session = open_plan(client_of(simulator))
        simulator.spoil_events("old_version", count=100)
        simulator.pay(session.id)
        (invoice,) = [envelope.event for envelope in simulator.take_events("invoice.paid")]
        assert invoice["api_version"] == "2024-06-20"
        assert "parent" not in invoice["data"]["object"]
        assert invoice["data"]["object"]["subscription"].startswith("sub_")
        (updated,) = [envelope.event for envelope in simulator.take_events("customer.subscription.updated")]
        assert "current_period_end" in updated["data"]["object"]
        (completed,) = [envelope.event for envelope in simulator.take_events("checkout.session.completed")]
        assert completed["data"]["object"]["ui_mode"] == "hosted"


def test_an_event_may_be_of_a_type_nobody_knows_and_of_the_second_of_another() -> None:
    with running_stripe(hold_events=True) as simulator:
        customer = client_of(simulator).v1.customers.create({})
        simulator.advance(minutes=5)
        simulator.spoil_events("tie")
        simulator.emit("customer.surprised", customer.id)
        created, surprised = (envelope.event for envelope in simulator.take_events())
        assert (surprised["type"], surprised["created"]) == ("customer.surprised", created["created"])
