"""Events as they come: doubled, reordered, late, forged, and while Stripe is away."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from leadledger.app import create_app
from leadledger.billing import events, receiving
from leadledger.errors import Unavailable
from permit_leads.store import db
from simulators.stripe import Envelope
from simulators.stripe.envelopes import put_in_envelope
from tests.integration.api.conftest import serve
from tests.integration.billing.conftest import Buyer, Site
from tests.integration.billing.test_buying import TRIAL

THREE_DAYS = 3 * 86_400


def changed(envelope: Envelope, **more: Any) -> Envelope:
    """The same event with other words in it, rightly signed."""
    return put_in_envelope({**envelope.event, **more}, envelope.secrets)


@pytest.fixture
def pack(site: Site, buyer: Buyer) -> Envelope:
    """The event of a pack that was paid."""
    buyer.buy_pack()
    [event] = site.stripe.take_events("checkout.session.completed")
    return event


def test_same_event_fifty_times_at_once_acts_once(site: Site, buyer: Buyer, pack: Envelope) -> None:
    before = site.ask("jobs")[0][0]
    with ThreadPoolExecutor(16) as posting:
        answers = [posting.submit(site.post, pack) for _ in range(50)]
        assert {answer.result().status_code for answer in answers} == {200}
    assert site.ask("jobs")[0][0] == before + 1
    with ThreadPoolExecutor(8) as settling:
        for settled in [settling.submit(site.settle) for _ in range(8)]:
            settled.result()
    assert buyer.balance == TRIAL + 50


@pytest.mark.parametrize("seconds", [-THREE_DAYS, -301, 301, 10 * 365 * 86_400])
def test_stale_and_future_signatures_are_refused(seconds: int, site: Site, buyer: Buyer, pack: Envelope) -> None:
    assert site.post(pack, pack.signed(time.time() + seconds)).status_code == 400
    site.settle()
    assert buyer.balance == TRIAL


def test_event_of_three_days_ago_signed_now_is_taken(site: Site, buyer: Buyer, pack: Envelope) -> None:
    late = changed(pack, created=int(time.time()) - THREE_DAYS)
    assert site.post(late).status_code == 200
    site.settle()
    assert buyer.balance == TRIAL + 50


def test_forged_and_foreign_events_are_refused(site: Site, buyer: Buyer, pack: Envelope) -> None:
    refused = [
        site.post(pack, pack.signed(time.time(), ["whsec_of_somebody_else"])),
        site.post(pack, {}),
        site.post(changed(pack, livemode=True)),
        site.client.post("/api/stripe/webhook", content=pack.body + b" ", headers=pack.headers),
    ]
    assert [answer.status_code for answer in refused] == [400] * 4
    assert {answer.json()["code"] for answer in refused} == {"event_refused"}
    site.settle()
    assert buyer.balance == TRIAL


def count_refusals(site: Site) -> Counter[str]:
    return Counter(dict(site.ask("refusals")))


def test_refusal_is_written_though_no_other_follows(
    site: Site, pack: Envelope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "WRITE_EVERY_SECONDS", 0.01)
    before, give_up_at = count_refusals(site), time.monotonic() + 30
    assert site.post(changed(pack, livemode=True)).status_code == 400
    while count_refusals(site)["foreign_mode"] == before["foreign_mode"]:
        assert time.monotonic() < give_up_at


def test_refusals_are_written_at_the_end_of_the_process(
    site: Site, pack: Envelope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "WRITE_EVERY_SECONDS", 3600.0)
    none = put_in_envelope({"id": "evt_without_a_type"}, pack.secrets)
    with serve(create_app(site.settings)) as client:
        for _ in range(3):
            assert client.post("/api/stripe/webhook", content=none.body, headers=none.headers).status_code == 400
        assert count_refusals(site)["no_event"] == 0
    assert count_refusals(site)["no_event"] == 3


def test_unknown_type_is_kept_and_changes_nothing(site: Site, buyer: Buyer, pack: Envelope) -> None:
    unknown = changed(pack, id="evt_unknown", type="radar.early_fraud_warning.created")
    assert site.post(unknown).status_code == 200
    site.settle()
    assert site.ask("outcome", event_id="evt_unknown") == [("ignored",)]
    assert buyer.balance == TRIAL


def test_payload_of_another_version_or_of_lies_changes_nothing(site: Site, buyer: Buyer, pack: Envelope) -> None:
    session = {**pack.event["data"]["object"], "amount_total": 1, "metadata": {"pack": "pack_50", "credits": "9999"}}
    lie = changed(pack, api_version="2019-02-11", data={"object": session})
    assert site.post(lie).status_code == 200
    site.settle()
    assert buyer.balance == TRIAL + 50


def test_event_of_a_customer_that_is_not_ours_is_kept(site: Site, pack: Envelope) -> None:
    stranger = site.stripe.front.world  # a customer made by hand in the dashboard
    customer = site.gateway.create(
        site.gateway.client.v1.customers.create, {"name": "By hand"}, f"by-hand-{time.time()}"
    )
    assert stranger.resources[customer["id"]]
    [event] = site.stripe.take_events("customer.created")[-1:]
    assert site.post(event).status_code == 200
    assert site.settle() == ["not_ours"]
    del pack


def test_two_events_of_one_change_and_ties_of_a_second_act_once(site: Site, buyer: Buyer, pack: Envelope) -> None:
    twin = changed(pack, id=f"{pack.event_id}_twin")
    for envelope in (twin, pack):
        assert site.post(envelope).status_code == 200
    outcomes = site.settle()
    assert buyer.balance == TRIAL + 50
    assert outcomes == ["applied", "settled"]  # the first answer settled both


def test_event_waits_while_stripe_is_away(
    site: Site, buyer: Buyer, pack: Envelope, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert site.post(pack).status_code == 200

    def away(*_: object, **__: object) -> None:
        raise Unavailable("Stripe does not answer now")

    with closing(db.connect(site.url)) as conn:
        with monkeypatch.context() as patched:
            patched.setattr(type(site.gateway), "read", away)
            with pytest.raises(Unavailable) as caught:
                events.apply_event(conn, site.gateway, pack.event_id)
        conn.rollback()
        events.note_failure(conn, pack.event_id, caught.value)
        conn.commit()
    assert buyer.balance == TRIAL
    site.settle()
    assert buyer.balance == TRIAL + 50


def test_secret_rolls_under_load_without_a_refusal(site: Site, pack: Envelope) -> None:
    """What the endpoint holds, and who signs meanwhile; Stripe signs with both between the steps."""
    old, new = site.settings.webhook_secrets[0], "whsec_rolled_in"
    steps = [([old], [old]), ([old], [new, old]), ([new, old], [new, old]), ([new, old], [new]), ([new], [new])]
    for number, (held, signing) in enumerate(steps):
        settings = site.settings.model_copy(update={"stripe_webhook_secret": SecretStr(",".join(held))})
        with serve(create_app(settings)) as client, ThreadPoolExecutor(8) as posting:

            def post(one: int, step: int = number, by: list[str] = signing, to: httpx.Client = client) -> int:
                envelope = changed(pack, id=f"evt_roll_{step}_{one}", type="radar.early_fraud_warning.created")
                headers = envelope.signed(time.time(), by)
                return to.post("/api/stripe/webhook", content=envelope.body, headers=headers).status_code

            assert set(posting.map(post, range(100))) == {200}
    site.settle()
