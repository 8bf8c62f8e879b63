"""Territories of an account."""

from __future__ import annotations

from typing import Any

import httpx
import psycopg
import pytest

from tests.integration.api.people import enter, join

TERRITORIES = "/api/territories"
SQUARE = {"type": "Polygon", "coordinates": [[[-98, 30], [-97, 30], [-97, 31], [-98, 31], [-98, 30]]]}


def test_territory_is_kept_changed_and_forgotten(client: httpx.Client) -> None:
    person = enter(client)
    made = person.ask(
        "POST", TERRITORIES, json={"name": "South", "counties": ["48453", "48453"], "area": SQUARE}
    ).json()
    assert (made["counties"], made["zips"], made["area"]) == (["48453"], [], SQUARE)
    path = f"{TERRITORIES}/{made['territory_id']}"
    assert person.ask("GET", path).json() == made
    changed = person.ask("PATCH", path, json={"area": None, "zips": ["78704"]}).json()
    assert (changed["name"], changed["counties"], changed["zips"], changed["area"]) == (
        "South",
        ["48453"],
        ["78704"],
        None,
    )
    assert person.ask("GET", TERRITORIES).json()["territories"] == [changed]
    assert person.ask("DELETE", path).status_code == 204
    assert person.ask("GET", path).status_code == 404


def test_territory_is_always_somewhere(client: httpx.Client) -> None:
    person = enter(client)
    assert person.ask("POST", TERRITORIES, json={"name": "Nowhere"}).status_code == 422
    made = person.ask("POST", TERRITORIES, json={"name": "One ZIP", "zips": ["78704"]}).json()
    emptied = person.ask("PATCH", f"{TERRITORIES}/{made['territory_id']}", json={"zips": []})
    assert (emptied.status_code, emptied.json()["message"]) == (
        422,
        "a territory needs at least one of counties, zips and area",
    )


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"counties": ["Travis"]}, "counties.0"),
        ({"area": {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 1.5], [0, 0]]]}}, "crosses"),
        ({"area": "POLYGON((0 0))"}, "expected GeoJSON"),
        ({"area": {"type": "Point", "coordinates": [0, 0]}}, "expected GeoJSON"),
    ],
)
def test_wrong_places_are_refused_with_the_reason(client: httpx.Client, wanted: dict[str, Any], words: str) -> None:
    answer = enter(client).ask("POST", TERRITORIES, json={"name": "Wrong", **wanted})
    assert answer.status_code == 422
    assert words in answer.json()["message"]


def test_viewers_look_and_members_change(client: httpx.Client, db: psycopg.Connection) -> None:
    host, viewer, member = enter(client), enter(client), enter(client)
    join(db, viewer, host.account_id, "viewer")
    join(db, member, host.account_id, "member")
    chosen = {"X-Account-Id": str(host.account_id)}
    body = {"name": "Shared", "zips": ["78704"]}
    assert viewer.ask("POST", TERRITORIES, headers=chosen, json=body).status_code == 403
    made = member.ask("POST", TERRITORIES, headers=chosen, json=body).json()
    assert viewer.ask("GET", f"{TERRITORIES}/{made['territory_id']}", headers=chosen).json() == made
    assert viewer.ask("DELETE", f"{TERRITORIES}/{made['territory_id']}", headers=chosen).status_code == 403
    assert viewer.ask("GET", TERRITORIES).json() == {"territories": []}
