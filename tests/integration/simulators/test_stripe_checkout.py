"""The simulated Stripe through the real library: catalog, checkout sessions and what a payment makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import stripe
from stripe import StripeClient

from simulators.stripe import DECLINED_CARD, StripeRefusal, StripeSimulator, running_stripe
from tests.integration.simulators.money import client_of, make_price, open_pack, open_plan


@pytest.fixture
def simulator() -> Iterator[StripeSimulator]:
    with running_stripe(hold_events=True) as running:
        yield running


@pytest.fixture
def client(simulator: StripeSimulator) -> StripeClient:
    return client_of(simulator)


def types(simulator: StripeSimulator) -> list[str]:
    return [envelope.event_type for envelope in simulator.take_events()]


def test_a_paid_checkout_leaves_a_subscription_that_runs_and_an_invoice_that_is_paid(
    simulator: StripeSimulator, client: StripeClient
) -> None:
    session = open_plan(client)
    assert (session.status, session.payment_status, session.ui_mode) == ("open", "unpaid", "hosted_page")
    simulator.take_events()
    simulator.pay(session.id)
    done = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items", "subscription", "invoice"]})
    assert (done.status, done.payment_status, done.url, done.payment_intent) == ("complete", "paid", None, None)
    assert done.line_items is not None
    assert done.line_items.data[0].price is not None
    assert done.line_items.data[0].price.lookup_key == "plan_starter"
    subscription = done.subscription
    assert isinstance(subscription, stripe.Subscription)
    assert subscription.status == "active"
    assert subscription.metadata.to_dict() == {"account_id": "7", "plan": "starter"}
    part = subscription["items"].data[0]
    assert 28 <= (part.current_period_end - part.current_period_start) / 86400 <= 31
    assert types(simulator) == [
        "payment_method.attached",
        "invoice.created",
        "customer.subscription.created",
        "invoice.finalized",
        "payment_intent.created",
        "customer.updated",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
        "checkout.session.completed",
    ]


def test_an_invoice_names_its_subscription_and_the_period_of_each_line(
    simulator: StripeSimulator, client: StripeClient
) -> None:
    session = simulator.pay(open_plan(client).id)
    (invoice,) = client.v1.invoices.list({"subscription": session["subscription"]}).data
    assert (invoice.status, invoice.billing_reason, invoice.amount_paid) == ("paid", "subscription_create", 9900)
    assert "subscription" not in invoice
    assert invoice.parent is not None
    assert invoice.parent.subscription_details is not None
    assert invoice.parent.subscription_details.subscription == session["subscription"]
    assert invoice.parent.subscription_details.metadata is not None
    assert invoice.parent.subscription_details.metadata["plan"] == "starter"
    assert invoice.period_start == invoice.period_end
    line = invoice.lines.data[0]
    assert line.period.end > line.period.start == invoice.created
    assert "payments" not in invoice
    full = client.v1.invoices.retrieve(invoice.id, {"expand": ["payments.data.payment.payment_intent"]})
    assert full.payments is not None
    intent = full.payments.data[0].payment.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert intent.status == "succeeded"


def test_a_declined_card_leaves_the_session_open_and_no_subscription(
    simulator: StripeSimulator, client: StripeClient
) -> None:
    session = open_plan(client)
    with pytest.raises(StripeRefusal, match="declined"):
        simulator.pay(session.id, card=DECLINED_CARD)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert client.v1.subscriptions.list({"status": "all"}).data == []
    simulator.pay(session.id)
    assert len(client.v1.subscriptions.list({"status": "all"}).data) == 1


def test_a_pack_is_paid_once_and_its_metadata_stays_on_the_intent(
    simulator: StripeSimulator, client: StripeClient
) -> None:
    session = simulator.pay(open_pack(client, 4900, quantity=2).id)
    assert (session["payment_status"], session["amount_total"], session["customer"]) == ("paid", 9800, None)
    intent = client.v1.payment_intents.retrieve(session["payment_intent"])
    assert (intent.amount_received, intent.metadata.to_dict()) == (9800, {"pack": "pack_50"})
    (charge,) = client.v1.charges.list({"payment_intent": intent.id}).data
    assert charge.paid


@pytest.mark.parametrize(("succeeded", "status"), [(True, "paid"), (False, "unpaid")])
def test_a_debit_is_settled_after_the_session_completed(
    simulator: StripeSimulator, client: StripeClient, succeeded: bool, status: str
) -> None:
    session = open_pack(client)
    assert simulator.pay_by_bank(session.id)["payment_status"] == "unpaid"
    assert types(simulator)[-1] == "checkout.session.completed"
    simulator.settle_payment(session.id, succeeded=succeeded)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == status
    word = "succeeded" if succeeded else "failed"
    assert types(simulator)[-1] == f"checkout.session.async_payment_{word}"


def test_a_session_expires_after_a_day(simulator: StripeSimulator, client: StripeClient) -> None:
    session = open_pack(client)
    simulator.advance(hours=23)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    simulator.advance(hours=2)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    with pytest.raises(StripeRefusal, match="expired"):
        simulator.pay(session.id)


def test_a_lookup_key_moves_to_the_new_price_only_when_asked(client: StripeClient) -> None:
    old = make_price(client, "plan_pro", 29900)
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        make_price(client, "plan_pro", 31900)
    product = client.v1.prices.retrieve(old).product
    assert isinstance(product, str)
    new = client.v1.prices.create(
        {
            "product": product,
            "currency": "usd",
            "unit_amount": 31900,
            "recurring": {"interval": "month"},
            "lookup_key": "plan_pro",
            "transfer_lookup_key": True,
        }
    )
    (found,) = client.v1.prices.list({"lookup_keys": ["plan_pro"], "active": True}).data
    assert found.id == new.id
    assert client.v1.prices.retrieve(old).lookup_key is None


def test_lists_come_newest_first_in_pages(client: StripeClient) -> None:
    made = [client.v1.customers.create({"name": f"customer {number}"}).id for number in range(7)]
    page = client.v1.customers.list({"limit": 3})
    assert page.has_more
    assert [customer.id for customer in page.auto_paging_iter()] == made[::-1]


def test_errors_are_those_of_stripe(simulator: StripeSimulator, client: StripeClient) -> None:
    nicknamed: Any = {"nickname": "x"}
    with pytest.raises(stripe.InvalidRequestError) as unknown:
        client.v1.customers.create(nicknamed)
    assert (unknown.value.code, unknown.value.param) == ("parameter_unknown", "nickname")
    with pytest.raises(stripe.InvalidRequestError) as missing:
        client.v1.checkout.sessions.create({"mode": "payment", "success_url": "http://localhost"})
    assert (missing.value.http_status, missing.value.param) == (400, "line_items")
    with pytest.raises(stripe.InvalidRequestError, match="x@y") as odd:
        client.v1.customers.create({"email": "x@y"})
    assert (odd.value.code, odd.value.param) == ("email_invalid", "email")
    with pytest.raises(stripe.InvalidRequestError) as gone:
        client.v1.subscriptions.retrieve("sub_none")
    assert (gone.value.http_status, gone.value.code) == (404, "resource_missing")
    assert gone.value.request_id is not None
    with pytest.raises(stripe.AuthenticationError):
        client_of(simulator, "sk_test_other").v1.customers.list()
    key = simulator.make_restricted_key("customer_read")
    assert client_of(simulator, key).v1.customers.list().data == []
    with pytest.raises(stripe.PermissionError, match="rak_customer_write"):
        client_of(simulator, key).v1.customers.create({})


def test_amounts_of_the_clients_choice_are_refused(client: StripeClient) -> None:
    price = {"currency": "usd", "unit_amount": 1, "product_data": {"name": "cheap"}}
    cheap: Any = [{"price_data": price, "quantity": 1}]
    with pytest.raises(stripe.InvalidRequestError, match="price_data"):
        client.v1.checkout.sessions.create({"mode": "payment", "success_url": "http://localhost", "line_items": cheap})


def test_a_deleted_customer_has_no_subscription_and_buys_nothing(
    simulator: StripeSimulator, client: StripeClient
) -> None:
    session = simulator.pay(open_plan(client).id)
    simulator.take_events()
    client.v1.customers.delete(session["customer"])
    assert types(simulator) == ["customer.subscription.deleted", "customer.deleted"]
    assert client.v1.customers.retrieve(session["customer"]).deleted
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        client.v1.billing_portal.sessions.create({"customer": session["customer"]})
