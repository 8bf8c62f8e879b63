"""Money that comes later, or goes back: credits follow it, and the balance never goes below zero."""

from __future__ import annotations

from tests.integration.billing.conftest import Buyer, Site
from tests.integration.billing.test_buying import TRIAL


def test_debit_that_comes_later_brings_credits_when_it_comes(site: Site, buyer: Buyer) -> None:
    session_id = buyer.checkout(kind="pack", pack="pack_50")
    site.stripe.pay_by_bank(session_id)
    site.deliver()
    assert (buyer.balance, buyer.books["packs"][0]["status"]) == (TRIAL, "waiting")
    site.stripe.settle_payment(session_id, succeeded=True)
    site.deliver()
    assert (buyer.balance, buyer.books["packs"][0]["status"]) == (TRIAL + 50, "paid")


def test_debit_that_fails_brings_none(site: Site, buyer: Buyer) -> None:
    session_id = buyer.checkout(kind="pack", pack="pack_50")
    site.stripe.pay_by_bank(session_id)
    site.deliver()
    site.stripe.settle_payment(session_id, succeeded=False)
    site.deliver()
    assert (buyer.balance, buyer.books["packs"][0]["status"]) == (TRIAL, "failed")


def test_refunded_pack_is_taken_back_in_parts(site: Site, buyer: Buyer) -> None:
    payment = buyer.payment_of(buyer.buy_pack())
    site.deliver()
    site.stripe.refund(payment, 2450)
    site.deliver()
    assert buyer.balance == TRIAL + 25
    second = site.stripe.refund(payment)
    site.deliver()
    assert buyer.balance == TRIAL
    site.stripe.fail_refund(second["id"])
    site.deliver()
    assert buyer.balance == TRIAL + 25


def test_refund_of_spent_credits_never_goes_below_zero(site: Site, buyer: Buyer) -> None:
    payment = buyer.payment_of(buyer.buy_pack())
    site.deliver()
    site.change("spend", account_id=buyer.person.account_id, amount=45, key="test:spend")
    site.stripe.refund(payment)
    site.deliver()
    assert buyer.balance == 0
    [reversal] = buyer.books["reversals"]
    assert (reversal["taken"], reversal["missing"]) == (10, 40)


def test_dispute_takes_and_a_won_one_gives_back(site: Site, buyer: Buyer) -> None:
    payment = buyer.payment_of(buyer.buy_pack())
    site.deliver()
    dispute = site.stripe.dispute(payment)
    site.deliver()
    assert buyer.balance == TRIAL
    site.stripe.close_dispute(dispute["id"], "won")
    site.deliver()
    assert buyer.balance == TRIAL + 50


def test_lost_dispute_stays_taken(site: Site, buyer: Buyer) -> None:
    payment = buyer.payment_of(buyer.buy_pack())
    site.deliver()
    dispute = site.stripe.dispute(payment)
    site.stripe.close_dispute(dispute["id"], "lost")
    site.deliver()
    assert buyer.balance == TRIAL
