"""Invitations from both sides, and the trail that all changes leave."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import psycopg
import pytest

from tests.integration.api.conftest import sign_up
from tests.integration.api.people import NUMBERS, QUERIES, Person, enter, give_key, join

INVITATIONS = "/api/account/invitations"
ACCEPT = "/api/invitations/accept"


def address() -> str:
    return f"invited-{next(NUMBERS)}@example.com"


def invite(person: Person, email: str, **wanted: object) -> dict[str, Any]:
    answer = person.ask("POST", INVITATIONS, json={"email": email, **wanted})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def accept(client: httpx.Client, token: str, access_token: str) -> httpx.Response:
    return client.post(ACCEPT, json={"token": token}, headers={"Authorization": f"Bearer {access_token}"})


def states(person: Person) -> list[str]:
    return [one["state"] for one in person.ask("GET", INVITATIONS).json()["invitations"]]


def test_invited_person_joins_with_the_role_and_has_no_other_account(
    client: httpx.Client, db: psycopg.Connection
) -> None:
    host, email = enter(client), address()
    made = invite(host, email.upper(), role="viewer")
    assert (made["email"], made["state"]) == (email, "open")
    assert made["token"] not in str(db.execute(QUERIES["all_invitations"]).fetchall())
    guest = sign_up(client, email)["access_token"]
    answer = accept(client, made["token"], guest)
    assert answer.json() == {"account_id": str(host.account_id), "name": answer.json()["name"], "role": "viewer"}
    account = client.get("/api/account", headers={"Authorization": f"Bearer {guest}"}).json()
    assert (account["account_id"], account["role"]) == (str(host.account_id), "viewer")
    assert states(host) == ["accepted"]
    assert accept(client, made["token"], guest).json()["code"] == "used"


def test_one_token_makes_one_member_also_when_sent_twice_at_once(client: httpx.Client) -> None:
    host, email = enter(client), address()
    made, guest = invite(host, email), sign_up(client, email)["access_token"]
    seen: list[int] = []
    threads = [
        threading.Thread(target=lambda: seen.append(accept(client, made["token"], guest).status_code)) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [200, 409, 409, 409, 409]


def test_invitation_is_for_its_address_alone(client: httpx.Client, db: psycopg.Connection) -> None:
    host, thief = enter(client), enter(client)
    made = invite(host, address(), role="admin")
    refused = accept(client, made["token"], thief.token)
    assert (refused.status_code, refused.json()["field"]) == (403, "token")
    assert accept(client, made["token"], give_key(db, thief, "read", "write", "admin")).status_code == 403
    assert accept(client, "lli_" + "a" * 43, thief.token).status_code == 404
    assert states(host) == ["open"]


def test_ended_invitations_open_nothing(client: httpx.Client, db: psycopg.Connection) -> None:
    host, email = enter(client), address()
    guest = sign_up(client, email)["access_token"]
    replaced, expired = invite(host, email), invite(host, email)
    assert accept(client, replaced["token"], guest).json()["code"] == "revoked"
    db.execute(QUERIES["expire_invitations"], {"account_id": host.account_id})
    assert accept(client, expired["token"], guest).json()["code"] == "expired"
    revoked = invite(host, email)
    assert host.ask("DELETE", f"{INVITATIONS}/{revoked['invitation_id']}").status_code == 204
    assert accept(client, revoked["token"], guest).json()["code"] == "revoked"


def test_invitation_falls_with_its_inviter(client: httpx.Client, db: psycopg.Connection) -> None:
    host, admin, email = enter(client), enter(client), address()
    join(db, admin, host.account_id, "admin")
    token = admin.ask(
        "POST", INVITATIONS, headers={"X-Account-Id": str(host.account_id)}, json={"email": email}
    ).json()["token"]
    host.ask("DELETE", f"/api/account/members/{admin.user_id}")
    assert accept(client, token, sign_up(client, email)["access_token"]).json()["code"] == "revoked"


def test_only_admins_invite_and_nobody_makes_an_owner(client: httpx.Client, db: psycopg.Connection) -> None:
    host, guest = enter(client), enter(client)
    join(db, guest, host.account_id, "member")
    chosen = {"X-Account-Id": str(host.account_id)}
    assert guest.ask("GET", INVITATIONS, headers=chosen).status_code == 403
    assert guest.ask("POST", INVITATIONS, headers=chosen, json={"email": address()}).status_code == 403
    assert host.ask("POST", INVITATIONS, json={"email": address(), "role": "owner"}).status_code == 422
    made = invite(host, address())
    assert guest.ask("DELETE", f"{INVITATIONS}/{made['invitation_id']}").status_code == 404


@pytest.mark.parametrize("email", ["nobody", "a@b", "a b@example.com", "a@example.com\r\nBcc: b@example.com", ""])
def test_what_is_no_address_is_not_invited(client: httpx.Client, email: str) -> None:
    answer = enter(client).ask("POST", INVITATIONS, json={"email": email})
    assert (answer.status_code, answer.json()["field"]) == (422, "email")


def test_member_is_not_invited_again(client: httpx.Client) -> None:
    host, email = enter(client), address()
    accept(client, invite(host, email)["token"], sign_up(client, email)["access_token"])
    again = host.ask("POST", INVITATIONS, json={"email": email})
    assert (again.status_code, again.json()["code"]) == (409, "member_already")


def test_trail_is_read_page_by_page_and_by_filter(client: httpx.Client) -> None:
    host = enter(client)
    for number in range(5):
        host.ask("PATCH", "/api/account", json={"name": f"Name {number}"})
    made = invite(host, address())
    seen: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = host.ask("GET", "/api/account/audit", params={"limit": 3, **({"cursor": cursor} if cursor else {})})
        seen += page.json()["items"]
        cursor = page.json()["next_cursor"]
    ids = [one["audit_entry_id"] for one in seen]
    assert ids == sorted(set(ids), reverse=True)
    assert [one["action"] for one in seen] == [
        "invitations.insert",
        *["accounts.update"] * 5,
        "members.insert",
        "credit_entries.insert",
        "account_plans.insert",
        "accounts.insert",
    ]
    assert seen[0]["details"]["email"] == "withheld"
    by_action = host.ask("GET", "/api/account/audit", params={"action": "accounts"}).json()["items"]
    assert len(by_action) == 6
    by_subject = host.ask("GET", "/api/account/audit", params={"subject_id": made["invitation_id"]}).json()["items"]
    assert [one["action"] for one in by_subject] == ["invitations.insert"]
    until = host.ask("GET", "/api/account/audit", params={"until": "2020-01-01T00:00:00Z"}).json()
    assert until == {"items": [], "next_cursor": None}


def test_trail_is_the_accounts_and_its_admins_alone(client: httpx.Client, db: psycopg.Connection) -> None:
    host, guest = enter(client), enter(client)
    join(db, guest, host.account_id, "member")
    refused = guest.ask("GET", "/api/account/audit", headers={"X-Account-Id": str(host.account_id)})
    assert refused.status_code == 403
    own = guest.ask("GET", "/api/account/audit").json()["items"]
    assert {one["user_id"] for one in own} == {str(guest.user_id)}
