"""What a plan allows: keys, channels, webhooks and seats, refused with the way out, whoever asks the database how."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from permit_leads.store.queries import load_queries
from tests.integration.api.people import Person, enter, give_key, join

SQL = load_queries(Path(__file__).with_suffix(".sql"))


def put_plan(db: psycopg.Connection, person: Person, plan: str) -> None:
    db.execute(SQL["put_plan"], {"account_id": person.account_id, "plan": plan})


@pytest.fixture
def person(client: httpx.Client) -> Person:
    return enter(client)


def make_alert(person: Person, **alert: Any) -> httpx.Response:
    search = person.ask("POST", "/api/saved-searches", json={"name": "Roofs", "filter": {"trade": ["roofing"]}}).json()
    return person.ask("POST", f"/api/saved-searches/{search['saved_search_id']}/alerts", json=alert)


ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "key": ("/api/account/keys", {"name": "Key", "scopes": ["read"]}),
    "webhook": ("/api/webhooks", {"url": "https://hooks.example.com/in"}),
    "seat": ("/api/account/invitations", {"email": "new@example.com"}),
}


@pytest.mark.parametrize(
    ("plan", "what", "status"),
    [
        ("trial", "key", 201),
        ("trial", "webhook", 201),
        ("trial", "seat", 201),
        ("starter", "key", 403),
        ("starter", "webhook", 403),
        ("starter", "seat", 201),
        ("pro", "key", 201),
        ("pro", "webhook", 201),
        ("lapsed", "key", 403),
        ("lapsed", "webhook", 403),
        ("lapsed", "seat", 403),
    ],
)
def test_plan_decides_what_can_be_made(
    plan: str, what: str, status: int, person: Person, db: psycopg.Connection
) -> None:
    put_plan(db, person, plan)
    path, body = ASKED[what]
    answer = person.ask("POST", path, json=body)
    assert answer.status_code == status, answer.text
    if status == 403:
        assert answer.json()["code"] == "plan_too_small"
        assert "see GET /api/plans" in answer.json()["message"]


def test_channel_of_an_alert_is_one_of_the_plans(person: Person, db: psycopg.Connection) -> None:
    put_plan(db, person, "starter")
    refused = make_alert(person, channel="webhook", target="https://hooks.example.com/in")
    assert (refused.status_code, refused.json()["code"]) == (403, "plan_too_small")
    assert make_alert(person, channel="in_app").status_code == 201


def test_seats_are_counted_with_open_invitations(client: httpx.Client, person: Person, db: psycopg.Connection) -> None:
    put_plan(db, person, "starter")  # two seats
    assert person.ask("POST", "/api/account/invitations", json={"email": "one@example.com"}).status_code == 201
    refused = person.ask("POST", "/api/account/invitations", json={"email": "two@example.com"})
    assert (refused.status_code, refused.json()["code"]) == (403, "plan_too_small")
    assert "2 seats, and 2 are taken" in refused.json()["message"]
    join(db, enter(client), person.account_id, "member")
    with pytest.raises(psycopg.errors.CheckViolation, match="2 seats"):
        join(db, enter(client), person.account_id, "member")


def test_key_rests_while_the_plan_has_no_api(client: httpx.Client, person: Person, db: psycopg.Connection) -> None:
    put_plan(db, person, "pro")
    headers = {"Authorization": f"Bearer {give_key(db, person, 'read')}"}
    assert client.get("/api/leads", headers=headers).status_code == 200
    put_plan(db, person, "lapsed")
    refused = client.get("/api/leads", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "plan_too_small")
    put_plan(db, person, "pro")
    assert client.get("/api/leads", headers=headers).status_code == 200


def test_sandbox_keys_need_no_plan(person: Person, db: psycopg.Connection) -> None:
    put_plan(db, person, "lapsed")
    body = {"name": "Test", "scopes": ["read"], "mode": "test"}
    assert person.ask("POST", "/api/account/keys", json=body).status_code == 201
