"""Ways to get more than was paid for, which are closed: each was open once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from tests.integration.api.people import Person, enter, join
from tests.integration.api.rows import Loaded, load

SQL = load_queries(Path(__file__).with_suffix(".sql"))
TRIAL = load_catalog().terms.trial_credits
Place = tuple[httpx.Client, psycopg.Connection, str]


@pytest.fixture(scope="module")
def place(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    for url in _fresh_database(template_database):
        settings = make_settings(as_api(url), tmp_path_factory.mktemp("home"))
        with psycopg.connect(url, autocommit=True) as owner, serve(create_app(settings)) as client:
            load(owner, Loaded(permit_count=100))
            yield client, owner, url


def balance(person: Person) -> int:
    return int(person.ask("GET", "/api/credits").json()["balance"])


def ask_during(place: Place, ask: Callable[[], httpx.Response], title: str, **values: object) -> httpx.Response:
    """Ask while another transaction has done something and has not ended yet."""
    with ThreadPoolExecutor(1) as asking, psycopg.connect(place[2]) as other:
        other.execute(SQL[title], values)
        asked = asking.submit(ask)
        while not asked.done() and place[1].execute(SQL["is_waiting"]).fetchone() == (False,):
            pass
        other.commit()
        return asked.result()


def test_who_leaves_his_account_and_comes_back_has_no_second_trial(place: Place) -> None:
    person, friend = enter(place[0]), enter(place[0])
    join(place[1], friend, person.account_id, "owner")
    assert balance(person) == TRIAL
    left = person.ask("DELETE", f"/api/account/members/{person.user_id}")
    assert left.status_code == 204, left.text
    account = person.ask("GET", "/api/account").json()
    assert account["account_id"] != str(person.account_id)
    assert balance(person) == 0
    assert person.ask("GET", "/api/billing").json()["plan"]["plan"] == "lapsed"


def test_whose_account_was_deleted_has_no_second_trial(place: Place) -> None:
    person = enter(place[0])
    place[1].execute(SQL["delete_account"], {"account_id": person.account_id})
    assert balance(person) == 0


def test_invitations_made_at_once_take_no_more_seats_than_there_are(place: Place) -> None:
    person = enter(place[0])
    about = {"account_id": person.account_id}
    place[1].execute(SQL["put_plan"], {**about, "plan": "starter"})  # two seats

    def invite() -> httpx.Response:
        return person.ask("POST", "/api/account/invitations", json={"email": "second@example.com"})

    refused = ask_during(place, invite, "invite", **about, user_id=person.user_id)
    assert (refused.status_code, refused.json()["code"]) == (403, "plan_too_small")


def test_refund_asked_for_while_it_is_credited_is_told_so(place: Place) -> None:
    person = enter(place[0])
    [(lead_id,)] = place[1].execute(SQL["unclaimed"]).fetchall()
    claim_id = person.ask("POST", "/api/claims", json={"lead_id": str(lead_id)}).json()["claim_id"]
    place[1].execute(SQL["withdraw"], {"claim_id": claim_id})

    def ask() -> httpx.Response:
        return person.ask("POST", "/api/refund-requests", json={"claim_id": claim_id, "complaint": "other"})

    told = ask_during(place, ask, "credit", claim_id=claim_id)
    assert (told.status_code, told.json()["code"]) == (409, "nothing_owed")
    assert balance(person) == TRIAL


def test_letter_is_written_once_whatever_clock_a_session_goes_by(place: Place) -> None:
    person = enter(place[0])
    about = {"account_id": person.account_id}
    place[1].execute(SQL["is_late"], about)
    for zone in ("UTC", "America/Chicago", "Asia/Tokyo"):
        with psycopg.connect(place[2], options=f"-c timezone={zone}") as conn:
            conn.execute(SQL["write_letters"], about)
    assert place[1].execute(SQL["letters"], about).fetchone() == (1,)


NUL = "a\x00b"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/exclusive-zips", {"trade": NUL, "zip": "78704"}),
        ("PUT", "/api/billing/metro", {"metro": NUL}),
        ("POST", "/api/refund-requests", {"complaint": "other", "words": NUL, "claim_id": "0" * 32}),
        ("POST", f"/api/refund-requests/{'0' * 32}/appeal", {"words": NUL}),
    ],
)
def test_zero_byte_is_the_callers_mistake(method: str, path: str, body: dict[str, str], place: Place) -> None:
    assert enter(place[0]).ask(method, path, json=body).status_code in (404, 422)
