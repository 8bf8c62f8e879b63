"""Accounts and members through the API, as people and keys use them."""

from __future__ import annotations

import threading

import httpx
import psycopg
import pytest

from tests.integration.api.conftest import sign_up
from tests.integration.api.people import QUERIES, Person, enter, give_key, join


def test_first_sign_in_makes_one_account_also_when_it_comes_twice_at_once(client: httpx.Client) -> None:
    headers = {"Authorization": f"Bearer {sign_up(client, 'twice@example.com')['access_token']}"}
    seen: list[str] = []
    threads = [
        threading.Thread(target=lambda: seen.append(client.get("/api/account", headers=headers).json()["account_id"]))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 6
    assert len(set(seen)) == 1
    account = client.get("/api/account", headers=headers).json()
    assert (account["name"], account["role"], account["time_zone"]) == ("twice", "owner", "America/Chicago")


def test_account_of_others_is_not_there(client: httpx.Client) -> None:
    one, other = enter(client), enter(client)
    answer = one.ask("GET", "/api/account", headers={"X-Account-Id": str(other.account_id)})
    assert (answer.status_code, answer.json()["field"]) == (404, "X-Account-Id")


def test_member_of_two_accounts_chooses_by_header(client: httpx.Client, db: psycopg.Connection) -> None:
    host, guest = enter(client), enter(client)
    join(db, guest, host.account_id, "viewer")
    chosen = {"X-Account-Id": str(host.account_id)}
    assert guest.ask("GET", "/api/account").json()["account_id"] == str(guest.account_id)
    assert guest.ask("GET", "/api/account", headers=chosen).json()["role"] == "viewer"
    listed = guest.ask("GET", "/api/account/memberships").json()["accounts"]
    assert [one["role"] for one in listed] == ["owner", "viewer"]
    refused = guest.ask("PATCH", "/api/account", headers=chosen, json={"name": "Mine now"})
    assert (refused.status_code, refused.json()["message"]) == (
        403,
        "your role in this account is viewer; this needs admin or more",
    )


def test_account_takes_a_name_and_a_zone(client: httpx.Client) -> None:
    person = enter(client)
    changed = person.ask("PATCH", "/api/account", json={"name": "Lone Star Roofing", "time_zone": "America/Denver"})
    assert (changed.json()["name"], changed.json()["time_zone"]) == ("Lone Star Roofing", "America/Denver")
    wrong = person.ask("PATCH", "/api/account", json={"time_zone": "America/Chicgo"})
    assert wrong.status_code == 422
    assert "did you mean 'America/Chicago'" in wrong.json()["message"]
    assert person.ask("PATCH", "/api/account", json={}).status_code == 422


def test_last_owner_stays_and_admins_do_not_touch_owners(client: httpx.Client, db: psycopg.Connection) -> None:
    host, guest = enter(client), enter(client)
    join(db, guest, host.account_id, "admin")
    chosen = {"X-Account-Id": str(host.account_id)}
    alone = host.ask("PATCH", f"/api/account/members/{host.user_id}", json={"role": "member"})
    assert (alone.status_code, alone.json()["code"]) == (409, "last_owner")
    assert host.ask("DELETE", f"/api/account/members/{host.user_id}").status_code == 409
    for path in (f"/api/account/members/{host.user_id}", f"/api/account/members/{guest.user_id}"):
        assert guest.ask("PATCH", path, headers=chosen, json={"role": "owner"}).status_code == 403
    assert guest.ask("DELETE", f"/api/account/members/{guest.user_id}", headers=chosen).status_code == 204
    assert len(host.ask("GET", "/api/account/members").json()["members"]) == 1


def test_write_sent_twice_is_done_once(client: httpx.Client) -> None:
    person = enter(client)
    once = {"Idempotency-Key": "rename-1"}
    first = person.ask("PATCH", "/api/account", headers=once, json={"name": "First"})
    person.ask("PATCH", "/api/account", json={"name": "Second"})
    again = person.ask("PATCH", "/api/account", headers=once, json={"name": "First"})
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert person.ask("GET", "/api/account").json()["name"] == "Second"
    other = person.ask("PATCH", "/api/account", headers=once, json={"name": "Third"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")


def test_key_acts_for_its_account_within_its_scopes(client: httpx.Client, db: psycopg.Connection) -> None:
    person, other = enter(client), enter(client)
    key = Person(client, give_key(db, person, "read"), person.user_id, person.account_id)
    assert key.ask("GET", "/api/account").json()["account_id"] == str(person.account_id)
    assert key.ask("GET", "/api/leads").status_code == 200
    lacking = key.ask("PATCH", "/api/account", json={"name": "By key"})
    assert (lacking.status_code, "lacks the scope 'admin'" in lacking.json()["message"]) == (403, True)
    elsewhere = key.ask("GET", "/api/account", headers={"X-Account-Id": str(other.account_id)})
    assert elsewhere.status_code == 403
    db.execute(QUERIES["revoke_keys"], {"account_id": person.account_id})
    assert key.ask("GET", "/api/leads").json()["message"] == "the API key was revoked"


@pytest.mark.parametrize("key", ["llp_live_", "llp_live_" + "a" * 43, "llp_live_' or 1=1 --", "llp_x_" + "a" * 43])
def test_invented_keys_open_nothing(client: httpx.Client, key: str) -> None:
    answer = client.get("/api/leads", headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.json()["message"]) == (401, "the API key is none of ours")


def test_key_of_a_member_who_left_is_dead(client: httpx.Client, db: psycopg.Connection) -> None:
    host, guest = enter(client), enter(client)
    join(db, guest, host.account_id, "admin")
    key = give_key(db, Person(client, guest.token, guest.user_id, host.account_id), "read")
    assert client.get("/api/account", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    host.ask("DELETE", f"/api/account/members/{guest.user_id}")
    gone = client.get("/api/account", headers={"Authorization": f"Bearer {key}"})
    assert gone.json()["message"] == "the member who made the API key has left the account"


def test_changes_are_audited_and_entries_cannot_be_changed(client: httpx.Client, db: psycopg.Connection) -> None:
    person = enter(client)
    give_key(db, person, "read")
    person.ask("PATCH", "/api/account", json={"name": "Audited"})
    seen = db.execute(QUERIES["actions"], {"account_id": person.account_id}).fetchall()
    assert [action for action, *_ in seen] == [
        "accounts.insert",
        "account_plans.insert",
        "credit_entries.insert",
        "members.insert",
        "api_keys.insert",
        "accounts.update",
    ]
    assert seen[-1][1:] == (person.user_id, {"name": "Audited"})
    assert seen[4][2]["key_hash"] == "withheld"
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        db.execute(QUERIES["forget_audit"])
