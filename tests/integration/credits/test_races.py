"""Who claims at once and who dies in the middle: seats and money come out right, each claim with its charge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from benchmarks.claims_buyer import QUERIES
from benchmarks.claims_market import Market, Mixed, judge, mix, race
from leadledger.plans import load_catalog
from permit_leads.store.queries import load_queries
from tests.conftest import _fresh_database, as_api
from tests.integration.api.rows import Loaded, load

SQL = load_queries(Path(__file__).with_suffix(".sql"))
SEATS = load_catalog().claims["any"].seats


@pytest.fixture
def market(template_database: str) -> Iterator[Market]:
    for url in _fresh_database(template_database):
        with psycopg.connect(url, autocommit=True) as owner:
            load(owner, Loaded(permit_count=100))
            yield Market(as_api(url), url, owner)


def test_of_a_thousand_who_claim_one_lead_at_once_as_many_win_as_there_are_seats(market: Market) -> None:
    members = market.open_accounts(1_000, 10)
    (lead_id,) = market.find_leads(1)
    told, _ = race(market, members, [lead_id])
    assert told == {"done": SEATS, "sold_out": 1_000 - SEATS}
    assert market.owner.execute(QUERIES["holders"], {"lead_id": lead_id}).fetchone() == (SEATS, SEATS)
    assert judge(market, Mixed()) == {}


def test_account_that_claims_at_once_what_it_cannot_pay_pays_what_it_can(market: Market) -> None:
    members = market.open_accounts(1, 3)
    told, _ = race(market, members, market.find_leads(40))
    can = 3 + load_catalog().terms.trial_credits
    assert told == {"done": can, "credits_missing": 40 - can}
    assert judge(market, Mixed()) == {}


@pytest.mark.long
def test_sixteen_at_work_some_killed_leave_a_ledger_that_adds_up(market: Market, tmp_path: Path) -> None:
    market.open_accounts(40, 20)
    mixed = mix(market, tmp_path, operations=960, kill_count=8)
    assert mixed.kills == 8
    assert mixed.operations > 700
    assert judge(market, mixed) == {}


def test_judge_sees_what_is_wrong(market: Market) -> None:
    members = market.open_accounts(3, 20)
    race(market, members, market.find_leads(2))
    for statement in SQL.values():
        market.owner.execute(statement)
    wrong = judge(market, Mixed())
    assert {"claim without its charge", "account below zero after some entry", "ledger difference"} <= set(wrong)
