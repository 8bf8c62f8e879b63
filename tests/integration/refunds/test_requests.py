"""What an account asks for: decided by the records where they decide it, else by a person, with one appeal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
import pytest

from leadledger.__main__ import main
from leadledger.app import create_app
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.people import Person, enter, give_credits, join
from tests.integration.api.rows import Loaded, load
from tests.integration.refunds.conftest import SQL, Sold, buy, find_leads, look


@pytest.fixture(scope="module")
def place(
    template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, psycopg.Connection, str]]:
    for url in _fresh_database(template_database):
        settings = make_settings(as_api(url), tmp_path_factory.mktemp("home"))
        with psycopg.connect(url, autocommit=True) as owner, serve(create_app(settings)) as client:
            load(owner, Loaded(permit_count=400))
            owner.execute(SQL["finish_first_load"])
            yield client, owner, url


@pytest.fixture
def sold(place: tuple[httpx.Client, psycopg.Connection, str]) -> Sold:
    person = enter(place[0])
    give_credits(place[1], person, 100)
    return buy(place[1], person, find_leads(place[1], 1)[0])


@pytest.fixture
def desk(place: tuple[httpx.Client, psycopg.Connection, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DATABASE_URL", place[2])

    def run(*words: str) -> int:
        return main(["refunds", *words])

    return run


def ask(sold: Sold, person: Person | None = None, **more: Any) -> httpx.Response:
    body = {"claim_id": sold.claim_id, "complaint": "other", "words": "Nobody lives there.", **more}
    return (person or sold.person).ask("POST", "/api/refund-requests", json=body)


def status_of(sold: Sold) -> Any:
    [one] = sold.person.ask("GET", "/api/refund-requests").json()["items"]
    return one["status"], one["can_appeal"]


def test_request_that_the_records_prove_is_credited_at_once(sold: Sold) -> None:
    sold.change("withdraw", at=datetime.now(UTC))
    answer = ask(sold, complaint="duplicate")
    assert (answer.status_code, answer.json()["status"]) == (201, "credited")
    assert sold.entries() == (2, 0)


def test_other_requests_wait_for_a_person(sold: Sold) -> None:
    assert ask(sold).json()["status"] == "waiting"
    assert sold.entries() == (1, -1)


def test_operator_grants(sold: Sold, desk: Any, capsys: pytest.CaptureFixture[str]) -> None:
    request_id = ask(sold).json()["refund_request_id"]
    assert desk("list") == 0
    assert request_id in capsys.readouterr().out
    assert desk("show", request_id) == 0
    assert "Nobody lives there." in capsys.readouterr().out
    assert desk("grant", request_id, "--reason", "The house is gone.") == 0
    assert status_of(sold) == ("credited", False)
    assert sold.entries() == (2, 0)
    assert desk("grant", request_id, "--reason", "Again.") == 1
    assert sold.entries() == (2, 0)


def test_refusal_can_be_appealed_once(sold: Sold, desk: Any) -> None:
    request_id = ask(sold).json()["refund_request_id"]
    path = f"/api/refund-requests/{request_id}/appeal"
    assert sold.person.ask("POST", path, json={"words": "Too early."}).status_code == 409
    assert desk("refuse", request_id, "--reason", "The permit is open.") == 0
    assert status_of(sold) == ("refused", True)
    assert sold.person.ask("POST", path, json={"words": "Look again."}).json()["status"] == "appealed"
    assert sold.person.ask("POST", path, json={"words": "And again."}).status_code == 409
    assert desk("refuse", request_id, "--reason", "Still open.") == 0
    assert status_of(sold) == ("appeal_refused", False)
    assert sold.entries() == (1, -1)


def test_who_waits_for_long_is_told_to_the_health_check(sold: Sold, desk: Any, place: Any) -> None:
    def status() -> str:
        return str(place[0].get("/api/supa-env-check").json()["payments_status"])

    request_id = ask(sold).json()["refund_request_id"]
    assert (status(), desk("list")) == ("off", 0)
    place[1].execute(SQL["let_requests_wait"])
    assert (status(), desk("list")) == ("requests", 1)
    assert desk("refuse", request_id, "--reason", "The permit is open.") == 0
    place[1].execute(SQL["answer_requests"])
    assert (status(), desk("list")) == ("off", 0)
    path = f"/api/refund-requests/{request_id}/appeal"
    assert sold.person.ask("POST", path, json={"words": "Look again."}).json()["status"] == "appealed"
    assert (status(), desk("list")) == ("off", 0)


def test_evidence_that_comes_later_turns_a_refusal(sold: Sold, desk: Any, place: Any) -> None:
    request_id = ask(sold).json()["refund_request_id"]
    assert desk("refuse", request_id, "--reason", "The permit is open.") == 0
    sold.change("withdraw", at=datetime.now(UTC))
    look(place[2])
    assert status_of(sold) == ("credited", False)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"complaint": "bad"}, 422),
        ({"words": "x" * 2_001}, 422),
        ({"claim_id": "00000000-0000-4000-8000-000000000000"}, 404),
        ({"credits": 50}, 422),
    ],
)
def test_unfit_request_is_refused(more: dict[str, Any], status: int, sold: Sold) -> None:
    assert ask(sold, **more).status_code == status


def test_second_request_and_one_for_nothing_are_conflicts(sold: Sold) -> None:
    ask(sold)
    assert (ask(sold).status_code, ask(sold).json()["code"]) == (409, "asked_already")
    other = buy(sold.owner, sold.person, find_leads(sold.owner, 1)[0])
    assert sold.person.ask("DELETE", f"/api/claims/{other.claim_id}").status_code == 204
    assert ask(other).json()["code"] == "nothing_owed"


def test_strangers_and_viewers_ask_for_nothing(sold: Sold, place: Any) -> None:
    stranger, viewer = enter(place[0]), enter(place[0])
    join(sold.owner, viewer, sold.person.account_id, "viewer")
    assert ask(sold, stranger).status_code == 404
    headers = {"X-Account-Id": str(sold.person.account_id)}
    body = {"claim_id": sold.claim_id, "complaint": "other"}
    assert viewer.ask("POST", "/api/refund-requests", json=body, headers=headers).status_code == 403
    assert viewer.ask("GET", "/api/refund-requests", headers=headers).status_code == 200


def test_pages_are_as_long_as_asked(sold: Sold) -> None:
    ask(sold)
    for path in ("/api/refund-requests", "/api/refunds"):
        assert sold.person.ask("GET", path, params={"limit": 1}).status_code == 200
        assert sold.person.ask("GET", path, params={"limit": 0}).status_code == 400
