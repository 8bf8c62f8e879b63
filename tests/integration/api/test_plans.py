"""How the list reads 60,000 leads: in index order, never the whole table; and how few statements each answer takes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

import httpx
import psycopg
import pytest
from psycopg import sql

from leadledger.app import create_app
from leadledger.database import Database
from leadledger.leads.asking import Sort
from leadledger.leads.conditions import choose_conditions
from leadledger.leads.counting import Counted, compose_count, compose_permit_count, read_count, read_permit_count
from leadledger.leads.cursor import Cursor
from leadledger.leads.filters import LeadFilter
from leadledger.leads.paging import compose_pages
from leadledger.leads.question import Question
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve, sign_up
from tests.integration.api.rows import QUERIES as ROWS
from tests.integration.api.rows import Loaded, load, today

PERMITS = 30_000
MANY = Counted(5_000, is_exact=False, way="walk")
CURSOR = Cursor(12_000_000, uuid.UUID(int=7), "", 5_000, is_total_exact=False)


@pytest.fixture(scope="module")
def url(template_database: str) -> Iterator[str]:
    """A database of 60,000 leads, looked after as autovacuum would."""
    for one in _fresh_database(template_database):
        with psycopg.connect(one, autocommit=True) as owner:
            load(owner, Loaded(permit_count=PERMITS))
            owner.execute(ROWS["change_by_the_minute"])
            look_after(owner)
        yield one


def look_after(owner: psycopg.Connection) -> None:
    """Vacuum until every page of leads is known to be visible: an analysis at work elsewhere in the database hides rows
    from a vacuum, and without that knowledge an index alone answers nothing.
    """
    for _ in range(100):
        owner.execute(ROWS["vacuum"])
        if owner.execute(ROWS["is_all_visible"]).fetchone() == (True,):
            return
        owner.execute("select pg_sleep(0.2)")
    raise AssertionError("leads were not all visible after 100 vacuums")


class Counting(psycopg.Cursor[Any]):
    """Writes down what is executed, but for the provider's question, every few seconds, which sessions have ended."""

    executed: ClassVar[list[str]] = []

    def execute(self, query: Any, *args: Any, **more: Any) -> Any:
        """Execute, and remember it."""
        text = query.as_string(self) if isinstance(query, sql.Composable) else str(query)
        is_providers = "identity." in text or bool(args and "identity_provider" in str(args[0]))
        if not is_providers:
            self.executed.append(text)
        return super().execute(query, *args, **more)


