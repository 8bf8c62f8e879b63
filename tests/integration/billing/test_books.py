"""The nightly comparison, the mails, the price list at Stripe, and credits that end."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from leadledger.__main__ import main
from leadledger.billing import reconciling
from leadledger.billing.desk import seed
from leadledger.billing.letters import send_letter
from leadledger.billing.seeding import plan_steps
from leadledger.credits.expiry import expire_credits
from leadledger.mail import Mail
from leadledger.plans import load_catalog
from permit_leads.store import db
from tests.integration.billing.conftest import Buyer, Site
from tests.integration.billing.test_buying import TRIAL


class Postbox:
    """Keeps what would be sent."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    def connect(self) -> Any:
        return self

    def send(self, mail: Mail) -> None:
        self.mails.append(mail)


def reconcile(site: Site, account_id: UUID) -> reconciling.Tally:
    with closing(db.connect(site.url)) as conn:
        return reconciling.reconcile(conn, site.gateway, account_id)


def kinds(site: Site, buyer: Buyer) -> list[str]:
    return [row[0] for row in site.ask("letters", account_id=buyer.person.account_id)]


def test_books_that_agree_have_no_difference(site: Site, buyer: Buyer) -> None:
    buyer.subscribe("pro")
    payment = buyer.payment_of(buyer.buy_pack())
    site.stripe.refund(payment, 1000)
    site.deliver()
    tally = reconcile(site, buyer.person.account_id)
    assert (tally.customers, tally.found, tally.open) == (1, 0, [])


def test_lost_events_are_found_told_and_mended(site: Site, buyer: Buyer) -> None:
    buyer.buy_pack()
    buyer.subscribe("pro")
    site.stripe.take_events()  # and none of them ever comes
    assert buyer.balance == TRIAL
    tally = reconcile(site, buyer.person.account_id)
    assert (tally.found, tally.mended, tally.open) == (3, 3, [])
    assert buyer.balance == TRIAL + 150
    told = site.ask("differences", account_id=buyer.person.account_id)
    assert {(kind, is_resolved) for kind, _, is_resolved in told} == {
        ("subscription", True),
        ("invoice", True),
        ("pack", True),
    }
    assert reconcile(site, buyer.person.account_id).found == 0


def test_subscription_to_a_price_of_nobody_stays_open(site: Site, buyer: Buyer) -> None:
    buyer.buy_pack()
    site.deliver()
    known = site.gateway.client.v1
    product = site.gateway.create(known.products.create, {"name": "By hand"}, f"by-hand-{buyer.customer_id}")
    price = site.gateway.create(
        known.prices.create,
        {"product": product["id"], "currency": "usd", "unit_amount": 100, "recurring": {"interval": "month"}},
        f"by-hand-price-{buyer.customer_id}",
    )
    made = site.gateway.create(
        known.subscriptions.create,
        {"customer": buyer.customer_id, "items": [{"price": price["id"]}]},
        f"by-hand-sub-{buyer.customer_id}",
    )
    site.stripe.take_events()
    tally = reconcile(site, buyer.person.account_id)
    assert [(one.kind, one.object_id) for one in tally.open if one.kind == "subscription"] == [
        ("subscription", made["id"])
    ]
    assert buyer.standing["plan"]["plan"] == "trial"


def test_false_status_of_ours_is_mended(site: Site, buyer: Buyer) -> None:
    buyer.subscribe("pro")
    site.deliver()
    site.change("falsify", account_id=buyer.person.account_id)
    tally = reconcile(site, buyer.person.account_id)
    assert (tally.found, tally.mended) == (1, 1)
    assert buyer.standing["subscription"]["status"] == "active"


