"""benchmarks.refunds in small: a city corrects itself, a worker is at work, and its own judge finds nothing wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from benchmarks.claims_market import Market
from benchmarks.refunds import Size, judge, run
from tests.conftest import _fresh_database, as_api
from tests.integration.refunds.conftest import SQL


@pytest.fixture
def market(template_database: str) -> Iterator[Market]:
    for url in _fresh_database(template_database):
        with psycopg.connect(url, autocommit=True) as owner:
            yield Market(as_api(url), url, owner)


@pytest.mark.long
def test_bad_sales_of_every_kind_come_back_and_good_ones_do_not(market: Market, tmp_path: Path) -> None:
    size = Size(good=10, bad_each=2, old_accounts=3, old_each=5, rounds=1, days=5)
    figures = run(market, tmp_path, size)
    assert figures["bad"] == figures["credited"] == figures["credited_with_right_reason"] == 16
    assert set(figures["reasons"].values()) == {2}
    assert (figures["wrongly_credited"], figures["doubled"]) == (0, 0)
    market.owner.execute(SQL["credit_some_other"])
    assert judge(market, [], [])["wrongly_credited"] == 17
