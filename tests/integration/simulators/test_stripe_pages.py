"""The simulated Stripe's pages, through their forms: checkout, portal, invoice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Unpack

import httpx
import pytest
from stripe import StripeClient
from stripe.params.billing_portal import (
    ConfigurationCreateParamsFeatures,
    ConfigurationCreateParamsFeaturesSubscriptionUpdate,
)

from simulators.stripe import DECLINED_CARD, FAILS_LATER_CARD, StripeSimulator, running_stripe
from tests.integration.simulators.money import client_of, make_price, open_pack, open_plan


@pytest.fixture
def simulator() -> Iterator[StripeSimulator]:
    with running_stripe(hold_events=True) as running:
        yield running


@pytest.fixture
def client(simulator: StripeSimulator) -> StripeClient:
    return client_of(simulator)


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as opened:
        yield opened


def press(browser: httpx.Client, page: httpx.Response, words: str, **filled: str) -> httpx.Response:
    """Press a button of a page, with its form's fields as they are or as filled in."""
    (form,) = [one for one in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if f">{words}</button>" in one]
    inputs = [dict(re.findall(r'(\w+)="([^"]*)"', one)) for one in re.findall(r"<input[^>]*>", form)]
    fields = {one["name"]: unescape(one.get("value", "")) for one in inputs}
    for select in re.findall(r'<select[^>]*name="(\w+)"><option value="([^"]*)"', form):
        fields[select[0]] = select[1]
    action = re.search(r'<form[^>]*action="([^"]*)"', form)
    return browser.post(page.url.join(action[1]) if action else page.url, data=fields | filled)


def open_portal(client: StripeClient, customer: str, **features: Unpack[ConfigurationCreateParamsFeatures]) -> str:
    allowed: ConfigurationCreateParamsFeatures = {
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "subscription_cancel": {"enabled": True},
    }
    configuration = client.v1.billing_portal.configurations.create({"features": {**allowed, **features}})
    return client.v1.billing_portal.sessions.create(
        {"customer": customer, "configuration": configuration.id, "return_url": "http://localhost:3000/billing"}
    ).url


def test_the_checkout_page_sells_and_sends_back(
    simulator: StripeSimulator, client: StripeClient, browser: httpx.Client
) -> None:
    session = open_plan(client)
    page = browser.get(str(session.url))
    assert "Test payments: no money moves" in page.text
    assert "plan_starter" in page.text
    assert "$99.00 per month" in page.text
    assert "http://localhost/billing?checkout=left" in page.text
    refused = press(browser, page, "Subscribe", card=DECLINED_CARD)
    assert refused.status_code == 402
    assert "Your card was declined." in refused.text
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    unknown = press(browser, refused, "Subscribe", card="1234")
    assert "no test card" in unknown.text
    done = press(browser, unknown, "Subscribe")
    assert (done.status_code, done.headers["location"]) == (303, f"http://localhost/billing?session_id={session.id}")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert "Already paid" in browser.get(str(session.url)).text


def test_a_guest_gives_an_address_and_pays_once(
    simulator: StripeSimulator, client: StripeClient, browser: httpx.Client
) -> None:
    session = open_pack(client)
    press(browser, browser.get(str(session.url)), "Pay", email="guest@example.com")
    details = client.v1.checkout.sessions.retrieve(session.id).customer_details
    assert details is not None
    assert details.email == "guest@example.com"


def test_an_expired_checkout_page_says_so(
    simulator: StripeSimulator, client: StripeClient, browser: httpx.Client
) -> None:
    session = open_plan(client)
    simulator.advance(days=2)
    assert browser.get(str(session.url)).status_code == 410


def test_a_plan_is_left_and_taken_up_again_in_the_portal(
    simulator: StripeSimulator, client: StripeClient, browser: httpx.Client
) -> None:
    session = simulator.pay(open_plan(client).id)
    page = browser.get(open_portal(client, session["customer"]))
    assert 'href="http://localhost:3000/billing">Return</a>' in page.text
    left = press(browser, page, "Cancel at period end")
    assert client.v1.subscriptions.retrieve(session["subscription"]).cancel_at_period_end
    again = browser.get(page.url.join(left.headers["location"]))
    assert "Your plan ends with the current period." in again.text
    press(browser, again, "Resume plan")
    assert not client.v1.subscriptions.retrieve(session["subscription"]).cancel_at_period_end


