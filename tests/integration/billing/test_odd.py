"""What nobody foresaw at Stripe: it stays the matter of one event and one customer, and somebody is told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
import stripe

from leadledger.billing import reconciling, shop
from leadledger.billing.gateway import Gateway
from leadledger.errors import Unavailable
from leadledger.jobs import billing_tasks
from leadledger.jobs.tasks import Place
from leadledger.mail import make_mailer
from permit_leads.progress import Progress
from permit_leads.store import db
from simulators.stripe.envelopes import put_in_envelope
from tests.integration.billing.conftest import QUERIES, Buyer, Site
from tests.integration.billing.test_buying import TRIAL


def reconcile(site: Site, account_id: UUID | None = None) -> reconciling.Tally:
    with closing(db.connect(site.url)) as conn:
        return reconciling.reconcile(conn, site.gateway, account_id)


def open_differences(site: Site, buyer: Buyer) -> list[tuple[Any, ...]]:
    return site.ask("open_differences", account_id=buyer.person.account_id)


@pytest.fixture
def desk(site: Site, tmp_path: Path) -> billing_tasks.Desk:
    place = Place(site.url, Progress(tmp_path / "log", sys.stderr), tmp_path)
    return billing_tasks.Desk(place, site.gateway, make_mailer(site.settings), "https://app.example.com")


@pytest.fixture
def poison(site: Site, buyer: Buyer) -> Iterator[str]:
    """A checkout of a shape that nobody foresaw, and the event of it, kept; the event."""
    session = site.stripe.world.resources[buyer.buy_pack()]
    created, session["created"] = session["created"], "last Tuesday"
    [event] = site.stripe.take_events("checkout.session.completed")
    site.stripe.take_events()
    assert site.post(event).status_code == 200
    yield event.event_id
    session["created"] = created
    site.settle()


def test_event_that_cannot_be_read_is_noted_and_stops_no_other(
    site: Site, poison: str, desk: billing_tasks.Desk
) -> None:
    other = site.enter()
    other.buy_pack()
    for event in site.stripe.take_events():
        assert site.post(event).status_code == 200
    site.change("let_time_pass")
    billing_tasks.sweep(desk)
    assert other.balance == TRIAL + 50
    [(attempts, error)] = site.ask("failure", event_id=poison)
    assert (attempts, error.startswith("TypeError: ")) == (1, True)


def test_customer_who_cannot_be_compared_is_told_and_stops_no_other(site: Site, buyer: Buyer, poison: str) -> None:
    others = [site.enter() for _ in range(4)]  # ids at Stripe are drawn: some come before, some after
    for other in others:
        other.buy_pack()
    site.stripe.take_events()
    tally = reconcile(site)
    assert [one.kind for one in tally.open if one.object_id == buyer.customer_id] == ["comparison"]
    assert open_differences(site, buyer) == [("comparison", buyer.customer_id)]
    assert [other.balance for other in others] == [TRIAL + 50] * 4
    del poison


def test_customer_who_can_be_compared_again_is_no_difference(site: Site, buyer: Buyer) -> None:
    session = site.stripe.world.resources[buyer.buy_pack()]
    created, session["created"] = session["created"], "last Tuesday"
    assert reconcile(site, buyer.person.account_id).open != []
    session["created"] = created
    assert reconcile(site, buyer.person.account_id).open == []
    assert open_differences(site, buyer) == []
    assert buyer.balance == TRIAL + 50


def test_pack_whose_credits_cannot_be_read_is_told_and_stops_no_other_purchase(site: Site, buyer: Buyer) -> None:
    odd = buyer.buy_pack()
    site.stripe.world.resources[odd]["metadata"]["credits"] = "many"
    buyer.buy_pack()
    site.deliver()
    assert buyer.balance == TRIAL + 50
    assert [(one.kind, one.object_id) for one in reconcile(site, buyer.person.account_id).open] == [("pack", odd)]


def test_sweep_gives_up_while_stripe_is_away(
    site: Site, buyer: Buyer, desk: billing_tasks.Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(6):
        buyer.buy_pack()
    for event in site.stripe.take_events():
        assert site.post(event).status_code == 200
    site.change("let_time_pass")
    asked = []

    def away(*_: object, **__: object) -> None:
        asked.append(1)
        raise Unavailable("Stripe does not answer now")

    with monkeypatch.context() as patched:
        patched.setattr(Gateway, "read", away)
        billing_tasks.sweep(desk)
    assert len(asked) == billing_tasks.AWAY
    site.settle()
    assert buyer.balance == TRIAL + 300


def test_nobody_waits_for_stripe_with_his_claims(site: Site, buyer: Buyer, monkeypatch: pytest.MonkeyPatch) -> None:
    buyer.subscribe("pro")
    site.stripe.refund(buyer.payment_of(buyer.buy_pack()), 490)
    real, looked = Gateway.read_all, []

    def read_all(self: Gateway, *listing: Any, **more: Any) -> Any:
        with psycopg.connect(site.url) as claiming:  # raises where the account is held
            looked.append(claiming.execute(QUERIES["claim_lock"], {"account_id": buyer.person.account_id}).fetchone())
        return real(self, *listing, **more)

    monkeypatch.setattr(Gateway, "read_all", read_all)
    site.deliver()
    reconcile(site, buyer.person.account_id)
    assert len(looked) > 8
    assert all(looked)


def test_two_subscriptions_that_run_at_once_are_told(site: Site, buyer: Buyer) -> None:
    buyer.subscribe("pro")
    known = site.gateway.client.v1
    price = next(one for one in site.stripe.world.of("price") if one["lookup_key"] == "plan_pro")
    wanted = {"customer": buyer.customer_id, "items": [{"price": price["id"]}]}
    site.gateway.create(known.subscriptions.create, wanted, f"second-{buyer.customer_id}")
    site.deliver()
    assert [(one.kind, one.object_id) for one in reconcile(site, buyer.person.account_id).open] == [
        ("twice", buyer.customer_id)
    ]


def test_who_pays_for_an_account_that_is_gone_is_told(site: Site) -> None:
    known = site.gateway.client.v1
    price = next(one for one in site.stripe.world.of("price") if one["lookup_key"] == "plan_pro")
    about = {"account_id": str(uuid4())}
    customer = site.gateway.create(known.customers.create, {"metadata": about}, "stranger")
    wanted = {"customer": customer["id"], "items": [{"price": price["id"]}], "trial_period_days": 7, "metadata": about}
    subscription = site.gateway.create(known.subscriptions.create, wanted, "of-a-stranger")
    one = next(one for one in reconcile(site).open if one.kind == "stranger")
    assert (one.object_id, one.theirs) == (customer["id"], {"subscription": subscription["id"]})
    site.gateway.create(partial(known.subscriptions.cancel, subscription["id"]), {}, "ended-by-hand")
    assert not any(one.kind == "stranger" for one in reconcile(site).open)


def test_customer_whom_our_books_lost_is_written_down_again(site: Site, buyer: Buyer) -> None:
    buyer.subscribe("pro")
    site.deliver()
    site.change("lose_customer", account_id=buyer.person.account_id)
    assert reconcile(site).mended == 1
    tally = reconcile(site, buyer.person.account_id)
    assert (tally.customers, tally.found) == (1, 0)


def test_customer_made_anew_is_no_difference_for_ever(site: Site, buyer: Buyer) -> None:
    buyer.subscribe("pro")
    buyer.buy_pack()
    site.deliver()
    site.stripe.delete_customer(buyer.customer_id)
    site.deliver()
    buyer.buy_pack()
    site.deliver()
    assert reconcile(site, buyer.person.account_id).open == []


def test_customer_whom_stripe_never_knew_ends_the_plan(
    site: Site, buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer.subscribe("pro")
    site.deliver()
    real = Gateway.read

    def read(self: Gateway, retrieve: Any, stripe_id: str, *expand: str) -> Any:
        return None if stripe_id.startswith(("cus_", "sub_", "in_")) else real(self, retrieve, stripe_id, *expand)

    def read_all(*_: object, **__: object) -> None:
        raise AssertionError("Stripe refuses lists of a customer it does not know")

    monkeypatch.setattr(Gateway, "read", read)
    monkeypatch.setattr(Gateway, "read_all", read_all)
    reconcile(site, buyer.person.account_id)
    assert buyer.standing["plan"]["plan"] == "lapsed"


def test_month_that_was_paid_and_never_came_is_a_difference(site: Site, buyer: Buyer) -> None:
    buyer.subscribe("pro")
    site.deliver()
    with site.owner.transaction():
        site.owner.execute(QUERIES["as_replica"])
        site.change("forget_entries", account_id=buyer.person.account_id)
    tally = reconcile(site, buyer.person.account_id)
    assert (tally.found, tally.mended) == (1, 1)
    assert buyer.balance == TRIAL + 100


@pytest.mark.parametrize("name", ["a\x00b", "half of \ud83d", float("nan"), "x" * 200_000])
def test_event_is_kept_whatever_a_name_in_it_holds(name: object, site: Site, buyer: Buyer) -> None:
    buyer.buy_pack()
    [event] = site.stripe.take_events("checkout.session.completed")
    site.stripe.take_events()
    session = {**event.event["data"]["object"], "name": name}
    odd = put_in_envelope({**event.event, "data": {"object": session}}, event.secrets)
    assert site.post(odd).status_code == 200
    site.settle()
    assert buyer.balance == TRIAL + 50


def plan_page(buyer: Buyer) -> httpx.Response:
    return buyer.person.ask("POST", "/api/billing/checkout", json={"kind": "plan", "plan": "pro"})


def test_plan_that_was_paid_and_has_not_come_to_us_is_not_sold_again(site: Site, buyer: Buyer) -> None:
    buyer.subscribe("pro")
    again = plan_page(buyer)
    assert (again.status_code, again.json()["code"]) == (409, "already_subscribed")
    site.deliver()
    assert buyer.balance == TRIAL + 100


def test_of_pages_for_a_plan_opened_at_once_one_can_be_paid(site: Site, buyer: Buyer) -> None:
    buyer.checkout(kind="pack", pack="pack_50")
    with ThreadPoolExecutor(4) as asking:
        asked = [asking.submit(plan_page, buyer) for _ in range(4)]
        assert {answer.result().status_code for answer in asked} == {201}
    sessions = site.stripe.world.of("checkout.session", customer=buyer.customer_id, mode="subscription", status="open")
    assert len(sessions) == 1


def test_checkout_of_a_customer_that_stripe_forgot_can_be_tried_again(site: Site, buyer: Buyer) -> None:
    buyer.buy_pack()
    site.stripe.delete_customer(buyer.customer_id)
    for body in ({"kind": "plan", "plan": "pro"}, {"kind": "pack", "pack": "pack_50"}):
        refused = buyer.person.ask("POST", "/api/billing/checkout", json=body)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    site.deliver()
    assert plan_page(buyer).status_code == 201


@pytest.mark.parametrize("address", ["checkout", "portal"])
def test_what_stripe_refuses_is_said_and_is_no_failure_of_ours(
    address: str, buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer.checkout(kind="pack", pack="pack_50")

    def create(*_: object) -> None:
        raise stripe.IdempotencyError("Keys for idempotent requests can only be used with the same parameters")

    monkeypatch.setattr(Gateway, "create", create)
    body = {"kind": "pack", "pack": "pack_50"} if address == "checkout" else None
    refused = buyer.person.ask("POST", f"/api/billing/{address}", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "billing_not_configured")


def test_address_that_stripe_finds_fault_with_is_left_out(site: Site, buyer: Buyer) -> None:
    site.change("write_address", user_id=buyer.person.user_id, email="x@y")
    assert plan_page(buyer).status_code == 201
    assert site.stripe.get(buyer.customer_id)["email"] is None


def test_few_wait_for_a_slow_stripe_and_the_rest_of_the_service_goes_on(
    site: Site, buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop, "TURN_SECONDS", 0.0)
    with ExitStack() as waiting:
        while shop.TURNS.acquire(blocking=False):
            waiting.callback(shop.TURNS.release)
        assert (plan_page(buyer).status_code, plan_page(buyer).json()["code"]) == (503, "unavailable")
        assert buyer.person.ask("GET", "/api/billing").status_code == 200
    assert plan_page(buyer).status_code == 201
