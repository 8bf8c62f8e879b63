"""The operator's desk for credits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leadledger.__main__ import main
from leadledger.app import create_app
from tests.conftest import as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.people import Person, enter

Desk = Callable[..., int]


@pytest.fixture
def person(database_url: str, tmp_path: Path) -> object:
    with serve(create_app(make_settings(as_api(database_url), tmp_path))) as client:
        yield enter(client, "owner@example.com")


@pytest.fixture
def desk(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("DATABASE_URL", database_url)
    return lambda *words: main(["credits", *map(str, words)])


def balance(person: Person) -> int:
    return int(person.ask("GET", "/api/credits").json()["balance"])


def test_account_is_found_by_address_and_shown(person: Person, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk("find", "OWNER@example.com") == 0
    assert str(person.account_id) in capsys.readouterr().out
    assert desk("show", person.account_id) == 0
    assert "+5" in capsys.readouterr().out
    assert desk("find", "nobody@example.com") == 1


def test_credits_are_given_once_for_a_key_and_taken_as_far_as_they_are_there(person: Person, desk: Desk) -> None:
    for _ in range(2):
        assert desk("adjust", person.account_id, 10, "--key", "tuesday", "--reason", "Sorry.") == 0
    assert balance(person) == 15
    assert desk("adjust", person.account_id, "--reason", "Back.", "--", -5) == 0
    assert desk("adjust", person.account_id, "--reason", "Back.", "--", -50) == 1
    assert balance(person) == 0
    entry = person.ask("GET", "/api/credits/entries").json()["items"][-2]
    assert (entry["reason"], entry["details"]["reason"]) == ("adjustment", "Sorry.")


def test_plan_is_given_until_a_day(person: Person, desk: Desk) -> None:
    day = (datetime.now(UTC) + timedelta(days=30)).date()
    assert desk("plan", person.account_id, "pro", "--until", day, "--reason", "A partner.") == 0
    plan = person.ask("GET", "/api/billing").json()["plan"]
    assert (plan["plan"], plan["ends_at"][:10]) == ("pro", str(day))


@pytest.mark.parametrize("words", [(0,), (100_001,)])
def test_amount_that_cannot_be_is_refused(words: tuple[int, ...], person: Person, desk: Desk) -> None:
    assert desk("adjust", person.account_id, *words, "--reason", "No.") == 2
    assert balance(person) == 5


def test_unknown_account_and_past_day_are_refused(person: Person, desk: Desk) -> None:
    assert desk("show", "00000000-0000-4000-8000-000000000000") == 1
    assert desk("plan", person.account_id, "pro", "--until", "2020-01-31", "--reason", "No.") == 2