def test_desk_compares_and_lists(site: Site, buyer: Buyer, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    buyer.buy_pack()
    site.stripe.take_events()
    monkeypatch.setenv("DATABASE_URL", site.url)
    monkeypatch.setenv("STRIPE_SECRET_KEY", site.stripe.api_key)
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", site.stripe.webhook_secrets[0])
    monkeypatch.setenv("STRIPE_API_BASE", site.stripe.url)
    assert main(["billing", "compare", "--account", str(buyer.person.account_id)]) in (0, 1)
    assert "1 customers compared: 1 differences, 1 mended, 0 open" in capsys.readouterr().out
    assert main(["billing", "events"]) in (0, 1)
    assert main(["billing", "retry"]) in (0, 1)
    assert site.stripe.api_key not in capsys.readouterr().out


def test_desk_without_a_key_says_so(monkeypatch: pytest.MonkeyPatch, site: Site, capsys: Any) -> None:
    monkeypatch.setenv("DATABASE_URL", site.url)
    assert main(["billing", "seed"]) == 2
    assert "STRIPE_SECRET_KEY is not set" in capsys.readouterr().err


def test_seeding_again_finds_nothing_to_do(site: Site) -> None:
    lines: list[str] = []
    assert seed(site.settings, lines.append, is_applied=False) == 0
    assert lines == [f"Stripe (test mode, {site.stripe.url}): nothing to do"]


def test_changed_price_is_planned_and_made_for_new_sales_only(site: Site) -> None:
    catalog = load_catalog()
    pack = catalog.packs["pack_50"].model_copy(update={"cents": 5900})
    dearer = catalog.model_copy(update={"packs": {"pack_50": pack}})
    [step] = plan_steps(site.gateway, dearer)
    assert step.words == "change pack_50: $49.00 becomes $59.00 once, for new sales only"
    step.act()
    assert plan_steps(site.gateway, dearer) == []
    [back] = plan_steps(site.gateway, catalog)
    back.act()
    assert plan_steps(site.gateway, catalog) == []


def test_life_of_a_subscription_is_told_by_mail(site: Site, buyer: Buyer) -> None:
    subscription_id = buyer.subscribe("pro")
    site.deliver()
    assert kinds(site, buyer) == []
    site.stripe.set_cancel_at_period_end(subscription_id)
    site.deliver()
    site.stripe.set_cancel_at_period_end(subscription_id, False)
    site.deliver()
    site.stripe.fail_next_payment(buyer.customer_id, count=4)  # the first, and three tries more
    site.stripe.advance(days=32)
    site.deliver()
    assert kinds(site, buyer) == ["cancel_confirmed", "reactivated", "payment_failed"]
    site.change("late_for_days", account_id=buyer.person.account_id, days=60)
    with closing(db.connect(site.url)) as conn:
        reconciling.write_letters(conn)
        conn.commit()
    assert kinds(site, buyer)[3:] == ["grace_reminder"]
    site.stripe.advance(days=40)
    site.deliver()
    assert kinds(site, buyer)[4:] == ["access_ended"]
    site.stripe.change_card(buyer.customer_id)
    buyer.subscribe("pro")
    site.deliver()
    assert kinds(site, buyer)[5:] == ["reactivated"]


def test_trial_that_ends_is_told_once(site: Site, buyer: Buyer) -> None:
    site.change("end_trial", account_id=buyer.person.account_id, hours=48)
    for _ in range(3):
        with closing(db.connect(site.url)) as conn:
            reconciling.write_letters(conn)
            conn.commit()
    assert kinds(site, buyer) == ["trial_ending"]
    assert buyer.standing["notice"]["kind"] == "trial_ending"


def test_every_owner_gets_the_mail(site: Site, buyer: Buyer) -> None:
    postbox = Postbox()
    site.change("end_trial", account_id=buyer.person.account_id, hours=48)
    with closing(db.connect(site.url)) as conn:
        reconciling.write_letters(conn)
        conn.commit()
        jobs = [job for job in site.ask("letter_jobs") if job[1] == str(buyer.person.user_id)]
        for letter_id, user_id in jobs:
            assert send_letter(conn, postbox, "https://app.example.com", letter_id, UUID(user_id))
    [mail] = postbox.mails
    assert mail.subject.startswith("Your trial ends on ")
    assert "https://app.example.com/billing" in mail.text


def test_credits_that_ended_are_taken_once_and_bought_ones_stay(site: Site, buyer: Buyer) -> None:
    buyer.buy_pack()
    site.deliver()
    with psycopg.connect(site.url) as conn:
        later = datetime.now(UTC) + timedelta(days=20)
        assert expire_credits(conn, datetime.now(UTC)).get(buyer.person.account_id) is None
        assert expire_credits(conn, later)[buyer.person.account_id] == TRIAL
        assert expire_credits(conn, later).get(buyer.person.account_id) is None
    assert buyer.balance == 50


def test_credits_used_before_they_end_are_not_taken(site: Site, buyer: Buyer) -> None:
    buyer.buy_pack()
    site.deliver()
    site.change("spend", account_id=buyer.person.account_id, amount=3, key="test:used")
    with psycopg.connect(site.url) as conn:
        assert expire_credits(conn, datetime.now(UTC) + timedelta(days=20))[buyer.person.account_id] == TRIAL - 3
    assert buyer.balance == 50
