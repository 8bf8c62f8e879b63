"""What the health check is told of payments."""

from __future__ import annotations

from tests.integration.billing.conftest import Buyer, Site


def payments_status(site: Site) -> str:
    return str(site.client.get("/api/supa-env-check").json()["payments_status"])


def test_event_that_waits_is_told_until_it_is_worked_off(site: Site, buyer: Buyer) -> None:
    buyer.buy_pack()
    for envelope in site.stripe.take_events():
        assert site.post(envelope).status_code == 200
    assert payments_status(site) == "ok"
    site.change("let_time_pass")
    assert payments_status(site) == "waiting"
    site.settle()
    assert payments_status(site) == "ok"


def test_difference_is_told_until_it_is_none(site: Site, buyer: Buyer) -> None:
    site.change("differ", account_id=buyer.person.account_id)
    assert payments_status(site) == "differs"
    site.change("agree")
    assert payments_status(site) == "ok"
