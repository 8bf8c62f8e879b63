"""The ten searches that are measured, over 200,000 leads of real permits: no statement reads a large table in whole.

The plans are those of the statements the API itself sends: each is explained with its values, as its role, in its own
transaction, just before it is executed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import pytest
from psycopg import sql

from benchmarks.search_load import Customer
from benchmarks.search_rows import Facts, fill, read_facts
from benchmarks.searches import SEARCHES, Dealer
from leadledger.app import create_app
from leadledger.database import Database
from permit_leads.store.queries import load_queries
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import PUBLISHABLE_KEY, make_settings, serve

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
LEADS = 200_000
# Half of Austin's recorded years hold half the leads; the rest are the same permits some weeks earlier.
REAL = {"austin_issued_permits": "2025-06-01"}
VARIANTS = 4
IS_QUESTION = re.compile(r"\s*(--[^\n]*\s+)*(select|with)\b", re.IGNORECASE)


class Explaining(psycopg.Cursor[Any]):
    """Asks for the plan of each question first, with the very same values."""

    plans: ClassVar[list[dict[str, Any]]] = []

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        text = query.as_string(self) if isinstance(query, sql.Composable) else str(query)
        if IS_QUESTION.match(text):
            with psycopg.Cursor(self.connection) as cursor:
                found = cursor.execute(QUERIES["explain"].format(statement=sql.SQL(text)), params).fetchone()
            assert found is not None
            self.plans.append(found[0][0]["Plan"])
        return super().execute(query, params, **more)


@pytest.fixture(scope="module")
def filled(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    for url in _fresh_database(template_database):
        fill(url, tmp_path_factory.mktemp("home"), LEADS, REAL)
        yield url


@pytest.fixture(scope="module")
def facts(filled: str) -> Facts:
    with psycopg.connect(filled) as owner:
        return read_facts(owner)


@pytest.fixture(scope="module")
def large_tables(filled: str) -> set[str]:
    """Those of more rows than are read at once without a thought."""
    with psycopg.connect(filled) as owner:
        return {name for (name,) in owner.execute(QUERIES["large_tables"])}


@pytest.fixture(scope="module")
def customer(filled: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Customer]:
    settings = make_settings(as_api(filled), tmp_path_factory.mktemp("home"))
    database = Database(as_api(filled), size=2, cursor_factory=Explaining)
    with serve(create_app(settings, database)) as client:
        client.get("/api/coverage").raise_for_status()  # whole tables are counted once after each run, and then kept
        with closing(Customer(str(client.base_url), PUBLISHABLE_KEY)) as customer:
            yield customer


def test_the_large_tables_are_those_searched(large_tables: set[str]) -> None:
    assert {"leads", "permits"} <= large_tables


@pytest.mark.parametrize("name", SEARCHES)
def test_no_search_reads_a_large_table_in_whole(
    name: str, customer: Customer, facts: Facts, large_tables: set[str]
) -> None:
    dealer = Dealer(facts, today())
    for asked in [SEARCHES[name](dealer) for _ in range(VARIANTS)]:
        Explaining.plans.clear()
        answer = customer.ask(asked)
        read = [node for plan in Explaining.plans for node in nodes(plan)]
        assert {node.get("Relation Name") for node in read} & {"leads", "permits"}, "nothing was searched"
        whole = [node for node in read if node["Node Type"] == "Seq Scan" and node["Relation Name"] in large_tables]
        assert not whole, f"{asked}: {json.dumps(whole)}"
        assert answer


def test_a_scan_of_the_whole_would_be_seen(filled: str) -> None:
    """The check can fail: what no index tells is planned as a scan, and found."""
    with psycopg.connect(as_api(filled), cursor_factory=Explaining) as conn:
        conn.execute(QUERIES["become"])
        Explaining.plans.clear()
        conn.execute(QUERIES["unindexed"])
    assert [node for node in nodes(Explaining.plans[-1]) if node["Node Type"] == "Seq Scan"]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A node and all below it."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def today() -> date:
    return datetime.now(UTC).date()
