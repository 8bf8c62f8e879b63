"""The same key twice at the simulated Stripe."""

from __future__ import annotations

import httpx
import pytest
import stripe

from simulators.stripe import running_stripe
from tests.integration.simulators.money import client_of


def test_a_key_gives_its_first_result_again() -> None:
    with running_stripe() as simulator:
        client = client_of(simulator)
        first = client.v1.customers.create({"name": "Ann"}, {"idempotency_key": "one"})
        again = client.v1.customers.create({"name": "Ann"}, {"idempotency_key": "one"})
        assert first.id == again.id
        assert again.last_response is not None
        assert again.last_response.headers["Idempotent-Replayed"] == "true"
        assert len(client.v1.customers.list().data) == 1
        with pytest.raises(stripe.IdempotencyError):
            client.v1.customers.create({"name": "Bob"}, {"idempotency_key": "one"})


def test_a_key_is_free_again_after_a_bad_request_and_after_a_day() -> None:
    with running_stripe() as simulator:
        client = client_of(simulator)
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.subscriptions.cancel("sub_none", None, {"idempotency_key": "one"})
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.prices.create({"currency": "usd", "product": "none"}, {"idempotency_key": "one"})
        first = client.v1.customers.create({"name": "Ann"}, {"idempotency_key": "one"})
        simulator.advance(hours=25)
        assert client.v1.customers.create({"name": "Ann"}, {"idempotency_key": "one"}).id != first.id


def test_a_key_in_use_is_a_conflict() -> None:
    with running_stripe() as simulator:
        headers = {"Authorization": f"Bearer {simulator.api_key}", "Idempotency-Key": "one"}
        simulator.front.idempotency.in_use.add("one")
        answer = httpx.post(f"{simulator.url}/v1/customers", headers=headers, trust_env=False)
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "idempotency_key_in_use"
        simulator.front.idempotency.in_use.clear()
        assert httpx.post(f"{simulator.url}/v1/customers", headers=headers, trust_env=False).status_code == 200
