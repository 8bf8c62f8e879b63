"""Exclusive territory: bought with credits, held by one account, and no lead in it sold to others."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from leadledger.app import create_app
from leadledger.plans import load_catalog
from permit_leads.store.queries import load_queries
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.people import Person, enter, give_credits
from tests.integration.api.rows import Loaded, load

SQL = load_queries(Path(__file__).with_suffix(".sql"))
TERMS = load_catalog().terms


@pytest.fixture(scope="module")
def place(
    template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, psycopg.Connection]]:
    for url in _fresh_database(template_database):
        settings = make_settings(as_api(url), tmp_path_factory.mktemp("home"))
        with psycopg.connect(url, autocommit=True) as owner, serve(create_app(settings)) as client:
            load(owner, Loaded(permit_count=200))
            yield client, owner


@pytest.fixture
def rich(place: tuple[httpx.Client, psycopg.Connection]) -> Person:
    person = enter(place[0])
    give_credits(place[1], person, 100)
    return person


@pytest.fixture
def spot(place: tuple[httpx.Client, psycopg.Connection]) -> dict[str, str]:
    """A ZIP and trade with leads that nobody holds."""
    place[1].execute(SQL["free_all"])
    trade, code = place[1].execute(SQL["spot"]).fetchall()[0]
    return {"trade": trade, "zip": code}


def buy(person: Person, spot: dict[str, str]) -> httpx.Response:
    return person.ask("POST", "/api/exclusive-zips", json=spot)


def balance(person: Person) -> int:
    return int(person.ask("GET", "/api/credits").json()["balance"])


def leads_in(owner: psycopg.Connection, spot: dict[str, str]) -> list[str]:
    return [str(row[0]) for row in owner.execute(SQL["leads"], spot)]


def test_bought_zip_costs_its_price_and_is_listed(rich: Person, spot: dict[str, str]) -> None:
    before = balance(rich)
    assert buy(rich, spot).status_code == 201
    listed = rich.ask("GET", "/api/exclusive-zips").json()
    assert [(one["trade"], one["zip"]) for one in listed["items"]] == [(spot["trade"], spot["zip"])]
    assert listed["terms"] == {"credits": TERMS.exclusive_zip_credits, "days": TERMS.exclusive_zip_days}
    assert balance(rich) == before - TERMS.exclusive_zip_credits


def test_nobody_else_claims_there(
    rich: Person, spot: dict[str, str], place: tuple[httpx.Client, psycopg.Connection]
) -> None:
    assert buy(rich, spot).status_code == 201
    lead_id = leads_in(place[1], spot)[0]
    refused = enter(place[0]).ask("POST", "/api/claims", json={"lead_id": lead_id})
    assert (refused.status_code, refused.json()["code"]) == (409, "sold_out")
    assert rich.ask("POST", "/api/claims", json={"lead_id": lead_id}).status_code == 201


def test_two_that_buy_at_once_never_hold_both(
    spot: dict[str, str], place: tuple[httpx.Client, psycopg.Connection]
) -> None:
    buyers = [enter(place[0]) for _ in range(6)]
    for one in buyers:
        give_credits(place[1], one, 100)
    with ThreadPoolExecutor(6) as buying:
        codes = sorted(answer.status_code for answer in buying.map(lambda one: buy(one, spot), buyers))
    assert codes == [201, 409, 409, 409, 409, 409]
    assert sorted(map(balance, buyers)) == [105 - TERMS.exclusive_zip_credits, *[105] * 5]


def test_who_holds_it_holds_it_longer(rich: Person, spot: dict[str, str]) -> None:
    first, second = buy(rich, spot).json(), buy(rich, spot).json()
    assert second["ends_at"] > first["ends_at"]
    assert second["begins_at"] == first["begins_at"]


def test_too_few_credits_buy_nothing(spot: dict[str, str], place: tuple[httpx.Client, psycopg.Connection]) -> None:
    poor = enter(place[0])
    refused = buy(poor, spot)
    assert (refused.status_code, refused.json()["code"]) == (402, "credits_missing")
    assert poor.ask("GET", "/api/exclusive-zips").json()["items"] == []


@pytest.mark.parametrize("of_member", [True, False])
def test_cap_holds_for_places_too(rich: Person, spot: dict[str, str], of_member: bool) -> None:
    before = balance(rich)
    cap = {"user_id": str(rich.user_id) if of_member else None, "credits_a_month": TERMS.exclusive_zip_credits}
    assert rich.ask("PUT", "/api/credits/caps", json=cap).status_code == 200
    assert buy(rich, spot).status_code == 201
    refused = buy(rich, spot)
    assert (refused.status_code, refused.json()["code"]) == (402, "cap_reached")
    assert balance(rich) == before - TERMS.exclusive_zip_credits
    told = rich.ask("GET", "/api/credits").json()
    assert [one["used"] for one in told["caps"]] == [told["used_this_month"]] == [TERMS.exclusive_zip_credits]


@pytest.mark.parametrize("wrong", [{"zip": "99999"}, {"trade": "rockets"}, {"zip": "7870"}, {"credits": 1}])
def test_place_without_leads_is_not_sold(wrong: dict[str, object], rich: Person, spot: dict[str, str]) -> None:
    before = balance(rich)
    assert rich.ask("POST", "/api/exclusive-zips", json={**spot, **wrong}).status_code == 422
    assert balance(rich) == before


def test_ended_one_is_anybodys(
    rich: Person, spot: dict[str, str], place: tuple[httpx.Client, psycopg.Connection]
) -> None:
    assert buy(rich, spot).status_code == 201
    place[1].execute(SQL["end_all"])
    other = enter(place[0])
    give_credits(place[1], other, 100)
    assert buy(other, spot).status_code == 201
