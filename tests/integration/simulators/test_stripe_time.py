"""Months pass at the simulated Stripe: renewals, retries, trials, cancellations, changes of plan."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stripe import StripeClient, Subscription

from simulators.stripe import FAILS_LATER_CARD, Habits, StripeSimulator, running_stripe
from tests.integration.simulators.money import client_of, make_price, open_plan

JANUARY_31 = 1801353600  # 2027-01-31T00:00Z
DAY = 86400


@pytest.fixture
def simulator() -> Iterator[StripeSimulator]:
    with running_stripe(hold_events=True, starts_at=JANUARY_31) as running:
        yield running


@pytest.fixture
def client(simulator: StripeSimulator) -> StripeClient:
    return client_of(simulator)


def subscribe(simulator: StripeSimulator, client: StripeClient, card: str = "4242 4242 4242 4242") -> str:
    session = simulator.pay(open_plan(client).id, card)
    simulator.take_events()
    return str(session["subscription"])


def read(client: StripeClient, subscription_id: str) -> Subscription:
    return client.v1.subscriptions.retrieve(subscription_id)


def types(simulator: StripeSimulator) -> list[str]:
    return [envelope.event_type for envelope in simulator.take_events()]


def test_the_period_rolls_before_the_payment(simulator: StripeSimulator, client: StripeClient) -> None:
    subscription_id = subscribe(simulator, client)
    simulator.advance(days=28)
    rolled = read(client, subscription_id)
    assert rolled["items"].data[0].current_period_start == JANUARY_31 + 28 * DAY
    assert rolled["items"].data[0].current_period_end == JANUARY_31 + 59 * DAY, "the 31st again"
    draft = client.v1.invoices.retrieve(str(rolled.latest_invoice))
    assert (draft.status, draft.billing_reason) == ("draft", "subscription_cycle")
    assert types(simulator) == ["invoice.upcoming", "invoice.created", "customer.subscription.updated"]
    simulator.advance(hours=1)
    assert client.v1.invoices.retrieve(draft.id).status == "paid"
    assert types(simulator)[-2:] == ["invoice.paid", "invoice.payment_succeeded"]


def test_the_period_may_roll_after_the_payment(simulator: StripeSimulator, client: StripeClient) -> None:
    subscription_id = subscribe(simulator, client)
    simulator.world.habits = Habits(rolls_before_payment=False)
    simulator.advance(days=28)
    assert types(simulator)[-1] == "customer.subscription.updated"
    assert client.v1.invoices.retrieve(str(read(client, subscription_id).latest_invoice)).status == "paid"


def test_a_failed_renewal_is_tried_again_three_times_and_then_ends_it(
    simulator: StripeSimulator, client: StripeClient
) -> None:
    subscription_id = subscribe(simulator, client, FAILS_LATER_CARD)
    simulator.advance(days=28, hours=1)
    behind = read(client, subscription_id)
    assert behind.status == "past_due"
    invoice_id = str(behind.latest_invoice)
    due = [client.v1.invoices.retrieve(invoice_id).next_payment_attempt]
    for days in (3, 5):
        simulator.advance(days=days)
        due.append(client.v1.invoices.retrieve(invoice_id).next_payment_attempt)
    first = JANUARY_31 + 28 * DAY + 3600
    assert due == [first + 3 * DAY, first + 8 * DAY, first + 15 * DAY]
    assert types(simulator).count("invoice.payment_failed") == 3
    simulator.advance(days=7)
    ended = read(client, subscription_id)
    assert (ended.status, client.v1.invoices.retrieve(invoice_id).status) == ("canceled", "open")
    assert ended.cancellation_details is not None
    assert ended.cancellation_details.reason == "payment_failed"


def test_after_the_retries_it_may_stay_unpaid_until_somebody_pays(
    simulator: StripeSimulator, client: StripeClient
) -> None:
    subscription_id = subscribe(simulator, client)
    simulator.habits.after_retries = "unpaid"
    simulator.fail_next_payment(str(read(client, subscription_id).customer), count=4)
    simulator.advance(days=28 + 16)
    unpaid = read(client, subscription_id)
    assert unpaid.status == "unpaid"
    simulator.pay_invoice(str(unpaid.latest_invoice))
    assert read(client, subscription_id).status == "active"


def test_one_refusal_is_made_good_by_the_first_retry(simulator: StripeSimulator, client: StripeClient) -> None:
    subscription_id = subscribe(simulator, client)
    simulator.fail_next_payment(str(read(client, subscription_id).customer))
    simulator.advance(days=29)
    assert read(client, subscription_id).status == "past_due"
    simulator.advance(days=3)
    assert read(client, subscription_id).status == "active"
    assert types(simulator)[-1] == "customer.updated"


def test_a_first_payment_that_never_comes_expires_after_23_hours(
    simulator: StripeSimulator, client: StripeClient
) -> None:
    session = open_plan(client)
    subscription_id = simulator.begin_unfinished(session.id)["id"]
    assert read(client, subscription_id).status == "incomplete"
    assert types(simulator)[-1] == "invoice.payment_action_required"
    simulator.advance(hours=24)
    assert read(client, subscription_id).status == "incomplete_expired"
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_a_first_payment_may_come_late(simulator: StripeSimulator, client: StripeClient) -> None:
    session = open_plan(client)
    subscription_id = simulator.begin_unfinished(session.id)["id"]
    simulator.advance(hours=22)
    assert simulator.pay(session.id)["subscription"] == subscription_id
    assert read(client, subscription_id).status == "active"


def test_a_trial_is_told_of_three_days_before_it_ends_and_then_paid(
    simulator: StripeSimulator, client: StripeClient
) -> None:
    session = simulator.pay(open_plan(client, trial_days=14).id)
    assert session["payment_status"] == "no_payment_required"
    subscription_id = session["subscription"]
    simulator.take_events()
    simulator.advance(days=11)
    assert types(simulator) == ["invoice.upcoming", "customer.subscription.trial_will_end"]
    assert read(client, subscription_id).status == "trialing"
    simulator.advance(days=3, hours=1)
    assert read(client, subscription_id).status == "active"
    newest = client.v1.invoices.list({"subscription": subscription_id}).data[0]
    assert (newest.status, newest.amount_paid) == ("paid", 9900)


def test_a_cancellation_waits_for_the_period_and_can_be_taken_back(
    simulator: StripeSimulator, client: StripeClient
) -> None:
    subscription_id = subscribe(simulator, client)
    client.v1.subscriptions.update(subscription_id, {"cancel_at_period_end": True})
    leaving = read(client, subscription_id)
    assert (leaving.status, leaving.cancel_at) == ("active", JANUARY_31 + 28 * DAY)
    client.v1.subscriptions.update(subscription_id, {"cancel_at_period_end": False})
    simulator.advance(days=29)
    assert read(client, subscription_id).status == "active"
    simulator.set_cancel_at_period_end(subscription_id)
    simulator.take_events()
    simulator.advance(days=40)
    assert (read(client, subscription_id).status, types(simulator)) == ("canceled", ["customer.subscription.deleted"])


def test_a_dearer_plan_half_way_costs_half_the_difference(simulator: StripeSimulator, client: StripeClient) -> None:
    subscription_id = subscribe(simulator, client)
    make_price(client, "plan_pro", 29900)
    simulator.advance(days=14)
    simulator.change_plan(subscription_id, "plan_pro")
    newest = client.v1.invoices.list({"subscription": subscription_id}).data[0]
    assert (newest.billing_reason, newest.status) == ("subscription_update", "paid")
    assert [line.amount for line in newest.lines.data] == [-4950, 14950]
    assert newest.amount_paid == 10000
    simulator.advance(days=15)
    assert client.v1.invoices.list({"subscription": subscription_id}).data[0].amount_paid == 29900


def test_a_cheaper_plan_leaves_a_credit_for_the_next_invoice(simulator: StripeSimulator, client: StripeClient) -> None:
    subscription_id = subscribe(simulator, client)
    make_price(client, "plan_tiny", 100)
    simulator.advance(days=14)
    simulator.change_plan(subscription_id, "plan_tiny")
    customer = client.v1.customers.retrieve(str(read(client, subscription_id).customer))
    assert customer.balance == -4900
    simulator.advance(days=15)
    newest = client.v1.invoices.list({"subscription": subscription_id}).data[0]
    assert (newest.status, newest.total, newest.amount_due, newest.ending_balance) == ("paid", 100, 0, -4800)


def test_a_pause_invoices_nothing(simulator: StripeSimulator, client: StripeClient) -> None:
    subscription_id = subscribe(simulator, client)
    simulator.pause(subscription_id)
    assert types(simulator) == ["customer.subscription.paused", "customer.subscription.updated"]
    simulator.advance(days=40)
    assert (read(client, subscription_id).status, types(simulator)) == ("paused", [])
    simulator.resume(subscription_id)
    assert read(client, subscription_id).status == "active"


@pytest.mark.parametrize(
    ("behavior", "status"), [("void", "void"), ("keep_as_draft", "draft"), ("mark_uncollectible", "uncollectible")]
)
def test_invoices_of_a_paused_collection_are_not_collected(
    simulator: StripeSimulator, client: StripeClient, behavior: str, status: str
) -> None:
    subscription_id = subscribe(simulator, client)
    simulator.pause_collection(subscription_id, behavior)
    simulator.advance(days=29)
    kept = read(client, subscription_id)
    assert kept.status == "active"
    assert client.v1.invoices.retrieve(str(kept.latest_invoice)).status == status
    simulator.resume_collection(subscription_id)
    simulator.advance(days=31)
    assert client.v1.invoices.retrieve(str(read(client, subscription_id).latest_invoice)).status == "paid"


def test_events_are_listed_for_thirty_days(simulator: StripeSimulator, client: StripeClient) -> None:
    customer = client.v1.customers.create({})
    simulator.advance(days=29)
    assert [event.type for event in client.v1.events.list().data] == ["customer.created"]
    simulator.advance(days=2)
    assert client.v1.events.list().data == []
    assert client.v1.customers.retrieve(customer.id).id == customer.id
