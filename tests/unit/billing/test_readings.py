"""What Stripe's objects say, as rows of ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadledger.billing import readings
from leadledger.billing.readings import Reversal, Share

START = datetime(2026, 11, 1, tzinfo=UTC)
MONTH = 30 * 86_400
CREDITS = {"starter": 25, "pro": 100}


def share(plan: str, days: float, *, sign: int = 1, is_proration: bool = True) -> Share:
    return Share(plan, START, START + timedelta(days=days), is_proration, sign)


def reversal(number: int, cents: int, *, is_in_force: bool = True) -> Reversal:
    return Reversal(f"re_{number}", "refund", "succeeded", cents, is_in_force, START + timedelta(minutes=number))


def test_upgrade_in_mid_month_brings_the_difference_for_the_rest() -> None:
    shares = [share("starter", 15, sign=-1), share("pro", 15)]
    assert readings.credits_of_change(shares, CREDITS, MONTH) == 37  # half of 100 less half of 25


def test_downgrade_takes_nothing() -> None:
    assert readings.credits_of_change([share("pro", 15, sign=-1), share("starter", 15)], CREDITS, MONTH) == 0


def test_whole_periods_are_no_change() -> None:
    assert readings.credits_of_change([share("pro", 30, is_proration=False)], CREDITS, MONTH) == 0


def test_whole_refund_takes_all_and_half_takes_half() -> None:
    assert readings.credits_to_take(50, 4900, [reversal(1, 4900)]) == {"re_1": 50}
    assert readings.credits_to_take(50, 4900, [reversal(1, 2450)]) == {"re_1": 25}


def test_failed_refund_takes_nothing() -> None:
    assert readings.credits_to_take(50, 4900, [reversal(1, 4900, is_in_force=False)]) == {"re_1": 0}


@given(
    st.integers(1, 1_000),
    st.integers(1, 100_000),
    st.lists(st.tuples(st.integers(1, 100_000), st.booleans()), max_size=8),
)
def test_reversals_together_never_take_more_than_was_sold(sold: int, cents: int, asked: list[tuple[int, bool]]) -> None:
    reversals = [reversal(number, amount, is_in_force=good) for number, (amount, good) in enumerate(asked)]
    taken = readings.credits_to_take(sold, cents, reversals)
    in_force = sum(one.amount_cents for one in reversals if one.is_in_force)
    assert all(credit >= 0 for credit in taken.values())
    assert sum(taken.values()) == sold * min(in_force, cents) // cents


@pytest.mark.parametrize(
    ("status", "is_in_force"),
    [
        ("needs_response", True),
        ("under_review", True),
        ("lost", True),
        ("won", False),
        ("warning_needs_response", False),
    ],
)
def test_dispute_holds_the_money_until_it_is_won(status: str, is_in_force: bool) -> None:
    dispute = {"id": "dp_1", "status": status, "amount": 4900, "created": 1_790_000_000}
    assert readings.read_dispute(dispute).is_in_force is is_in_force


def session(**more: Any) -> dict[str, Any]:
    return {
        "id": "cs_test_1",
        "mode": "payment",
        "status": "complete",
        "payment_status": "paid",
        "payment_intent": "pi_1",
        "amount_total": 4900,
        "currency": "usd",
        "created": 1_790_000_000,
        "metadata": {"pack": "pack_50", "credits": "50"},
        **more,
    }


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, "paid"),
        ({"payment_status": "unpaid"}, "waiting"),
        ({"payment_status": "no_payment_required"}, "paid"),
        ({"status": "expired", "payment_status": "unpaid"}, "expired"),
    ],
)
def test_pack_is_sold_when_its_money_has_come(more: dict[str, Any], status: str) -> None:
    sale = readings.read_pack_sale(session(**more))
    assert sale is not None
    assert (sale["status"], sale["credits"]) == (status, 50)


@pytest.mark.parametrize("more", [{"status": "open"}, {"mode": "subscription"}, {"metadata": {}}])
def test_checkout_that_sold_no_pack_is_none(more: dict[str, Any]) -> None:
    assert readings.read_pack_sale(session(**more)) is None


@pytest.mark.parametrize("written", [None, "", "0", "-5", "fifty", "5.0", "٥٠", "9999999", "1" * 5_000])
def test_pack_without_a_number_of_credits_is_read_and_has_none(written: str | None) -> None:
    sale = readings.read_pack_sale(session(metadata={"pack": "pack_50", "credits": written}))
    assert sale is not None
    assert sale["credits"] is None


def test_checkout_without_amount_or_currency_is_read() -> None:
    sale = readings.read_pack_sale(session(amount_total=None, currency=None))
    assert sale is not None
    assert (sale["amount_cents"], sale["currency"]) == (0, "")


def subscription(*prices: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    lines = [{"price": price, "current_period_start": 1, "current_period_end": 2} for price in prices]
    return {"id": "sub_1", "status": "active", "items": {"data": lines}, **more}


def test_plan_is_found_beside_another_line() -> None:
    extra, ours = {"id": "price_2", "lookup_key": "support"}, {"id": "price_1", "metadata": {"plan": "pro"}}
    assert readings.read_subscription(subscription(extra, ours), [])["plan"] == "pro"


@pytest.mark.parametrize("odd", [subscription(), subscription(None), subscription({"id": "price_1"})])
def test_subscription_without_lines_or_prices_has_no_plan(odd: dict[str, Any]) -> None:
    assert readings.read_subscription(odd, [])["plan"] is None


def test_old_price_keeps_its_plan_when_its_lookup_key_moved_on() -> None:
    assert readings.plan_of_price({"lookup_key": None, "metadata": {"plan": "pro"}}) == "pro"
    assert readings.plan_of_price({"lookup_key": "plan_pro", "metadata": {}}) == "pro"
    assert readings.plan_of_price({"lookup_key": None, "metadata": {}}) is None


def test_customer_is_known_of_most_objects() -> None:
    assert readings.customer_of({"object": "customer", "id": "cus_1"}) == "cus_1"
    assert readings.customer_of({"object": "invoice", "customer": {"id": "cus_2"}}) == "cus_2"
    assert readings.customer_of({"object": "refund", "id": "re_1"}) is None