def test_a_new_card_pays_the_invoice_that_the_old_one_did_not(
    simulator: StripeSimulator, client: StripeClient, browser: httpx.Client
) -> None:
    session = simulator.pay(open_plan(client).id, FAILS_LATER_CARD)
    simulator.advance(days=32)
    assert client.v1.subscriptions.retrieve(session["subscription"]).status == "past_due"
    page = browser.get(open_portal(client, session["customer"]))
    assert "Status: past due" in page.text
    refused = press(browser, page, "Change card", card="4000 0000 0000 0000")
    assert 'role="alert"' in refused.text
    changed = browser.get(page.url.join(press(browser, page, "Change card").headers["location"]))
    assert "ending in 4242" in changed.text
    press(browser, changed, "Pay $99.00")
    assert client.v1.subscriptions.retrieve(session["subscription"]).status == "active"


def test_another_plan_is_chosen_in_the_portal(
    simulator: StripeSimulator, client: StripeClient, browser: httpx.Client
) -> None:
    session = simulator.pay(open_plan(client).id)
    price = client.v1.prices.retrieve(make_price(client, "plan_pro", 29900))
    offers: ConfigurationCreateParamsFeaturesSubscriptionUpdate = {
        "enabled": True,
        "default_allowed_updates": ["price"],
        "proration_behavior": "always_invoice",
        "products": [{"product": str(price.product), "prices": [price.id]}],
    }
    page = browser.get(open_portal(client, session["customer"], subscription_update=offers))
    assert press(browser, page, "Change plan").status_code == 303
    part = client.v1.subscriptions.retrieve(session["subscription"])["items"].data[0]
    assert part.price.lookup_key == "plan_pro"


def test_a_portal_allows_only_its_own_customer_what_its_configuration_allows(
    simulator: StripeSimulator, client: StripeClient, browser: httpx.Client
) -> None:
    session = simulator.pay(open_plan(client).id)
    stranger = client.v1.customers.create({}).id
    url = open_portal(client, stranger, payment_method_update={"enabled": False})
    assert "Change card" not in browser.get(url).text
    assert "not allowed" in browser.post(f"{url}/card", data={"card": "4242424242424242"}).text
    answer = browser.post(f"{url}/cancel", data={"subscription": session["subscription"]})
    assert "somebody else" in answer.text
    assert not client.v1.subscriptions.retrieve(session["subscription"]).cancel_at_period_end
    simulator.advance(hours=2)
    assert browser.get(url).status_code == 410


def test_an_open_invoice_is_paid_on_its_page(
    simulator: StripeSimulator, client: StripeClient, browser: httpx.Client
) -> None:
    session = simulator.pay(open_plan(client).id, FAILS_LATER_CARD)
    simulator.advance(days=32)
    invoice = client.v1.invoices.list({"subscription": session["subscription"], "status": "open"}).data[0]
    page = browser.get(str(invoice.hosted_invoice_url))
    assert "$99.00" in page.text
    assert press(browser, page, "Pay $99.00", card=DECLINED_CARD).status_code == 402
    press(browser, page, "Pay $99.00")
    assert client.v1.invoices.retrieve(invoice.id).status == "paid"
    assert client.v1.subscriptions.retrieve(session["subscription"]).status == "active"
    assert "Paid" in browser.get(str(invoice.hosted_invoice_url)).text


def test_names_of_products_are_text_and_no_markup(
    simulator: StripeSimulator, client: StripeClient, browser: httpx.Client
) -> None:
    price = make_price(client, "<b>bold</b>", 100, monthly=False)
    session = client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [{"price": price, "quantity": 1}],
            "success_url": "http://localhost",
            "cancel_url": "javascript:alert(1)",
        }
    )
    page = browser.get(str(session.url)).text
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "javascript:" not in page


def test_there_is_nothing_elsewhere(simulator: StripeSimulator, browser: httpx.Client) -> None:
    for path in ("/", "/c/pay/cs_test_none", "/p/session/none", "/i/none"):
        assert browser.get(simulator.url + path).status_code == 404
