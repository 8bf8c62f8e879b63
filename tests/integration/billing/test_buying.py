"""From a checkout to credits and rights: what is bought comes once, and goes on as Stripe says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from simulators.stripe import StripeRefusal
from tests.integration.billing.conftest import Buyer, Site

TRIAL = 5


def test_pack_brings_its_credits_once(site: Site, buyer: Buyer) -> None:
    buyer.buy_pack()
    assert buyer.balance == TRIAL
    events = site.stripe.take_events()
    site.deliver(events)
    assert buyer.balance == TRIAL + 50
    site.deliver(events)
    assert buyer.balance == TRIAL + 50
    [sale] = buyer.person.ask("GET", "/api/billing/invoices").json()["packs"]
    assert (sale["status"], sale["credits"], sale["amount_cents"]) == ("paid", 50, 4900)


def test_plan_brings_its_month_and_its_rights(site: Site, buyer: Buyer) -> None:
    buyer.subscribe("pro")
    site.deliver()
    standing = buyer.standing
    assert (standing["plan"]["plan"], standing["subscription"]["status"]) == ("pro", "active")
    assert (standing["is_configured"], standing["is_test"], standing["notice"]) == (True, True, None)
    assert buyer.balance == TRIAL + 100
    [invoice] = buyer.person.ask("GET", "/api/billing/invoices").json()["items"]
    assert (invoice["status"], invoice["plan"], invoice["credits"], invoice["amount_paid_cents"]) == (
        "paid",
        "pro",
        100,
        39900,
    )


def test_plan_for_one_area_is_for_the_one_chosen(site: Site, buyer: Buyer) -> None:
    buyer.subscribe("starter", metro="austin")
    site.deliver()
    assert (buyer.standing["plan"]["metro"], buyer.balance) == ("austin", TRIAL + 25)
    changed = buyer.person.ask("PUT", "/api/billing/metro", json={"metro": "houston"})
    assert (changed.status_code, changed.json()["plan"]["metro"]) == (200, "houston")
    assert (
        buyer.person.ask("PUT", "/api/billing/metro", json={"metro": "dallas_fort_worth"}).json()["code"]
        == "metro_fixed"
    )


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"kind": "pack", "pack": "pack_50", "quantity": 3}, 422, "quantity"),
        ({"kind": "pack", "pack": "pack_50", "price": "price_1"}, 422, "price"),
        ({"kind": "pack", "pack": "pack_50", "credits": 5000}, 422, "credits"),
        ({"kind": "pack", "pack": "pack_51"}, 422, "pack"),
        ({"kind": "plan", "plan": "trial"}, 422, "plan"),
        ({"kind": "plan", "plan": "starter"}, 422, "metro"),
        ({"kind": "plan", "plan": "pro", "metro": "austin"}, 422, "metro"),
        ({"kind": "plan", "plan": "pro", "amount_cents": 1}, 422, "amount_cents"),
        ({"kind": "gift"}, 422, None),
        ({}, 422, None),
    ],
)
def test_client_chooses_neither_price_nor_quantity(
    body: dict[str, Any], status: int, field: str | None, buyer: Buyer
) -> None:
    answer = buyer.person.ask("POST", "/api/billing/checkout", json=body)
    assert answer.status_code == status, answer.text
    assert field is None or field in answer.json()["field"]


def test_second_plan_is_a_conflict_and_says_the_way(site: Site, buyer: Buyer) -> None:
    buyer.subscribe("pro")
    site.deliver()
    answer = buyer.person.ask("POST", "/api/billing/checkout", json={"kind": "plan", "plan": "enterprise"})
    assert (answer.status_code, answer.json()["code"]) == (409, "already_subscribed")
    assert buyer.person.ask("POST", "/api/billing/portal").json()["url"].startswith(site.stripe.url)


def test_of_two_pages_for_a_plan_only_the_last_can_be_paid(site: Site, buyer: Buyer) -> None:
    first, second = (buyer.checkout(kind="plan", plan=plan) for plan in ("pro", "enterprise"))
    with pytest.raises(StripeRefusal, match=r"expired|no longer"):
        site.stripe.pay(first)
    site.stripe.pay(second)
    site.deliver()
    assert (buyer.standing["plan"]["plan"], buyer.balance) == ("enterprise", TRIAL + 2_000)


def test_portal_is_for_whoever_bought(buyer: Buyer) -> None:
    assert buyer.person.ask("POST", "/api/billing/portal").json()["code"] == "no_customer"


def test_same_checkout_asked_again_is_the_same_page(site: Site, buyer: Buyer) -> None:
    body = {"kind": "pack", "pack": "pack_50"}
    before = len(site.stripe.world.of("checkout.session"))
    with ThreadPoolExecutor(4) as asking:
        asked = [
            asking.submit(
                buyer.person.ask, "POST", "/api/billing/checkout", json=body, headers={"Idempotency-Key": "one"}
            )
            for _ in range(4)
        ]
        urls = {answer.result().json().get("url") for answer in asked}
    assert len(urls) == 1
    assert len(site.stripe.world.of("checkout.session")) == before + 1
    assert (
        len(
            [
                one
                for one in site.stripe.world.of("customer")
                if one["metadata"]["account_id"] == str(buyer.person.account_id)
            ]
        )
        == 1
    )


def test_every_renewal_brings_a_month_once(site: Site, buyer: Buyer) -> None:
    buyer.subscribe("pro")
    site.deliver()
    for month in (2, 3):
        site.stripe.advance(days=32)
        site.deliver()
        assert buyer.balance == TRIAL + 100 * month
    grants = [entry for entry in buyer.books["entries"] if entry[0] == "subscription_grant"]
    assert len({key for _, _, key in grants}) == len(grants) == 3


def test_period_that_rolls_before_its_payment_brings_nothing_yet(site: Site, buyer: Buyer) -> None:
    buyer.subscribe("pro")
    site.deliver()
    site.stripe.fail_next_payment(buyer.customer_id, count=1)
    site.stripe.advance(days=31)
    site.deliver()
    assert buyer.balance == TRIAL + 100
    assert buyer.standing["subscription"]["status"] in ("active", "past_due")


def test_failed_renewal_keeps_access_until_stripe_gives_up(site: Site, buyer: Buyer) -> None:
    buyer.subscribe("pro")
    site.deliver()
    site.stripe.fail_next_payment(buyer.customer_id, count=9)
    site.stripe.advance(days=32)
    site.deliver()
    standing = buyer.standing
    assert (standing["subscription"]["status"], standing["plan"]["plan"]) == ("past_due", "pro")
    assert standing["notice"]["kind"] == "past_due"
    assert standing["notice"]["url"].startswith(site.stripe.url)
    assert buyer.balance == TRIAL + 100
    site.stripe.advance(days=30)
    site.deliver()
    standing = buyer.standing
    assert (standing["subscription"]["status"], standing["plan"]["plan"]) == ("canceled", "lapsed")
    assert standing["notice"]["kind"] == "ended"


def test_paid_at_last_it_is_active_and_brings_its_month(site: Site, buyer: Buyer) -> None:
    buyer.subscribe("pro")
    site.deliver()
    site.stripe.fail_next_payment(buyer.customer_id, count=1)
    site.stripe.advance(days=32)
    site.deliver()
    assert buyer.standing["subscription"]["status"] == "past_due"
    site.stripe.advance(days=4)
    site.deliver()
    assert (buyer.standing["subscription"]["status"], buyer.balance) == ("active", TRIAL + 200)
    assert buyer.standing["notice"] is None


def test_cancellation_at_the_periods_end_can_be_taken_back(site: Site, buyer: Buyer) -> None:
    subscription_id = buyer.subscribe("pro")
    site.deliver()
    site.stripe.set_cancel_at_period_end(subscription_id)
    site.deliver()
    assert buyer.standing["notice"]["kind"] == "canceling"
    assert buyer.standing["plan"]["ends_at"] is not None
    site.stripe.set_cancel_at_period_end(subscription_id, False)
    site.deliver()
    assert (buyer.standing["notice"], buyer.standing["plan"]["ends_at"]) == (None, None)
    site.stripe.set_cancel_at_period_end(subscription_id)
    site.stripe.advance(days=32)
    site.deliver()
    assert buyer.standing["plan"]["plan"] == "lapsed"
    assert buyer.balance == TRIAL + 100


def test_incomplete_first_payment_gives_nothing_and_expires(site: Site, buyer: Buyer) -> None:
    session_id = buyer.checkout(kind="plan", plan="pro")
    site.stripe.begin_unfinished(session_id)
    site.deliver()
    assert (buyer.standing["plan"]["plan"], buyer.balance) == ("trial", TRIAL)
    assert buyer.standing["notice"]["kind"] == "incomplete"
    site.stripe.advance(hours=24)
    site.deliver()
    assert (buyer.standing["plan"]["plan"], buyer.standing["subscription"], buyer.balance) == ("trial", None, TRIAL)


@pytest.mark.parametrize("behavior", ["void", "keep_as_draft", "mark_uncollectible"])
def test_paused_collection_brings_no_credits(behavior: str, site: Site, buyer: Buyer) -> None:
    subscription_id = buyer.subscribe("pro")
    site.deliver()
    site.stripe.pause_collection(subscription_id, behavior)
    site.stripe.advance(days=32)
    site.deliver()
    assert (buyer.balance, buyer.standing["notice"]["kind"]) == (TRIAL + 100, "paused")
    site.stripe.resume_collection(subscription_id)
    site.stripe.advance(days=32)
    site.deliver()
    assert (buyer.balance >= TRIAL + 200, buyer.standing["notice"]) == (True, None)


def test_paused_subscription_gives_no_access(site: Site, buyer: Buyer) -> None:
    subscription_id = buyer.subscribe("pro")
    site.deliver()
    site.stripe.pause(subscription_id)
    site.deliver()
    assert (buyer.standing["plan"]["plan"], buyer.standing["notice"]["kind"]) == ("lapsed", "paused")
    site.stripe.resume(subscription_id)
    site.deliver()
    assert buyer.standing["plan"]["plan"] == "pro"


def test_upgrade_within_the_month_brings_the_difference_once(site: Site, buyer: Buyer) -> None:
    subscription_id = buyer.subscribe("starter", metro="austin")
    site.deliver()
    site.stripe.advance(days=15)
    site.stripe.change_plan(subscription_id, "plan_pro")
    events = site.stripe.take_events()
    site.deliver(events)
    assert buyer.standing["plan"]["plan"] == "pro"
    gained = buyer.balance - TRIAL - 25
    assert 30 <= gained <= 40  # about half of 75
    site.deliver(events)
    assert buyer.balance - TRIAL - 25 == gained


def test_plan_changed_to_and_fro_brings_no_more_than_the_larger_one_has(site: Site, buyer: Buyer) -> None:
    subscription_id = buyer.subscribe("starter", metro="austin")
    site.deliver()
    site.stripe.advance(days=3)
    for plan in ("plan_pro", "plan_starter") * 3:
        site.stripe.change_plan(subscription_id, plan)
        site.deliver()
    assert buyer.balance == TRIAL + 100


def test_deleted_customer_ends_the_plan_and_can_buy_again(site: Site, buyer: Buyer) -> None:
    buyer.subscribe("pro")
    site.deliver()
    site.stripe.delete_customer(buyer.customer_id)
    site.deliver()
    assert buyer.standing["plan"]["plan"] == "lapsed"
    buyer.buy_pack()
    site.deliver()
    assert buyer.balance == TRIAL + 150


def test_customer_that_was_made_but_not_written_down_is_adopted(site: Site, buyer: Buyer) -> None:
    session_id = buyer.checkout(kind="pack", pack="pack_50")
    site.change("lose_customer", account_id=buyer.person.account_id)
    site.stripe.pay(session_id)
    site.deliver()
    assert buyer.balance == TRIAL + 50


def test_price_changed_at_stripe_keeps_old_subscribers_plan(site: Site, buyer: Buyer) -> None:
    subscription_id = buyer.subscribe("pro")
    price = next(one for one in site.stripe.world.of("price") if one["lookup_key"] == "plan_pro")
    site.gateway.create(
        site.gateway.client.v1.prices.create,
        {
            "product": price["product"],
            "currency": "usd",
            "unit_amount": 44_900,
            "recurring": {"interval": "month"},
            "lookup_key": "plan_pro",
            "transfer_lookup_key": True,
            "metadata": {"plan": "pro"},
        },
        f"test-{subscription_id}",
    )
    site.stripe.advance(days=32)
    site.deliver()
    assert (buyer.standing["plan"]["plan"], buyer.balance) == ("pro", TRIAL + 200)
