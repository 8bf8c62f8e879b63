"""What goes out: by which channel, to whom, once, and what of it can be ended by its reader."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from standardwebhooks import Webhook

from tests.integration.api.alerts.conftest import Site, alert, own_address, save
from tests.integration.api.people import Person
from tests.integration.api.receiver import Reply, receive
from tests.integration.mailbox import text_of

ROOFS = {"trade": ["roofing"], "openness": ["open", "likely", "taken"]}
AUSTIN = ZoneInfo("America/Chicago")
TUESDAY_NOON = datetime(2026, 12, 1, 12, tzinfo=AUSTIN)


def told(site: Site, made: dict[str, object]) -> list[str]:
    """How the alert's deliveries stand."""
    return [str(row[0]) for row in site.ask("deliveries", alert_id=made["alert_id"])]


def test_mail_tells_new_leads_with_reasons_and_one_click_out(site: Site, person: Person) -> None:
    made = alert(person, save(person, **ROOFS), "email", own_address(person))
    assert made["state"] == "active"
    site.happen()
    assert site.match() == 15
    assert site.deliver().sent == 1
    mail = site.mailbox.next_mail(own_address(person))
    assert mail["Subject"] == "15 new leads: Roofs & <b>more</b>"
    text, html = text_of(mail), text_of(mail, "html")
    assert "Roofs &amp; &lt;b&gt;more&lt;/b&gt;" in html
    assert "<b>more" not in html
    for words in ("Roofing, score", "AUSTIN", "Building Permit", "not published", "And 5 more", "City of Austin"):
        assert words in text
    assert "Why: A company of the trade" not in text
    assert text.count("https://app.example.test/leads/") == 10
    assert "PERSON" not in text + html
    link = mail["List-Unsubscribe"].strip("<>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = link.removeprefix("https://api.example.test")
    assert site.client.get(path).status_code == 200
    assert told(site, made) == ["sent"]
    assert person.ask("GET", f"/api/alerts/{made['alert_id']}").json()["state"] == "active"
    answer = site.client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert person.ask("GET", f"/api/alerts/{made['alert_id']}").json()["state"] == "unsubscribed"
    site.happen("lead.created", number=8, versions=3)
    assert site.match() == 0


def test_stranger_is_asked_first_and_told_nothing_else(site: Site, person: Person) -> None:
    search = save(person, **ROOFS)
    made = alert(person, search, "email", "stranger@elsewhere.example")
    assert made["state"] == "unconfirmed"
    site.happen()
    assert site.match() == 0
    assert site.deliver().sent == 1
    mail = site.mailbox.next_mail("stranger@elsewhere.example")
    assert "Roofs" not in text_of(mail) + text_of(mail, "html")
    token = site.ask("link_token", alert_id=made["alert_id"])[0][0]
    assert f"https://api.example.test/api/alert-links/{token}/confirm" in text_of(mail)
    test = person.ask("POST", f"/api/alerts/{made['alert_id']}/test")
    assert (test.status_code, test.json()["code"]) == (409, "cannot_alert")
    assert site.client.get(f"/api/alert-links/{token}/confirm").status_code == 200
    assert person.ask("GET", f"/api/alerts/{made['alert_id']}").json()["state"] == "unconfirmed"
    assert site.client.post(f"/api/alert-links/{token}/confirm").status_code == 200
    assert person.ask("GET", f"/api/alerts/{made['alert_id']}").json()["state"] == "active"
    site.client.post(f"/api/alert-links/{token}/unsubscribe")
    assert person.ask("DELETE", f"/api/alerts/{made['alert_id']}").status_code == 204
    again = person.ask(
        "POST",
        f"/api/saved-searches/{search}/alerts",
        json={"channel": "email", "target": "Stranger@elsewhere.example"},
    )
    assert (again.status_code, again.json()["code"]) == (409, "cannot_alert")
    assert site.mailbox.is_empty


def test_nothing_is_told_twice_whatever_is_replayed(site: Site, person: Person) -> None:
    made = alert(person, save(person, **ROOFS), "email", own_address(person))
    site.happen()
    site.match()
    assert site.deliver().sent == 1
    site.mailbox.next_mail()
    site.change("replay_events")
    assert site.match() == 0
    assert site.deliver().sent == 0
    assert told(site, made) == ["sent"]


def test_mail_comes_again_after_the_worker_died_as_the_same_mail(site: Site, person: Person) -> None:
    alert(person, save(person, **ROOFS), "email", own_address(person))
    site.happen()
    site.match()
    site.mailbox.refusals["DATA"] = "451 4.3.0 later"
    assert site.deliver().put_off == 1
    site.mailbox.refusals.clear()
    site.change("make_due")
    assert site.deliver().sent == 1
    first = site.mailbox.next_mail()
    assert site.mailbox.is_empty
    assert first["Message-ID"]


def test_refused_mail_is_dead_with_its_reason(site: Site, person: Person) -> None:
    made = alert(person, save(person, **ROOFS), "email", own_address(person))
    site.happen()
    site.match()
    site.mailbox.refusals["RCPT"] = "550 5.1.1 no such user"
    try:
        assert site.deliver().dead == 1
    finally:
        site.mailbox.refusals.clear()
    delivery = person.ask("GET", f"/api/alerts/{made['alert_id']}/deliveries").json()["deliveries"][0]
    assert (delivery["status"], delivery["reason"]) == ("dead", "the mail server refuses the recipient (550 5.1.1)")


def test_what_was_withdrawn_since_is_not_told(site: Site, person: Person) -> None:
    made = alert(person, save(person, trade=["roofing"], q="P-4"), "email", own_address(person))
    site.happen()
    assert site.match() == 1
    site.change("withdraw", permit_num="P-4")
    try:
        assert site.deliver().empty == 1
    finally:
        site.change("give_back")
    assert told(site, made) == ["empty"]
    assert site.mailbox.is_empty


def test_nothing_goes_out_while_a_privacy_request_is_not_carried_out(site: Site, person: Person) -> None:
    alert(person, save(person, **ROOFS), "email", own_address(person))
    site.happen()
    site.match()
    site.change("grant_suppression")
    assert site.deliver().sent == 0
    site.change("apply_suppressions")
    assert site.deliver().sent == 1
    site.mailbox.next_mail()


def test_webhook_is_signed_and_keeps_its_id_when_tried_again(site: Site, person: Person) -> None:
    with receive() as receiver:
        made = alert(person, save(person, **ROOFS), "webhook", receiver.url + "/leads", scopes=["new", "changed"])
        site.happen()
        site.match()
        receiver.decide = lambda _: Reply(500)
        assert site.deliver().put_off == 1
        receiver.decide = lambda _: Reply(204)
        site.change("make_due")
        assert site.deliver().sent == 1
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    body = Webhook(made["webhook_secret"]).verify(second.body, second.headers)
    assert (body["type"], body["data"]["lead_count"], len(body["data"]["leads"])) == ("alert.leads", 15, 15)
    assert "PERSON" not in second.body.decode()
    assert "webhook_secret" not in person.ask("GET", f"/api/alerts/{made['alert_id']}").json()


def test_text_waits_for_the_hours_the_law_allows_and_stop_ends_it(site: Site, person: Person) -> None:
    made = alert(person, save(person, **ROOFS), "sms", "+15125550123")
    assert site.deliver(TUESDAY_NOON).sent == 1  # the question
    token = site.ask("link_token", alert_id=made["alert_id"])[0][0]
    site.client.post(f"/api/alert-links/{token}/confirm")
    site.happen()
    site.match()
    late = datetime(2026, 12, 5, 21, 30, tzinfo=AUSTIN)  # a Saturday
    assert site.deliver(late).put_off == 1
    rows = site.ask("deliveries", alert_id=made["alert_id"])
    assert (rows[-1][0], rows[-1][1], rows[-1][2]) == ("waiting", datetime(2026, 12, 6, 12, tzinfo=AUSTIN), 0)
    site.change("make_due")
    assert site.deliver(TUESDAY_NOON).sent == 1
    assert site.twilio.sent[-1]["Body"].startswith("LeadLedgerPro: 15 leads for Roofs")
    assert len(site.twilio.sent[-1]["Body"]) <= 300
    site.twilio.receive_reply("+15125550123", "Stop")
    site.happen("lead.created", versions=2)
    site.match()
    site.change("make_due")
    assert site.deliver(TUESDAY_NOON).dead == 1
    assert person.ask("GET", f"/api/alerts/{made['alert_id']}").json()["state"] == "unsubscribed"


def test_text_whose_worker_died_is_never_sent_again(site: Site, person: Person) -> None:
    made = alert(person, save(person, **ROOFS), "sms", "+15125550124")
    before = len(site.twilio.sent)
    site.change("take_all")
    assert site.deliver(TUESDAY_NOON).sent == 0
    assert len(site.twilio.sent) == before
    assert told(site, made) == ["uncertain"]


def test_texts_are_refused_where_they_are_not_set_up(site: Site, person: Person) -> None:
    alert(person, save(person, **ROOFS), "sms", "+15125550125")
    assert site.deliver(TUESDAY_NOON, replace(site.ways, texter=None)).dead == 1


def test_digest_is_due_at_the_local_time_and_an_empty_one_is_not_sent(site: Site, person: Person) -> None:
    made = alert(person, save(person, **ROOFS), "email", own_address(person), frequency="daily", digest_at="07:00")
    site.happen()
    site.match()
    due = site.ask("deliveries", alert_id=made["alert_id"])[0][1].astimezone(AUSTIN)
    assert (due.hour, due.minute) == (7, 0)
    assert due > datetime.now(UTC)
    assert site.deliver().sent == 0
    site.happen("lead.created", versions=2)
    site.match()
    assert told(site, made) == ["waiting"]
    site.change("make_due")
    assert site.deliver().sent == 1
    assert site.mailbox.next_mail()["Subject"].startswith("15 new leads")
    assert site.deliver().sent == 0


def test_test_message_says_that_it_is_one(site: Site, person: Person) -> None:
    made = alert(person, save(person, **ROOFS), "email", own_address(person))
    site.happen()
    site.match()
    site.change("forget_jobs")
    assert person.ask("POST", f"/api/alerts/{made['alert_id']}/test").status_code == 202
    assert dict(site.ask("jobs")) == {"deliver_alerts": 1}
    assert site.deliver().sent == 2
    subjects = {site.mailbox.next_mail()["Subject"] for _ in range(2)}
    assert "Test of your alert: Roofs & <b>more</b>" in subjects


def test_paused_alert_tells_nothing(site: Site, person: Person) -> None:
    search = save(person, **ROOFS)
    made = alert(person, search, "email", own_address(person))
    site.happen()
    site.match()
    assert person.ask("PATCH", f"/api/saved-searches/{search}", json={"is_paused": True}).status_code == 200
    assert site.deliver().empty == 1
    site.happen("lead.created", versions=2)
    assert site.match() == 0
    assert told(site, made) == ["empty"]


@pytest.mark.parametrize("scope", ["status", "price"])
def test_status_and_price_are_told_with_what_was_said_before(site: Site, person: Person, scope: str) -> None:
    made = alert(person, save(person, trade=["roofing"], q="P-8"), "email", own_address(person), scopes=[scope])
    changed = {"status": "Finaled" if scope == "status" else None, "cost": 77_000 if scope == "price" else None}
    site.change("change_permit", permit_num="P-8", **changed)
    site.happen("permit.changed", number=8, versions=site.ask("version_of", permit_num="P-8")[0][0])
    assert site.match() == 1
    assert [row[1] for row in site.ask("matched", alert_id=made["alert_id"])] == [scope]
    assert site.deliver().sent == 1
    text = text_of(site.mailbox.next_mail())
    assert ("status: Active → Finaled" if scope == "status" else "→ $77,000") in text


def test_delivery_body_is_json_only_of_what_was_promised(site: Site, person: Person) -> None:
    with receive() as receiver:
        alert(person, save(person, trade=["roofing"], q="P-12"), "webhook", receiver.url)
        site.happen()
        site.match()
        site.deliver()
    data = json.loads(receiver.requests[0].body)["data"]
    assert set(data) == {"alert_id", "saved_search_id", "saved_search_name", "is_test", "lead_count", "leads"}
