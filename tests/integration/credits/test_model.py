"""Any mix of what can happen to money, beside a model that is simple enough to be believed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from leadledger.app import create_app
from leadledger.credits.expiry import expire_credits
from leadledger.plans import load_catalog
from permit_leads.store.queries import load_queries
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.people import Person, enter
from tests.integration.api.rows import Loaded, load

SQL = load_queries(Path(__file__).with_suffix(".sql"))
CATALOG = load_catalog()
PRICE = CATALOG.claims["any"]
NUMBERS = itertools.count(1)


class Money(RuleBasedStateMachine):
    """Two accounts that buy, claim, undo, get refunds and lose what ends; `balances` is what they should have."""

    client: httpx.Client
    owner: psycopg.Connection
    url: str

    def __init__(self) -> None:
        super().__init__()
        self.people: list[Person] = [enter(self.client) for _ in range(2)]
        self.balances = [CATALOG.terms.trial_credits] * 2
        self.trials = [CATALOG.terms.trial_credits] * 2  # what is left of the credits that end
        self.held: list[dict[str, tuple[int, int]]] = [{}, {}]  # a claim's price, and what of it the trial paid
        self.keys: set[tuple[int, str]] = set()

    @rule(who=st.integers(0, 1), amount=st.integers(1, 20), key=st.sampled_from("abc"))
    def buy(self, who: int, amount: int, key: str) -> None:
        self._ask("buy", who, amount=amount, key=f"model:{id(self)}:{key}")
        if (who, key) not in self.keys:
            self.keys.add((who, key))
            self.balances[who] += amount

    @rule(who=st.integers(0, 1), is_exclusive=st.booleans())
    def claim(self, who: int, is_exclusive: bool) -> None:
        [(lead_id,)] = self.owner.execute(SQL["unclaimed"]).fetchall()
        body = {"lead_id": str(lead_id), "is_exclusive": is_exclusive}
        answer = self.people[who].ask("POST", "/api/claims", json=body)
        price = PRICE.exclusive_credits if is_exclusive else PRICE.credits
        if self.balances[who] < price:
            assert (answer.status_code, answer.json()["code"]) == (402, "credits_missing")
            return
        assert answer.status_code == 201, answer.text
        self.held[who][answer.json()["claim_id"]] = price, self._spend(who, price)

    @rule(who=st.integers(0, 1), is_refunded_too=st.booleans())
    @precondition(lambda self: any(self.held))
    def undo(self, who: int, is_refunded_too: bool) -> None:
        if self.held[who]:
            claim_id, (price, of_trial) = self.held[who].popitem()
            if is_refunded_too:  # these credits do not end
                self._ask("refund", who, claim_id=claim_id)
            else:
                self.trials[who] += of_trial
            assert self.people[who].ask("DELETE", f"/api/claims/{claim_id}").status_code == 204
            self.balances[who] += price
            self._ask("refund", who, claim_id=claim_id)  # once more gives nothing

    @rule(who=st.integers(0, 1))
    @precondition(lambda self: any(self.held))
    def refund(self, who: int) -> None:
        if self.held[who]:
            claim_id, (price, _) = self.held[who].popitem()
            for _ in range(2):
                self._ask("refund", who, claim_id=claim_id)
            self.balances[who] += price

    @rule(who=st.integers(0, 1), amount=st.integers(1, 30))
    def take(self, who: int, amount: int) -> None:
        [(taken,)] = self._ask("take", who, amount=amount, key=f"model:{next(NUMBERS)}")
        assert taken == min(amount, self.balances[who])
        self._spend(who, taken)

    @rule()
    def end_the_trial(self) -> None:
        with psycopg.connect(self.url) as conn:
            expire_credits(conn, datetime.now(UTC) + timedelta(days=CATALOG.terms.trial_days + 1))
        for who in range(2):
            self.balances[who] -= self.trials[who]
            self.trials[who] = 0

    @invariant()
    def ledger_is_the_model(self) -> None:
        for who, person in enumerate(self.people):
            [(balance, lowest, unsound)] = self._ask("judge", who)
            assert balance == self.balances[who]
            assert (lowest >= 0, unsound) == (True, 0)
            assert person.ask("GET", "/api/credits").json()["balance"] == balance

    def _spend(self, who: int, amount: int) -> int:
        """What ends first is used first: how much the trial pays."""
        of_trial = min(amount, self.trials[who])
        self.balances[who] -= amount
        self.trials[who] -= of_trial
        return of_trial

    def _ask(self, title: str, who: int, **values: object) -> list[tuple[Any, ...]]:
        about = {"account_id": self.people[who].account_id, **values}
        return self.owner.execute(SQL[title], about).fetchall()


@pytest.fixture(scope="module")
def place(
    template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, psycopg.Connection, str]]:
    for url in _fresh_database(template_database):
        served = make_settings(as_api(url), tmp_path_factory.mktemp("home"))
        with psycopg.connect(url, autocommit=True) as owner, serve(create_app(served)) as client:
            load(owner, Loaded(permit_count=2_000))
            owner.execute(SQL["undo_for_ever"])
            yield client, owner, url


@pytest.mark.long
def test_ledger_is_the_model_whatever_happens(place: tuple[httpx.Client, psycopg.Connection, str]) -> None:
    machine = type("Here", (Money,), dict(zip(("client", "owner", "url"), place, strict=True)))
    unhurried = settings(
        max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(machine, settings=unhurried)
