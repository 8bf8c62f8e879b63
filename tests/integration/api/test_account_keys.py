"""API keys as admins make, rotate and end them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from leadledger.accounts.keys import MOST_KEYS
from tests.integration.api.people import QUERIES, Person, enter, give_key, join

KEYS = "/api/account/keys"
READER = {"name": "Reader", "scopes": ["read"]}


def with_key(person: Person, key: str) -> Person:
    return Person(person.client, key, person.user_id, person.account_id)


def make(person: Person, **wanted: object) -> dict[str, Any]:
    answer = person.ask("POST", KEYS, json={**READER, **wanted})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def listed(person: Person) -> dict[str, dict[str, Any]]:
    return {one["api_key_id"]: one for one in person.ask("GET", KEYS).json()["api_keys"]}


def test_key_is_shown_once_and_works_until_it_is_revoked(client: httpx.Client, db: psycopg.Connection) -> None:
    person = enter(client)
    made = make(person)
    assert made["key"].startswith(made["key_start"])
    assert made["key"] not in person.ask("GET", KEYS).text
    assert made["key"] not in str(db.execute(QUERIES["all_keys"]).fetchall())
    key = with_key(person, made["key"])
    assert key.ask("GET", "/api/leads").status_code == 200
    assert listed(person)[made["api_key_id"]]["last_used_at"] is not None
    for _ in range(2):
        assert person.ask("DELETE", f"{KEYS}/{made['api_key_id']}").status_code == 204
    assert key.ask("GET", "/api/leads").json()["message"] == "the API key was revoked"


def test_rotated_key_and_its_successor_work_side_by_side(client: httpx.Client, db: psycopg.Connection) -> None:
    person = enter(client)
    old = make(person, scopes=["write", "read"])
    answer = person.ask("POST", f"{KEYS}/{old['api_key_id']}/rotate", json={})
    new = answer.json()
    assert (answer.status_code, new["replaces_id"]) == (201, old["api_key_id"])
    assert (new["name"], new["scopes"]) == (old["name"], ["read", "write"])
    ends_at = datetime.fromisoformat(listed(person)[old["api_key_id"]]["expires_at"])
    assert timedelta(days=6.9) < ends_at - datetime.now(UTC) <= timedelta(days=7)
    for key in (old["key"], new["key"]):
        assert with_key(person, key).ask("GET", "/api/account").status_code == 200
    db.execute(QUERIES["pass_overlap"], {"api_key_id": old["api_key_id"]})
    expired = with_key(person, old["key"]).ask("GET", "/api/account")
    assert (expired.status_code, expired.json()["message"]) == (401, "the API key has expired")


def test_key_is_rotated_once_and_never_after_its_end(client: httpx.Client) -> None:
    person = enter(client)
    old = make(person)
    rotate = f"{KEYS}/{old['api_key_id']}/rotate"
    new = person.ask("POST", rotate, json={"overlap_days": 1}).json()
    assert person.ask("POST", rotate, json={}).json()["code"] == "key_replaced"
    person.ask("DELETE", f"{KEYS}/{new['api_key_id']}")
    assert person.ask("POST", f"{KEYS}/{new['api_key_id']}/rotate", json={}).json()["code"] == "key_ended"
    assert person.ask("POST", rotate, json={"overlap_days": 91}).json()["field"] == "overlap_days"


def test_repeated_making_does_not_make_a_second_key(client: httpx.Client) -> None:
    person = enter(client)
    once = {"Idempotency-Key": "make-1"}
    assert person.ask("POST", KEYS, headers=once, json=READER).status_code == 201
    again = person.ask("POST", KEYS, headers=once, json=READER)
    assert (again.status_code, "shown only once" in again.json()["message"]) == (409, True)
    assert len(listed(person)) == 1


@pytest.mark.parametrize("role", ["member", "viewer"])
def test_only_admins_see_and_make_keys(client: httpx.Client, db: psycopg.Connection, role: str) -> None:
    host, guest = enter(client), enter(client)
    join(db, guest, host.account_id, role)
    made = make(host)
    chosen = {"X-Account-Id": str(host.account_id)}
    paths = [("GET", KEYS, None), ("POST", KEYS, READER), ("DELETE", f"{KEYS}/{made['api_key_id']}", None)]
    for method, path, body in paths:
        assert guest.ask(method, path, headers=chosen, json=body).status_code == 403


def test_key_makes_no_key_that_may_do_more(client: httpx.Client, db: psycopg.Connection) -> None:
    person = enter(client)
    key = with_key(person, give_key(db, person, "read", "admin"))
    refused = key.ask("POST", KEYS, json={**READER, "scopes": ["read", "write", "export"]})
    assert (refused.status_code, refused.json()["field"]) == (403, "scopes")
    assert "lacks export, write" in refused.json()["message"]
    broad = make(person, scopes=["read", "write"])
    assert key.ask("POST", f"{KEYS}/{broad['api_key_id']}/rotate", json={}).status_code == 403
    assert make(key)["created_by"] == str(person.user_id)


def test_key_of_a_demoted_maker_falls_with_the_role(client: httpx.Client, db: psycopg.Connection) -> None:
    host, guest = enter(client), enter(client)
    join(db, guest, host.account_id, "admin")
    made = guest.ask(
        "POST", KEYS, headers={"X-Account-Id": str(host.account_id)}, json={"name": "Mine", "scopes": ["read", "admin"]}
    ).json()
    key = with_key(guest, made["key"])
    assert key.ask("GET", KEYS).status_code == 200
    host.ask("PATCH", f"/api/account/members/{guest.user_id}", json={"role": "viewer"})
    assert "your role in this account is viewer" in key.ask("GET", KEYS).json()["message"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"name": " "},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "9999-12-31T23:59:59-12:00"},
        {"expires_at": 4102444800},
        {"key_hash": "a"},
    ],
)
def test_wrong_key_is_not_made(client: httpx.Client, wanted: dict[str, object]) -> None:
    person = enter(client)
    answer = person.ask("POST", KEYS, json={**READER, **wanted})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body")


def test_renamed_key_keeps_the_rest(client: httpx.Client) -> None:
    person, other = enter(client), enter(client)
    made = make(person)
    path = f"{KEYS}/{made['api_key_id']}"
    assert person.ask("PATCH", path, json={"name": "Newer"}).json()["name"] == "Newer"
    assert other.ask("PATCH", path, json={"name": "Mine"}).status_code == 404
    assert other.ask("DELETE", path).status_code == 404
    assert other.ask("POST", f"{path}/rotate", json={}).status_code == 404
    assert listed(person)[made["api_key_id"]]["name"] == "Newer"


def test_account_has_so_many_keys_and_no_more(client: httpx.Client, db: psycopg.Connection) -> None:
    person = enter(client)
    for _ in range(MOST_KEYS):
        give_key(db, person, "read")
    refused = person.ask("POST", KEYS, json=READER)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_keys")


def test_revoked_key_stays_revoked_whoever_asks(client: httpx.Client, db: psycopg.Connection) -> None:
    person = enter(client)
    made = make(person)
    person.ask("DELETE", f"{KEYS}/{made['api_key_id']}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="stays revoked"):
        db.execute(QUERIES["unrevoke"], {"api_key_id": made["api_key_id"]})
