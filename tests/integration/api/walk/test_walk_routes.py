"""Every address, asked for things of account A with other people's tokens: 404 or 403, and never a word of A's."""

from __future__ import annotations

import re
from typing import Any

import httpx
import psycopg
import pytest

from leadledger.app import build_app
from leadledger.deps import READING_POSTS
from leadledger.modes import MODE_HEADER
from tests.integration.api.people import Person
from tests.integration.api.walk.bodies import BODIES, fill
from tests.integration.api.walk.conftest import Cast
from tests.integration.api.walk.seeding import Seeded, content

# Facts from publishers: the same for everybody who is signed in. And what is its own proof: whoever has it may ask.
FACTS = {"lead_id", "permit_id", "page_sha256", "tracking_code", "link_token"}
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, methods in build_app().openapi()["paths"].items()
    for method, operation in methods.items()
}
NAMES = re.compile(r"{(\w+)}")
IN_HOSTS_ACCOUNT = "X-Account-Id"


def ask(person: Person, name: str, seeded: Seeded, **headers: str) -> httpx.Response:
    method, path, operation = OPERATIONS[name]
    body = fill(BODIES[name], seeded.known) if "requestBody" in operation else None
    wanted = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
    query = {name: value for name, value in seeded.known.items() if name in wanted - FACTS}
    return person.ask(method, path.format_map(seeded.known), json=body, params=query, headers=headers)


def said(name: str, seeded: Seeded) -> list[str]:
    """What the asker names himself may come back in the refusal."""
    _, path, operation = OPERATIONS[name]
    queried = [one["name"] for one in operation.get("parameters", ())]
    named = [*NAMES.findall(path), *queried, *NAMES.findall(str(BODIES.get(name, "")))]
    return [seeded.known[one] for one in named if one in seeded.known]


def owned(path: str) -> set[str]:
    return set(NAMES.findall(path)) - FACTS


def names_a_thing(name: str) -> bool:
    """Whether the address or the body names something of account A."""
    return bool(owned(OPERATIONS[name][1]) or set(NAMES.findall(str(BODIES.get(name, "")))) - FACTS)


def test_every_address_can_be_walked(seeded: Seeded) -> None:
    unseeded = {name: owned(path) - set(seeded.known) for name, (_, path, _) in OPERATIONS.items()}
    assert {name: ids for name, ids in unseeded.items() if ids} == {}, "let a seed return these ids: see seeding.py"
    bodiless = [name for name, (_, _, operation) in OPERATIONS.items() if "requestBody" in operation]
    assert set(bodiless) - set(BODIES) == set(), "write a right body for these into bodies.py"
    assert set(BODIES) - set(bodiless) == set()


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("walker", ["stranger", "key", "test", "former"])
def test_nobody_else_gets_anything_of_account_a(people: Cast, seeded: Seeded, walker: str, name: str) -> None:
    answer = ask(getattr(people, walker), name, seeded)
    assert seeded.leaked(answer.text, *said(name, seeded)) == []
    if owned(OPERATIONS[name][1]):
        assert answer.status_code in (403, 404), answer.text
    assert answer.status_code < 500
    assert answer.status_code >= 400 or not names_a_thing(name), answer.text


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("walker", ["stranger", "key", "test", "former"])
def test_nobody_else_acts_for_account_a(people: Cast, seeded: Seeded, walker: str, name: str) -> None:
    answer = ask(getattr(people, walker), name, seeded, **{IN_HOSTS_ACCOUNT: seeded.known["account_id"]})
    assert seeded.leaked(answer.text, *said(name, seeded), seeded.known["account_id"]) == []
    if owned(OPERATIONS[name][1]):
        assert answer.status_code in (403, 404), answer.text
    assert answer.status_code < 500
    assert answer.status_code >= 400 or not names_a_thing(name), answer.text


@pytest.mark.parametrize("name", [name for name, (*_, operation) in OPERATIONS.items() if "security" in operation])
def test_nobody_gets_in_without_a_token(client: httpx.Client, seeded: Seeded, name: str) -> None:
    method, path, operation = OPERATIONS[name]
    body = fill(BODIES[name], seeded.known) if "requestBody" in operation else None
    assert client.request(method, path.format_map(seeded.known), json=body).status_code == 401


@pytest.mark.parametrize("name", [name for name, (method, *_) in OPERATIONS.items() if method != "GET"])
def test_viewer_changes_nothing(people: Cast, seeded: Seeded, db: psycopg.Connection, name: str) -> None:
    viewer = str(people.viewer.user_id)
    before = content(db, seeded, apart_from=viewer)
    ask(people.viewer, name, seeded, **{IN_HOSTS_ACCOUNT: seeded.known["account_id"]})
    assert content(db, seeded, apart_from=viewer) == before


@pytest.mark.parametrize("name", [name for name, (method, *_) in OPERATIONS.items() if method != "GET"])
def test_test_key_writes_nothing(people: Cast, seeded: Seeded, db: psycopg.Connection, name: str) -> None:
    before = content(db, seeded)
    answer = ask(people.test, name, seeded)
    assert content(db, seeded) == before
    if name not in READING_POSTS:
        assert (answer.status_code, answer.json()["code"]) == (403, "not_in_sandbox"), answer.text
    assert answer.headers[MODE_HEADER] == "test"


@pytest.mark.parametrize("name", [name for name, (method, *_) in OPERATIONS.items() if method == "GET"])
def test_test_key_gets_no_fact_of_live_data(people: Cast, seeded: Seeded, name: str) -> None:
    """Leads and permits are everybody's, but not a test key's."""
    answer = ask(people.test, name, seeded)
    own = {seeded.known[one] for one in NAMES.findall(OPERATIONS[name][1])}
    facts = {seeded.known[one] for one in ("lead_id", "permit_id", "page_sha256")} - own
    assert [fact for fact in facts if fact in answer.text] == []
    if set(NAMES.findall(OPERATIONS[name][1])) & {"lead_id", "permit_id", "page_sha256"}:
        assert answer.status_code in (400, 404), answer.text  # 400: no query is asked with


def test_whole_walk_left_account_a_as_it_was(people: Cast, seeded: Seeded, db: psycopg.Connection) -> None:
    before = content(db, seeded)
    for walker in (people.stranger, people.key, people.test, people.former):
        for name in OPERATIONS:
            ask(walker, name, seeded)
            ask(walker, name, seeded, **{IN_HOSTS_ACCOUNT: seeded.known["account_id"]})
    assert content(db, seeded) == before


def test_walk_finds_what_leaks(seeded: Seeded) -> None:
    """The owner sees all of it, so the walk would have seen it too."""
    answers: dict[str, Any] = {
        name: ask(seeded.host, name, seeded) for name, (method, *_) in OPERATIONS.items() if method == "GET"
    }
    telling = [name for name, answer in answers.items() if seeded.leaked(answer.text, *said(name, seeded))]
    missed = [name for name in answers if owned(OPERATIONS[name][1]) and answers[name].status_code != 200]
    assert missed == []
    assert {"get_account", "list_api_keys", "list_territories", "list_invitations", "list_notes"} <= set(telling)
