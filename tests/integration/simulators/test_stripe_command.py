"""The simulated Stripe as a program of its own: state that stays, controls over HTTP."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import stripe

from simulators.stripe import running_stripe
from simulators.stripe.__main__ import read_secrets
from tests.integration.simulators.money import client_of, open_plan
from tests.integration.simulators.test_stripe_webhooks import listening


@contextmanager
def started(*options: str) -> Iterator[str]:
    """The program, until it is told to stop; its address."""
    command = [sys.executable, "-m", "simulators.stripe", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            yield program.stdout.readline().split()[-1]
        finally:
            program.terminate()
            assert program.wait(10) == 0


def test_the_account_outlives_the_program(tmp_path: Path) -> None:
    options = ("--state", str(tmp_path / "stripe.json"), "--webhook-secret-file", str(tmp_path / "secret"))
    with started(*options) as url:
        client = stripe.StripeClient("sk_test_simulator", base_addresses={"api": url})
        session = open_plan(client)
        done = httpx.post(f"{url}/_control/pay", json={"session_id": session.id}, trust_env=False).json()
        again = client.v1.customers.create({}, {"idempotency_key": "one"}).id
    secret = (tmp_path / "secret").read_text().strip()
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
    with started(*options) as url:
        client = stripe.StripeClient("sk_test_simulator", base_addresses={"api": url})
        assert client.v1.subscriptions.retrieve(done["subscription"]).status == "active"
        assert client.v1.customers.create({}, {"idempotency_key": "one"}).id == again
        now = httpx.post(f"{url}/_control/advance", json={"days": 32}, trust_env=False).json()
        assert client.v1.subscriptions.retrieve(done["subscription"])["items"].data[0].current_period_end > now
    assert (tmp_path / "secret").read_text().strip() == secret


def test_a_delivery_that_waited_is_taken_up_again(tmp_path: Path) -> None:
    state = tmp_path / "stripe.json"
    with running_stripe(webhook_url="http://127.0.0.1:9/hook", state=state) as simulator:
        client_of(simulator).v1.customers.create({})
        secret = simulator.webhook_secrets[0]
    with listening() as listener, running_stripe(webhook_url=listener.url, state=state) as simulator:
        assert simulator.courier.wait_until_delivered()
        ((body, signature),) = listener.received
        assert stripe.Webhook.construct_event(body, signature, secret).type == "customer.created"


def test_a_state_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "stripe.json").write_text('{"format": 99}')
    with pytest.raises(ValueError, match="delete it"), running_stripe(state=tmp_path / "stripe.json"):
        pass


def test_the_newest_secret_stands_first_in_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("whsec_new\nwhsec_old\n")
    assert read_secrets(tmp_path / "secret") == ["whsec_new", "whsec_old"]
    assert read_secrets(None) == []


def test_controls_answer_on_loopback_names_to_json_only() -> None:
    with running_stripe(hold_events=True) as simulator, httpx.Client(base_url=simulator.url, trust_env=False) as http:
        customer = client_of(simulator).v1.customers.create({"metadata": {"account_id": "7", "more": "yes"}})
        port = simulator.url.rpartition(":")[2]
        assert http.get("/_control", headers={"Host": f"localhost:{port}"}).json()["now"] > 0
        assert http.get("/_control", headers={"Host": "stripe.example.com"}).status_code == 403
        assert http.get("/_control/held").json()[0]["type"] == "customer.created"
        assert http.get("/_control/none").status_code == 404
        form = http.post("/_control/advance", data={"days": "1"})
        assert form.status_code == 415
        (found,) = http.post("/_control/find", json={"kind": "customer", "metadata": {"account_id": "7"}}).json()
        assert found["id"] == customer.id
        assert http.post("/_control/fail_next_payment", json={"customer_id": customer.id}).status_code == 200
        assert http.post("/_control/advance", json={"weeks": 1}).status_code == 400
        assert http.post("/_control/get", json={"resource_id": "none"}).status_code == 404
        assert http.post("/_control/pay", json={"session_id": "none"}).json()["code"] == "resource_missing"
        assert http.post("/_control/stop", json={}).status_code == 404
        http.post("/_control/set_habits", json={"after_retries": "unpaid"})
        assert simulator.habits.after_retries == "unpaid"
