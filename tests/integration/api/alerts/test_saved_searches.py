"""Saved searches and their alerts over the API: kept, changed, refused with a reason, and limited."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.api.alerts.conftest import Site, alert, own_address, save
from tests.integration.api.people import Person, enter, join

SEARCHES = "/api/saved-searches"


def test_search_is_kept_changed_and_forgotten(person: Person) -> None:
    search = save(person, trade=["roofing"], min_cost=5_000)
    path = f"{SEARCHES}/{search}"
    kept = person.ask("GET", path).json()
    assert (kept["filter"], kept["alerts"]) == ({"trade": ["roofing"], "min_cost": 5000}, [])
    made = alert(person, search, "in_app")
    changed = person.ask("PATCH", path, json={"name": "Roofs", "filter": {"trade": ["hvac"]}}).json()
    assert (changed["name"], changed["filter"], len(changed["alerts"])) == ("Roofs", {"trade": ["hvac"]}, 1)
    assert person.ask("GET", SEARCHES).json()["saved_searches"] == [changed]
    assert person.ask("DELETE", path).status_code == 204
    assert person.ask("GET", path).status_code == 404
    assert person.ask("GET", f"/api/alerts/{made['alert_id']}").status_code == 404


def test_changed_question_is_what_is_matched(site: Site, person: Person) -> None:
    search = save(person, trade=["roofing"])
    made = alert(person, search, "in_app")
    person.ask("PATCH", f"{SEARCHES}/{search}", json={"filter": {"trade": ["pool"]}})
    site.happen()
    site.match()
    assert len(site.ask("matched", alert_id=made["alert_id"])) == 1


@pytest.mark.parametrize(
    ("filter_", "field", "code"),
    [
        ({"trade": ["rofing"]}, "filter.trade.0", "invalid_body"),
        ({"limit": 5}, "filter.limit", "cannot_watch"),
        ({"cursor": "abc"}, "filter.cursor", "cannot_watch"),
        ({"colour": "red"}, "filter.colour", "invalid_body"),
        ({"min_score": 101}, "filter.min_score", "invalid_body"),
    ],
)
def test_what_cannot_be_watched_is_refused(person: Person, filter_: dict[str, Any], field: str, code: str) -> None:
    for path, body in (
        (SEARCHES, {"name": "x", "filter": filter_}),
        ("/api/saved-search-previews", {"filter": filter_}),
    ):
        answer = person.ask("POST", path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
        assert answer.json()["field"].startswith(field)


def test_account_may_have_so_many(person: Person) -> None:
    for _ in range(3):
        save(person, trade=["roofing"])
    answer = person.ask("POST", SEARCHES, json={"name": "one more", "filter": {}})
    assert (answer.status_code, answer.json()["code"]) == (409, "limit_reached")


@pytest.mark.parametrize(
    "draft",
    [
        {"channel": "email"},
        {"channel": "in_app", "target": "me@example.com"},
        {"channel": "in_app", "frequency": "daily"},
        {"channel": "email", "target": "two@example.com,three@example.com"},
        {"channel": "sms", "target": "555-0100"},
        {"channel": "webhook", "target": "http://10.0.0.8/"},
        {"channel": "webhook", "target": "https://169.254.169.254/latest"},
        {"channel": "in_app", "quiet_from": "22:00"},
        {"channel": "sms", "target": "+15125550100", "quiet_from": "08:00", "quiet_until": "07:59"},
        {"channel": "in_app", "scopes": []},
        {"channel": "in_app", "quiet_from": "24:00", "quiet_until": "07:00"},
    ],
)
def test_alert_that_cannot_be_is_refused(person: Person, draft: dict[str, Any]) -> None:
    answer = person.ask("POST", f"{SEARCHES}/{save(person)}/alerts", json=draft)
    assert answer.status_code == 422, answer.text


def test_one_alert_a_target_and_so_many_a_search(person: Person) -> None:
    search = save(person, trade=["roofing"])
    alert(person, search, "email", own_address(person))
    again = person.ask("POST", f"{SEARCHES}/{search}/alerts", json={"channel": "email", "target": own_address(person)})
    assert (again.status_code, again.json()["code"]) == (409, "cannot_alert")
    for number in range(3):
        alert(person, search, "webhook", f"https://hooks.example.com/{number}")
    more = person.ask("POST", f"{SEARCHES}/{search}/alerts", json={"channel": "in_app"})
    assert (more.status_code, more.json()["code"]) == (409, "limit_reached")


def test_alert_is_changed_paused_and_resumed(person: Person) -> None:
    made = alert(person, save(person), "email", own_address(person), frequency="daily")
    path = f"/api/alerts/{made['alert_id']}"
    wanted = {"digest_at": "06:30", "scopes": ["price", "new"], "quiet_from": "22:00", "quiet_until": "06:00"}
    changed = person.ask("PATCH", path, json=wanted).json()
    assert (changed["digest_at"], changed["scopes"]) == ("06:30", ["new", "price"])
    assert (changed["quiet_from"], changed["frequency"]) == ("22:00", "daily")
    assert person.ask("PATCH", path, json={"is_paused": True}).json()["state"] == "paused"
    resumed = person.ask("PATCH", path, json={"is_paused": False, "quiet_from": None, "quiet_until": None}).json()
    assert (resumed["state"], resumed["quiet_from"], resumed["digest_at"]) == ("active", None, "06:30")
    assert person.ask("PATCH", path, json={}).status_code == 422
    assert person.ask("PATCH", path, json={"quiet_from": "22:00"}).status_code == 422
    assert person.ask("DELETE", path).status_code == 204


def test_viewer_looks_and_changes_nothing(site: Site, person: Person) -> None:
    search = save(person, trade=["roofing"])
    viewer = enter(site.client)
    join(site.owner, viewer, person.account_id, "viewer")
    headers = {"X-Account-Id": str(person.account_id)}
    assert viewer.ask("GET", f"{SEARCHES}/{search}", headers=headers).status_code == 200
    refused = viewer.ask("POST", f"{SEARCHES}/{search}/alerts", json={"channel": "in_app"}, headers=headers)
    assert refused.status_code == 403
    assert viewer.ask("DELETE", f"{SEARCHES}/{search}", headers=headers).status_code == 403


def test_write_sent_twice_is_done_once(person: Person) -> None:
    draft = {"name": "Roofs", "filter": {"trade": ["roofing"]}}
    answers = [person.ask("POST", SEARCHES, json=draft, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(person.ask("GET", SEARCHES).json()["saved_searches"]) == 1


@pytest.mark.parametrize("action", ["unsubscribe", "confirm"])
def test_links_of_nobody_lead_nowhere(site: Site, action: str) -> None:
    assert site.client.get(f"/api/alert-links/{'0' * 64}/{action}").status_code == 404
    assert site.client.post(f"/api/alert-links/{'0' * 64}/{action}").status_code == 404
    assert site.client.get(f"/api/alert-links/short/{action}").status_code == 400
