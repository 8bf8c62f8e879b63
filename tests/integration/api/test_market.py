"""Market trends over HTTP: weekly counts that add up, and say whether they are complete."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import psycopg
import pytest

from leadledger.app import create_app
from leadledger.leads.market import is_complete
from leadledger.leads.tallies import tally_dataset, week_of
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve, sign_up
from tests.integration.api.rows import Loaded, load, today

AUSTIN = Loaded(permit_count=240)
CHICAGO = Loaded("chicago_building_permits", "City of Chicago", "17031", 30, page_sha256="cd" * 32)
TRADES = "update permits set trades = array['roofing', 'hvac'] where substring(permit_num from 3)::int % 2 = 0"


@pytest.fixture(scope="module")
def url(template_database: str) -> Iterator[str]:
    """Permits of two publishers, counted; every second of two trades, the others of none."""
    for one in _fresh_database(template_database):
        with psycopg.connect(one, autocommit=True) as owner:
            for what in (AUSTIN, CHICAGO):
                load(owner, what)
            owner.execute(TRADES)
            owner.execute("update permits set county_fips = '17031' where dataset_id = 'chicago_building_permits'")
            owner.execute("update permits set withdrawn_at = now() where permit_num = 'P-2'")
            for what in (AUSTIN, CHICAGO):
                tally_dataset(owner, what.dataset_id, today())
        yield one


@pytest.fixture(scope="module")
def api(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A signed-in client."""
    with serve(create_app(make_settings(as_api(url), tmp_path_factory.mktemp("home")))) as client:
        client.headers["Authorization"] = f"Bearer {sign_up(client)['access_token']}"
        yield client


def get(api: httpx.Client, **question: Any) -> dict[str, Any]:
    answer = api.get("/api/market", params=question)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def ask(url: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as conn:
        return conn.execute(query.encode(), values).fetchall()


def test_weeks_are_what_the_permits_say(api: httpx.Client, url: str) -> None:
    """Held against a count of its own, permit by permit."""
    page = get(api, county="48453", trade="roofing")
    (series,) = page["items"]
    rows = ask(
        url,
        "select issued_date, est_project_cost from permits where withdrawn_at is null"
        " and county_fips = '48453' and 'roofing' = any(trades) and issued_date >= %s",
        page["since"],
    )
    expected: dict[str, list[Decimal | None]] = {}
    for issued, cost in rows:
        expected.setdefault(week_of(issued).isoformat(), []).append(cost)
    found = {week["week_start"]: week for week in series["weeks"]}
    assert len(found) == 13
    assert set(expected) <= set(found)
    for start, week in found.items():
        costs = [cost for cost in expected.get(start, []) if cost is not None]
        assert week["permit_count"] == len(expected.get(start, []))
        assert week["costed_count"] == len(costs)
        assert Decimal(week["est_project_cost_sum"]) == sum(costs)
    assert series["permit_count"] == len(rows) == sum(week["permit_count"] for week in series["weeks"])
    assert series["county_name"] == "Travis County"


def test_all_permits_together_come_first_and_count_each_once(api: httpx.Client, url: str) -> None:
    items = get(api, county="48453", since=(today() - timedelta(days=200)).isoformat())["items"]
    assert [one["trade"] for one in items] == [None, "hvac", "roofing"]
    assert [one["trade_label"] for one in items][::2] == ["All permits", "Roofing"]
    ((count,),) = ask(url, "select count(*) from permits where withdrawn_at is null and county_fips = '48453'")
    assert items[0]["permit_count"] == count


def test_week_that_runs_is_not_complete(api: httpx.Client) -> None:
    (series,) = get(api, county="48453", trade="roofing")["items"]
    weeks = series["weeks"]
    assert weeks[-1]["week_start"] == week_of(today()).isoformat()
    assert weeks[-1]["is_complete"] is False
    assert weeks[-3]["is_complete"] is True


def test_weeks_before_anything_was_asked_for_are_not_complete(api: httpx.Client) -> None:
    """The permits reach back 120 days: a zero before that is no answer."""
    (series,) = get(api, county="48453", trade="roofing", since=(today() - timedelta(days=200)).isoformat())["items"]
    first = [week for week in series["weeks"] if date.fromisoformat(week["week_start"]) < today() - timedelta(days=130)]
    assert first
    assert {(week["permit_count"], week["is_complete"]) for week in first} == {(0, False)}


def test_answer_says_which_datasets_speak_and_for_which_days(api: httpx.Client) -> None:
    covered = get(api, county="48453")["coverage"]
    assert covered["state"] == "covered"
    (austin,) = [one for one in covered["datasets"] if one["dataset_id"] == "austin_issued_permits"]
    assert austin["whole_since"] == (today() - timedelta(days=119)).isoformat()
    assert today() - timedelta(days=2) <= date.fromisoformat(austin["whole_until"]) < today()
    assert austin["is_tally_behind"] is False


def test_nobody_publishes_and_nothing_was_issued_are_told_apart(api: httpx.Client) -> None:
    nowhere = get(api, county="06001")
    assert (nowhere["items"], nowhere["coverage"]) == ([], {"state": "not_covered", "datasets": []})
    nothing = get(api, county="17031", trade="pool")
    assert (nothing["items"], nothing["coverage"]["state"]) == ([], "covered")


def test_pages_of_series_are_the_whole(api: httpx.Client) -> None:
    whole = get(api, limit=100)["items"]
    found: list[dict[str, Any]] = []
    question: dict[str, Any] = {"limit": 2}
    while True:
        page = get(api, **question)
        found += page["items"]
        if page["next_cursor"] is None:
            break
        question["cursor"] = page["next_cursor"]
    assert found == whole
    assert len({(one["county_fips"], one["trade"]) for one in found}) == len(found) > 4


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"trade": "rofing"}, "trade"),
        ({"county": "4845"}, "county"),
        ({"limit": "0"}, "limit"),
        ({"since": "2026-11-20", "until": "2026-11-01"}, "since"),
        ({"since": "1950-01-01"}, "since"),
        ({"since": "0001-01-01"}, "since"),
        ({"until": "0001-01-01"}, "until"),
        ({"until": "9999-12-31"}, "until"),
        ({"since": "1700000000"}, "since"),
        ({"weeks": "5"}, "weeks"),
        ({"cursor": "abc"}, "cursor"),
        ({"cursor": "WzEsMiwzXQ"}, "cursor"),
    ],
)
def test_wrong_question_is_refused(api: httpx.Client, question: dict[str, str], field: str) -> None:
    answer = api.get("/api/market", params=question)
    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["field"]) == ("invalid_parameter", field)


