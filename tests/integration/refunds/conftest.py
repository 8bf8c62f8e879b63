"""A place where leads are sold, and a claim in it of which the records will say something else."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from leadledger.app import create_app
from leadledger.refunds.crediting import credit_proved
from permit_leads.store.queries import load_queries
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.people import Person, enter, give_credits
from tests.integration.api.rows import Loaded, load

SQL = load_queries(Path(__file__).with_name("refunds.sql"))
NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Sold:
    """A claim that was paid for, and ways to change what the records say of it."""

    person: Person
    owner: psycopg.Connection
    claim_id: str
    lead_id: str
    permit_id: str

    def change(self, title: str, **values: object) -> None:
        known = {"claim_id": self.claim_id, "lead_id": self.lead_id, "permit_id": self.permit_id}
        self.owner.execute(SQL[title], {**known, **values})

    def correct(self, **fields: object) -> None:
        names = ("status", "completed_date", "expires_date", "address", "county_fips")
        self.change("correct", **{name: fields.get(name) for name in names})

    def refund(self) -> tuple[Any, ...] | None:
        return self.owner.execute(SQL["refund_of"], {"claim_id": self.claim_id}).fetchone()

    def entries(self) -> tuple[int, int]:
        row = self.owner.execute(SQL["count_entries"], {"claim_id": self.claim_id}).fetchone()
        assert row is not None
        return row[0], row[1]


@pytest.fixture(scope="module")
def place(
    template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, psycopg.Connection, str]]:
    for url in _fresh_database(template_database):
        settings = make_settings(as_api(url), tmp_path_factory.mktemp("home"))
        with psycopg.connect(url, autocommit=True) as owner, serve(create_app(settings)) as client:
            load(owner, Loaded(permit_count=1_000))
            owner.execute(SQL["finish_first_load"])
            yield client, owner, url


@pytest.fixture
def owner(place: tuple[httpx.Client, psycopg.Connection, str]) -> psycopg.Connection:
    return place[1]


@pytest.fixture
def person(place: tuple[httpx.Client, psycopg.Connection, str]) -> Person:
    entered = enter(place[0])
    give_credits(place[1], entered, 100)
    place[1].execute(SQL["put_plan"], {"account_id": entered.account_id})
    return entered


def find_leads(owner: psycopg.Connection, count: int) -> list[tuple[str, str]]:
    """Leads of one trade, each of a permit of its own that nobody has claimed."""
    found = owner.execute(SQL["fresh_leads"]).fetchall()
    trade = found[0][2]
    chosen = [(str(lead_id), str(permit_id)) for lead_id, permit_id, its in found if its == trade]
    return chosen[:count]


def buy(owner: psycopg.Connection, person: Person, lead: tuple[str, str]) -> Sold:
    answer = person.ask("POST", "/api/claims", json={"lead_id": lead[0]})
    assert answer.status_code == 201, answer.text
    return Sold(person, owner, answer.json()["claim_id"], *lead)


@pytest.fixture
def sold(owner: psycopg.Connection, person: Person) -> Sold:
    return buy(owner, person, find_leads(owner, 1)[0])


def look(url: str, *, is_whole: bool = True) -> None:
    with psycopg.connect(url) as conn:
        credit_proved(conn, is_whole=is_whole)


def days_ago(count: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=count)
