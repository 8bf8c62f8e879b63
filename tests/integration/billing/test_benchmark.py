"""benchmarks.payments in small: nothing is refused while the secret rolls, and every pack comes once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from benchmarks.claims_market import Market
from benchmarks.payments import Site, judge, run
from benchmarks.payments_shop import Buyer
from permit_leads.store.embedded import DatabaseUrls
from simulators.stripe import StripeSimulator
from simulators.stripe.simulator import Account


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection]:
    """The schema owner's connection; autocommits."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.mark.long
def test_events_are_kept_and_acted_on_once(
    owner: psycopg.Connection, database_url: str, api_database_url: str, tmp_path: Path
) -> None:
    figures = run(owner, DatabaseUrls(database_url, api_database_url), tmp_path, event_count=50, purchase_count=2)
    assert (figures["refused"], figures["lost"], figures["jobs_of_copies"]) == (0, 0, 1)
    assert (figures["purchases"], figures["doubled_credits"], figures["missing_credits"]) == (2, 0, 0)


def test_judge_sees_what_came_twice_and_what_did_not_come(
    owner: psycopg.Connection, database_url: str, api_database_url: str
) -> None:
    [(account_id, _)] = Market(api_database_url, database_url, owner).open_accounts(1, 100)
    stripe = StripeSimulator(Account())
    site = Site(owner, stripe, [])
    with httpx.Client() as client:
        found = [judge(site, [Buyer(client, stripe, account_id, bought)]) for bought in (1, 2, 3)]
    assert [tuple(one.values()) for one in found] == [(50, 0), (0, 0), (0, 50)]