def test_cursor_of_another_question_is_refused(api: httpx.Client) -> None:
    cursor = get(api, limit=1)["next_cursor"]
    answer = api.get("/api/market", params={"cursor": cursor, "county": "48453"})
    assert (answer.status_code, answer.json()["field"]) == (400, "cursor")
    assert get(api, limit=5, cursor=cursor)["items"]


def test_end_of_a_run_defers_one_count(url: str) -> None:
    """However many runs end before a worker comes: it counts whatever is there when it begins."""
    waiting = "select count(*) from procrastinate.procrastinate_jobs where task_name = 'tally_dataset'"
    assert ask(url, waiting + " and args ->> 'dataset_id' = 'austin_issued_permits'") == [(1,)]
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("update etl_runs set status = 'failure'")
        owner.execute("update etl_runs set status = 'success'")
        assert owner.execute(waiting).fetchone() == (2,)


def test_counting_again_changes_nothing(url: str) -> None:
    query = "select county_fips, trade, week_start, permit_count, cost_sum from market_weeks order by 1, 2, 3, 4"
    before = ask(url, query)
    with psycopg.connect(url, autocommit=True) as owner:
        tally_dataset(owner, AUSTIN.dataset_id, today())
    assert ask(url, query) == before


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (date(2026, 11, 2), date(2026, 11, 8), True),
        (date(2026, 11, 3), date(2026, 11, 8), False),
        (date(2026, 11, 2), date(2026, 11, 7), False),
        (None, date(2026, 11, 8), False),
        (date(2026, 1, 1), None, False),
    ],
)
def test_week_is_complete_with_all_its_days(since: date | None, until: date | None, expected: bool) -> None:
    assert is_complete(date(2026, 11, 2), {"whole_since": since, "whole_until": until}) is expected
    assert is_complete(date(2026, 11, 2), None) is False
