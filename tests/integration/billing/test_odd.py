"""What nobody foresaw at Stripe: it stays the matter of one event and one customer, and somebody is told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from leadledger.billing import reconciling
from leadledger.billing.gateway import Gateway
from leadledger.errors import Unavailable
from leadledger.jobs import billing_tasks
from leadledger.jobs.tasks import Place
from leadledger.mail import make_mailer
from permit_leads.progress import Progress
from permit_leads.store import db
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