@pytest.fixture(scope="module")
def api(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A signed-in client of an API whose statements are counted."""
    settings = make_settings(as_api(url), tmp_path_factory.mktemp("home"))
    with serve(create_app(settings, Database(as_api(url), size=2, cursor_factory=Counting))) as client:
        client.headers["Authorization"] = f"Bearer {sign_up(client)['access_token']}"
        client.get("/api/leads").raise_for_status()
        yield client


def explain(url: str, question: Question, statement: sql.Composed) -> list[str]:
    """The plan a signed-in user's statement gets."""
    with psycopg.connect(as_api(url)) as conn:
        conn.execute(ROWS["become"], {"role": "authenticated"})
        plan = conn.execute(ROWS["explain"].format(statement=statement), question.values).fetchall()
        return [line for (line,) in plan]


def ask(asked: LeadFilter, cursor: Cursor | None = None) -> Question:
    return Question(asked, choose_conditions(asked, today()), cursor, today())


def reads_whole(plan: list[str], table: str) -> bool:
    return any(f"Seq Scan on {table}" in line for line in plan)


COMMON = {
    "nothing": LeadFilter(),
    "trade": LeadFilter(trade=["roofing"]),
    "rare trade": LeadFilter(trade=["pool"]),
    "county": LeadFilter(county=["48453"]),
    "trade and county": LeadFilter(trade=["roofing"], county=["48453"]),
    "trades and counties": LeadFilter(trade=["roofing", "hvac", "pool"], county=["48453", "48491"]),
    "zip": LeadFilter(zip=["78704"]),
    "zip and trade": LeadFilter(zip=["78704", "78745"], trade=["plumbing"]),
    "score": LeadFilter(min_score=50),
    "cost": LeadFilter(min_cost=20_000),
    "recent": LeadFilter(issued_since=today() - timedelta(days=7)),
    "open only": LeadFilter(openness=["open"]),
    "adjacent": LeadFilter(kind=["adjacent"]),
    "everything at once": LeadFilter(
        trade=["roofing"], county=["48453"], min_score=40, min_cost=5_000, issued_since=today() - timedelta(days=60)
    ),
}


@pytest.mark.parametrize("asked", COMMON.values(), ids=COMMON.keys())
@pytest.mark.parametrize("cursor", [None, CURSOR], ids=["first page", "next page"])
def test_walk_reads_no_table_in_whole(url: str, asked: LeadFilter, cursor: Cursor | None) -> None:
    question = ask(asked, cursor)
    plan = explain(url, question, compose_pages(question, MANY)[0])
    assert not reads_whole(plan, "leads")
    assert not reads_whole(plan, "permits")
    assert any("Index" in line and "leads_by_" in line for line in plan)


@pytest.mark.parametrize(
    ("sort", "index"), [("newest", "leads_by_day"), ("cost", "leads_by_cost"), ("changed", "leads_by_change")]
)
def test_each_order_is_walked_in_its_index(url: str, sort: Sort, index: str) -> None:
    question = ask(LeadFilter(sort=sort, trade=["roofing"]))
    plan = explain(url, question, compose_pages(question, MANY)[0])
    assert any(index in line for line in plan)
    assert not reads_whole(plan, "leads")


INDEXED = [name for name in COMMON if name not in ("cost", "recent", "adjacent", "open only")]


@pytest.mark.parametrize("name", INDEXED)
def test_count_reads_an_index(url: str, name: str) -> None:
    question = ask(COMMON[name])
    plan = explain(url, question, compose_count(question.conditions))
    assert not reads_whole(plan, "leads")


@pytest.mark.parametrize("asked", COMMON.values(), ids=COMMON.keys())
def test_count_stops_at_its_bound(url: str, asked: LeadFilter) -> None:
    question = ask(asked)
    plan = explain(url, question, compose_count(question.conditions))
    assert any(line.strip().startswith("->  Limit") for line in plan)


FEW = Counted(1, is_exact=True, way="permits")


def test_words_are_looked_up_in_their_index(url: str) -> None:
    question = ask(LeadFilter(q="777 example"))
    for statement in (compose_permit_count(question.conditions), *compose_pages(question, FEW)):
        plan = explain(url, question, statement)
        assert any("permits_search" in line for line in plan)
        assert not reads_whole(plan, "leads")


AREAS = {
    "mile": LeadFilter(lat=30.25, lon=-97.7, miles=1),
    "box and trade": LeadFilter(bbox="-97.71,30.2,-97.69,30.22", trade=["pool"]),
    "box and words": LeadFilter(bbox="-97.71,30.2,-97.69,30.22", q="777 example"),
}


@pytest.mark.parametrize("asked", AREAS.values(), ids=AREAS.keys())
@pytest.mark.parametrize("cursor", [None, CURSOR], ids=["first page", "next page"])
@pytest.mark.parametrize("counted", [MANY, Counted(1, is_exact=True, way="collect")], ids=["many", "few"])
def test_areas_are_looked_up_in_their_index(
    url: str, asked: LeadFilter, cursor: Cursor | None, counted: Counted
) -> None:
    question = ask(asked, cursor)
    for statement in (compose_count(question.conditions), *compose_pages(question, counted)):
        plan = explain(url, question, statement)
        assert any("leads_by_cell" in line or "permits_search" in line for line in plan)
        assert not reads_whole(plan, "leads")
        assert not reads_whole(plan, "permits")


def test_page_of_an_area_is_read_in_order(url: str) -> None:
    """Each cell's leads come best first out of the index, so a page reads few of them."""
    question = ask(AREAS["box and trade"])
    plan = explain(url, question, compose_pages(question, MANY)[0])
    scan = next(number for number, line in enumerate(plan) if "leads_by_cell" in line)
    assert "Index Only Scan" in plan[scan]
    assert "Limit" in plan[scan - 1]


def test_few_of_a_trade_are_collected_by_its_index(url: str) -> None:
    question = ask(LeadFilter(trade=["pool"]))
    plan = explain(url, question, compose_pages(question, Counted(600, is_exact=True, way="collect"))[0])
    assert any("leads_by_trade_county" in line for line in plan)
    assert not reads_whole(plan, "leads")


@pytest.mark.parametrize(
    ("seen", "fitting", "way"),
    [
        (4_999, 0, "collect"),
        (4_999, 999, "collect"),
        (4_999, 1_000, "walk"),
        (5_000, 24, "collect"),
        (5_000, 25, "walk"),
    ],
)
def test_few_of_many_are_collected_not_walked_to(seen: int, fitting: int, way: str) -> None:
    assert read_count(ask(LeadFilter()), (seen, fitting)).way == way


@pytest.mark.parametrize(("seen", "fitting", "way"), [(299, 600, "permits"), (300, 600, "walk"), (300, 0, "permits")])
def test_few_permits_of_many_are_collected(seen: int, fitting: int, way: str) -> None:
    assert read_permit_count((seen, fitting)).way == way


def statements_of(api: httpx.Client, path: str, **parameters: Any) -> int:
    Counting.executed.clear()
    assert api.get(path, params=parameters).status_code == 200
    return len(Counting.executed)


def test_list_takes_few_statements(api: httpx.Client) -> None:
    """Role, count, page; a ZIP asks who is there; the next page needs no count."""
    assert statements_of(api, "/api/leads", trade="roofing") == 3
    assert statements_of(api, "/api/leads", zip="78704") == 4
    cursor = api.get("/api/leads", params={"trade": "roofing"}).json()["next_cursor"]
    assert statements_of(api, "/api/leads", trade="roofing", cursor=cursor) == 2


def test_number_of_statements_does_not_grow_with_the_page(api: httpx.Client) -> None:
    assert statements_of(api, "/api/leads", limit=100) == statements_of(api, "/api/leads", limit=1)


def test_detail_takes_few_statements(api: httpx.Client) -> None:
    """Role, lead, siblings, versions, page, claim; for the receipts, role and who must not appear."""
    lead_id = api.get("/api/leads").json()["items"][0]["lead_id"]
    assert statements_of(api, f"/api/leads/{lead_id}") == 8


def test_public_answers_take_none_while_coverage_is_known(api: httpx.Client) -> None:
    api.get("/api/coverage")
    assert statements_of(api, "/api/coverage") == 0
    assert statements_of(api, "/api/counties") == 0
    assert statements_of(api, "/api/trades") == 0
    assert statements_of(api, "/health") == 0


def test_total_stops_at_its_bound(api: httpx.Client) -> None:
    assert api.get("/api/leads").json()["total"] == {"value": 5_000, "relation": "gte"}


def test_sparse_filter_finds_the_few_there_are(api: httpx.Client) -> None:
    """One permit in a thousand costs that much; its own lead is taken, the adjacent one is open."""
    page = api.get("/api/leads", params={"min_cost": 100_400, "limit": 100}).json()
    assert len(page["items"]) == PERMITS // 1_000
    assert page["total"] == {"value": PERMITS // 1_000, "relation": "gte"}
