"""Stripe that fails, hangs up and throttles: what is bought exists once, and nothing that was paid for is lost."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx
import pytest
import stripe
from pydantic import SecretStr

from leadledger.app import create_app
from leadledger.errors import Unavailable
from leadledger.jobs import billing_tasks
from leadledger.jobs.tasks import Place
from permit_leads.progress import Progress
from simulators.stripe.faults import ApiFaultKind
from tests.integration.api.conftest import serve
from tests.integration.billing.conftest import Buyer, Site
from tests.integration.billing.test_buying import TRIAL

PACK = {"kind": "pack", "pack": "pack_50"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    """The library waits milliseconds between its tries; faults of other tests are over."""
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.002)
    site.stripe.clear_faults()


def ask(buyer: Buyer, key: str) -> httpx.Response:
    return buyer.person.ask("POST", "/api/billing/checkout", json=PACK, headers={"Idempotency-Key": key})


def sessions(site: Site, buyer: Buyer) -> int:
    account = str(buyer.person.account_id)
    return sum(one["client_reference_id"] == account for one in site.stripe.world.of("checkout.session"))


def customers(site: Site, buyer: Buyer) -> int:
    account = str(buyer.person.account_id)
    return sum(one["metadata"].get("account_id") == account for one in site.stripe.world.of("customer"))


@pytest.mark.parametrize("path", ["/v1/customers", "/v1/checkout/sessions"])
@pytest.mark.parametrize("kind", ["conflict", "error", "lost_request", "lost_answer"])
def test_what_may_pass_by_itself_is_tried_again_under_one_key(
    kind: ApiFaultKind, path: str, site: Site, buyer: Buyer
) -> None:
    site.stripe.fail_api(kind, path, method="POST", count=2)
    assert ask(buyer, kind).status_code == 201
    assert (customers(site, buyer), sessions(site, buyer)) == (1, 1)


@pytest.mark.parametrize("path", ["/v1/customers", "/v1/checkout/sessions", "/v1/prices"])
def test_throttled_is_said_and_can_be_asked_again(path: str, site: Site, buyer: Buyer) -> None:
    site.stripe.fail_api("throttled", path)
    refused = ask(buyer, "one")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "nothing was charged" in refused.json()["message"]
    assert refused.headers["Retry-After"]
    assert ask(buyer, "one").status_code == 201
    assert (customers(site, buyer), sessions(site, buyer)) == (1, 1)


def test_failure_that_stripe_keeps_under_a_key_is_left_with_a_new_one(site: Site, buyer: Buyer) -> None:
    site.stripe.fail_api("error_after", "/v1/checkout/sessions")
    assert ask(buyer, "first").status_code == 503
    assert ask(buyer, "second").status_code == 201


def test_customer_whose_making_failed_for_good_can_be_made_soon(
    site: Site, buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.stripe.fail_api("error_after", "/v1/customers")
    assert ask(buyer, "first").status_code == 503
    monkeypatch.setattr("leadledger.billing.shop.KEY_SECONDS", 1e-6)  # as if five minutes had gone by
    assert ask(buyer, "first").status_code == 201


def test_key_that_may_not_enough_is_the_operators_matter(site: Site, buyer: Buyer) -> None:
    restricted = SecretStr(site.stripe.make_restricted_key("customer_write"))
    settings = site.settings.model_copy(update={"stripe_secret_key": restricted})
    with serve(create_app(settings)) as client:
        refused = client.post(
            "/api/billing/checkout", json=PACK, headers={"Authorization": f"Bearer {buyer.person.token}"}
        )
    assert (refused.status_code, refused.json()["code"]) == (409, "billing_not_configured")
    assert restricted.get_secret_value() not in refused.text


@pytest.mark.parametrize("kind", ["error", "throttled", "lost_answer"])
@pytest.mark.parametrize("path", ["/v1/customers/*", "/v1/subscriptions", "/v1/invoices", "/v1/checkout/sessions"])
def test_event_waits_for_stripe_and_is_settled_once(
    kind: ApiFaultKind, path: str, site: Site, buyer: Buyer, tmp_path: Path
) -> None:
    buyer.buy_pack()
    [event] = site.stripe.take_events("checkout.session.completed")
    site.stripe.take_events()
    assert site.post(event).status_code == 200
    place = Place(site.url, Progress(tmp_path / "log", sys.stderr), tmp_path)
    site.stripe.fail_api(kind, path, method="GET", count=50)
    with pytest.raises(Unavailable):
        billing_tasks.settle(place, site.gateway, event.event_id)
    assert buyer.balance == TRIAL
    site.stripe.clear_faults()
    assert billing_tasks.settle(place, site.gateway, event.event_id) == "applied"
    assert billing_tasks.settle(place, site.gateway, event.event_id) == "settled"
    assert buyer.balance == TRIAL + 50
