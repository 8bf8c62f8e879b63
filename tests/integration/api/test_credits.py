"""Credits: what a claim costs, who may still claim, and that the ledger is the only truth about money."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
CATALOG = load_catalog()
TERMS, PRICE = CATALOG.terms, CATALOG.claims["any"]


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
def client(place: tuple[httpx.Client, psycopg.Connection]) -> httpx.Client:
    return place[0]


@pytest.fixture
def owner(place: tuple[httpx.Client, psycopg.Connection]) -> psycopg.Connection:
    return place[1]


@pytest.fixture
def lead_id(place: tuple[httpx.Client, psycopg.Connection]) -> str:
    """A lead nobody has claimed yet."""
    return str(place[1].execute(SQL["unclaimed"]).fetchall()[0][0])


def claim(person: Person, lead_id: str, **more: Any) -> httpx.Response:
    return person.ask("POST", "/api/claims", json={"lead_id": lead_id, **more})


def credits_of(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = person.ask("GET", "/api/credits").json()
    return found


def offer(person: Person, lead_id: str) -> dict[str, Any]:
    (found,) = person.ask("GET", "/api/offers", params={"lead_id": lead_id}).json()["offers"]
    return dict(found)


def entries(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.ask("GET", "/api/credits/entries").json()["items"]
    return found


def test_offer_says_whose_names_a_claim_would_open(
    client: httpx.Client, owner: psycopg.Connection, lead_id: str
) -> None:
    person = enter(client)
    assert offer(person, lead_id)["names"] == ["owner", "applicant", "contractor"]
    owner.execute(SQL["lose_names"], {"lead_id": lead_id})
    assert offer(person, lead_id)["names"] == ["contractor"]


def test_new_account_tries_us_out_without_a_card(client: httpx.Client) -> None:
    found = credits_of(enter(client))
    assert (found["balance"], found["plan"]["plan"]) == (TERMS.trial_credits, "trial")
    assert found["next_expiry"] == {"credits": TERMS.trial_credits, "at": found["plan"]["ends_at"]}


def test_claim_is_paid_in_the_ledger_and_claiming_it_again_is_free(client: httpx.Client, lead_id: str) -> None:
    person = enter(client)
    first, again = claim(person, lead_id), claim(person, lead_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["credits"] == PRICE.credits
    newest, trial = entries(person)
    assert (newest["amount"], newest["reason"], newest["claim_id"]) == (
        -PRICE.credits,
        "claim",
        first.json()["claim_id"],
    )
    assert newest["balance"] == credits_of(person)["balance"] == trial["amount"] - PRICE.credits
    assert credits_of(person)["used_this_month"] == PRICE.credits


def test_what_is_sold_is_said_before_and_nobody_beyond_the_seats_pays(client: httpx.Client, lead_id: str) -> None:
    buyers = [enter(client) for _ in range(PRICE.seats)]
    for sold, buyer in enumerate(buyers):
        before = offer(buyer, lead_id)
        assert (before["sold"], before["seats"], before["is_held"]) == (sold, PRICE.seats, False)
        assert before["is_exclusive_possible"] == (sold == 0)
        assert claim(buyer, lead_id).status_code == 201
    late = enter(client)
    refused = claim(late, lead_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "sold_out")
    assert credits_of(late)["balance"] == TERMS.trial_credits
    assert offer(buyers[0], lead_id)["is_held"]


def test_exclusive_claim_keeps_others_out_until_it_ends(
    client: httpx.Client, owner: psycopg.Connection, lead_id: str
) -> None:
    first, second = enter(client), enter(client)
    held = claim(first, lead_id, is_exclusive=True).json()
    assert held["credits"] == PRICE.exclusive_credits
    assert offer(second, lead_id)["exclusive_until"] == held["exclusive_until"]
    refused = claim(second, lead_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "sold_out")
    owner.execute(SQL["end_exclusivity"], {"claim_id": held["claim_id"]})
    assert claim(second, lead_id, is_exclusive=True).status_code == 409  # somebody holds it
    assert claim(second, lead_id).status_code == 201


def test_without_credits_it_says_how_to_go_on(client: httpx.Client, owner: psycopg.Connection, lead_id: str) -> None:
    person = enter(client)
    owner.execute(SQL["take_all"], {"account_id": person.account_id})
    refused = claim(person, lead_id)
    assert (refused.status_code, refused.json()["code"]) == (402, "credits_missing")
    assert "GET /api/plans" in refused.json()["message"]
    assert person.ask("GET", "/api/claims").json()["items"] == []


def test_claim_given_back_in_time_costs_nothing_and_frees_its_seat(client: httpx.Client, lead_id: str) -> None:
    person = enter(client)
    held = claim(person, lead_id).json()
    assert held["undo_until"] is not None
    assert person.ask("DELETE", f"/api/claims/{held['claim_id']}").status_code == 204
    assert credits_of(person)["balance"] == TERMS.trial_credits
    assert [entry["reason"] for entry in entries(person)] == ["refund", "claim", "adjustment"]
    assert offer(person, lead_id)["sold"] == 0


def test_claim_given_back_too_late_stays_paid(client: httpx.Client, owner: psycopg.Connection, lead_id: str) -> None:
    person = enter(client)
    held = claim(person, lead_id).json()
    owner.execute(SQL["age_claim"], {"claim_id": held["claim_id"], "seconds": TERMS.undo_seconds + 1})
    assert person.ask("GET", f"/api/claims/{held['claim_id']}").json()["undo_until"] is None
    assert person.ask("DELETE", f"/api/claims/{held['claim_id']}").status_code == 204
    assert credits_of(person)["balance"] == TERMS.trial_credits - PRICE.credits


def undo(person: Person, held: dict[str, Any]) -> httpx.Response:
    return person.ask("POST", f"/api/claims/{held['claim_id']}/undo")


def test_undoing_brings_the_credits_or_changes_nothing(
    client: httpx.Client, owner: psycopg.Connection, lead_id: str
) -> None:
    person = enter(client)
    held = claim(person, lead_id).json()
    assert undo(person, held).json() == {"claim_id": held["claim_id"], "credits": PRICE.credits}
    assert undo(person, held).status_code == 404
    again = claim(person, lead_id).json()
    owner.execute(SQL["age_claim"], {"claim_id": again["claim_id"], "seconds": TERMS.undo_seconds + 1})
    late = undo(person, again)
    assert (late.status_code, late.json()["code"]) == (409, "undo_over")
    assert person.ask("GET", f"/api/claims/{again['claim_id']}").status_code == 200
    assert credits_of(person)["balance"] == TERMS.trial_credits - PRICE.credits


def test_only_so_many_claims_a_day_can_be_undone(client: httpx.Client, owner: psycopg.Connection, lead_id: str) -> None:
    person = enter(client)
    for _ in range(TERMS.undos_a_day):
        assert undo(person, claim(person, lead_id).json()).status_code == 200
    held = claim(person, lead_id).json()
    refused = undo(person, held)
    assert (refused.status_code, refused.json()["code"]) == (409, "undo_over")
    assert "used up" in refused.json()["message"]
    assert person.ask("GET", f"/api/claims/{held['claim_id']}").status_code == 200


def test_cap_holds_for_the_account_and_for_a_member(client: httpx.Client, owner: psycopg.Connection) -> None:
    person = enter(client)
    give_credits(owner, person)
    one, two = (str(row[0]) for row in owner.execute(SQL["unclaimed"]).fetchall()[:2])
    for user_id in (None, str(person.user_id)):
        cap = {"user_id": user_id, "credits_a_month": PRICE.credits}
        assert person.ask("PUT", "/api/credits/caps", json=cap).status_code == 200
    assert claim(person, one).status_code == 201
    refused = claim(person, two)
    assert (refused.status_code, refused.json()["code"]) == (402, "cap_reached")
    assert {cap["used"] for cap in credits_of(person)["caps"]} == {PRICE.credits}
    for user_id in (None, str(person.user_id)):
        off = {"user_id": user_id, "credits_a_month": None}
        person.ask("PUT", "/api/credits/caps", json=off)
    assert claim(person, two).status_code == 201


def test_plan_that_does_not_reach_the_place_is_told_so(
    client: httpx.Client, owner: psycopg.Connection, lead_id: str
) -> None:
    person = enter(client)
    owner.execute(SQL["put_plan"], {"account_id": person.account_id, "plan": "starter"})
    assert not offer(person, lead_id)["is_in_plan"]
    refused = claim(person, lead_id)
    assert (refused.status_code, refused.json()["code"]) == (403, "outside_plan")
    owner.execute(SQL["end_plan"], {"account_id": person.account_id})
    assert credits_of(person)["plan"]["plan"] == "lapsed"


@pytest.mark.parametrize("statement", ["change_entry", "remove_entry", "empty_entries", "overdraw"])
def test_ledger_refuses_its_owner_too(client: httpx.Client, owner: psycopg.Connection, statement: str) -> None:
    person = enter(client)
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)):
        owner.execute(SQL[statement], {"account_id": person.account_id})
    assert credits_of(person)["balance"] == TERMS.trial_credits


def test_same_key_counts_once(client: httpx.Client, owner: psycopg.Connection) -> None:
    person = enter(client)
    values = {"account_id": person.account_id}
    assert owner.execute(SQL["buy"], values).fetchone() != (None,)
    assert owner.execute(SQL["buy"], values).fetchone() == (None,)
    assert credits_of(person)["balance"] == TERMS.trial_credits + 50


def test_statement_pages_fit_together(client: httpx.Client, owner: psycopg.Connection) -> None:
    person = enter(client)
    for _ in range(7):
        give_credits(owner, person, 3)
    whole, seen, cursor = entries(person), [], None
    while True:
        asked = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        page = person.ask("GET", "/api/credits/entries", params=asked).json()
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == whole
    assert whole[0]["balance"] == TERMS.trial_credits + 21
    assert person.ask("GET", "/api/credits/entries", params={"cursor": "xyz"}).status_code == 400


def test_prices_are_public_and_those_of_the_file(client: httpx.Client) -> None:
    found = client.get("/api/plans").json()
    assert [plan["plan"] for plan in found["plans"]] == list(CATALOG.sold)
    assert {pack["pack"]: pack["cents"] for pack in found["packs"]} == {
        name: pack.cents for name, pack in CATALOG.packs.items()
    }
