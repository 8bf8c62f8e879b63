"""The list of leads over HTTP: what is asked is what comes, page by page, and mistakes are named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from leadledger.app import create_app
from permit_leads.normalize.trades import trade_labels
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve, sign_up
from tests.integration.api.rows import NOTE, Loaded, load, today
from tests.integration.api.rows import QUERIES as ROWS

PERMITS = 200


@pytest.fixture(scope="module")
def api(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A signed-in client of an API over 200 synthetic permits of Austin; read only."""
    for url in _fresh_database(template_database):
        with psycopg.connect(url, autocommit=True) as owner:
            load(owner, Loaded(permit_count=PERMITS))
        with serve(create_app(make_settings(as_api(url), tmp_path_factory.mktemp("home")))) as client:
            client.headers["Authorization"] = f"Bearer {sign_up(client)['access_token']}"
            yield client


@pytest.fixture(scope="module")
def tied(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The same over 20 permits whose leads all rank alike."""
    for url in _fresh_database(template_database):
        with psycopg.connect(url, autocommit=True) as owner:
            load(owner, Loaded(permit_count=20))
            owner.execute(ROWS["tie_all_leads"])
        with serve(create_app(make_settings(as_api(url), tmp_path_factory.mktemp("home")))) as client:
            client.headers["Authorization"] = f"Bearer {sign_up(client)['access_token']}"
            yield client


def ask(api: httpx.Client, **parameters: Any) -> dict[str, Any]:
    answer = api.get("/api/leads", params=parameters)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def walk(api: httpx.Client, **parameters: Any) -> list[dict[str, Any]]:
    """All leads of a question, page after page."""
    page = ask(api, **parameters)
    items = list(page["items"])
    while page["next_cursor"]:
        page = ask(api, **parameters, cursor=page["next_cursor"])
        items += page["items"]
    return items


def number_of(lead: dict[str, Any]) -> int:
    """Every field of a synthetic permit follows from its number."""
    return int(lead["permit_num"].removeprefix("P-"))


def test_lists_open_leads_best_score_first(api: httpx.Client) -> None:
    items = walk(api, limit=100)
    assert [one["score"] for one in items] == sorted((one["score"] for one in items), reverse=True)
    assert {one["openness"] for one in items} == {"open", "likely"}
    assert len(items) == 2 * PERMITS - PERMITS // 10


def test_pages_never_overlap_and_leave_nothing_out(api: httpx.Client) -> None:
    whole = [one["lead_id"] for one in walk(api, limit=100)]
    for limit in (7, 33):
        paged = [one["lead_id"] for one in walk(api, limit=limit)]
        assert paged == whole


def test_ties_are_walked_in_order_of_their_ids(tied: httpx.Client) -> None:
    paged = [one["lead_id"] for one in walk(tied, limit=3)]
    assert paged == sorted(paged)
    assert len(set(paged)) == 40


def test_ties_are_walked_within_pairs_too(tied: httpx.Client) -> None:
    paged = [one["lead_id"] for one in walk(tied, limit=3, trade=["roofing", "electrical"], county=["48453", "48491"])]
    assert paged == sorted(paged)
    assert len(set(paged)) > 20


@pytest.mark.parametrize(
    ("parameters", "fits"),
    [
        ({"trade": "roofing"}, lambda one, n: one["trade"] == "roofing"),
        ({"trade": ["roofing", "pool"]}, lambda one, n: one["trade"] in ("roofing", "pool")),
        ({"county": "48491"}, lambda one, n: n % 2 == 1),
        ({"county": ["48491", "48453"], "trade": ["hvac", "pool"]}, lambda one, n: one["trade"] in ("hvac", "pool")),
        ({"zip": "78704"}, lambda one, n: n % 4 == 2),
        ({"zip": ["78704", "78745"], "trade": "pool"}, lambda one, n: n % 4 in (2, 3) and one["trade"] == "pool"),
        ({"zip": "78704", "county": "48491"}, lambda one, n: False),
        ({"min_cost": 15_000}, lambda one, n: n % 5 != 0 and 500 + n * 100 >= 15_000),
        ({"issued_since": (today() - timedelta(days=9)).isoformat()}, lambda one, n: n % 120 <= 9),
        ({"kind": "adjacent"}, lambda one, n: one["kind"] == "adjacent"),
        ({"q": "shingles"}, lambda one, n: n % 4 == 0),
        ({"q": "replacing furnaces"}, lambda one, n: n % 4 == 1),
        ({"q": "17 example"}, lambda one, n: n == 17),
        ({"q": "covering patios, (addition)"}, lambda one, n: n % 4 == 3),
        ({"q": "shingles", "trade": "pool", "county": "48453"}, lambda one, n: n % 4 == 0 and one["trade"] == "pool"),
        ({"openness": "likely"}, lambda one, n: one["openness"] == "likely"),
        ({"min_score": 60}, lambda one, n: one["score"] >= 60),
    ],
)  # fmt: skip
def test_filter_gives_exactly_what_fits(
    api: httpx.Client, parameters: dict[str, Any], fits: Callable[[dict[str, Any], int], bool]
) -> None:
    everything = walk(api, limit=100)
    expected = {one["lead_id"] for one in everything if fits(one, number_of(one))}
    found = walk(api, limit=20, **parameters)
    assert {one["lead_id"] for one in found} == expected
    assert len(found) == len(expected)


def test_taken_leads_come_only_when_asked_for(api: httpx.Client) -> None:
    assert len(walk(api, openness="taken", limit=100)) == PERMITS // 10
    assert len(walk(api, openness=["taken", "open", "likely", "closed"], limit=100)) == 2 * PERMITS


def test_total_is_exact_and_stays_the_same_from_page_to_page(api: httpx.Client) -> None:
    first = ask(api, trade="roofing", limit=5)
    second = ask(api, trade="roofing", limit=5, cursor=first["next_cursor"])
    assert first["total"] == {"value": len(walk(api, trade="roofing", limit=100)), "relation": "eq"}
    assert second["total"] == first["total"]


def test_summary_says_null_where_nothing_was_published(api: httpx.Client) -> None:
    lead = next(one for one in walk(api, limit=100) if number_of(one) % 5 == 0)
    assert lead["est_project_cost"] is None
    assert lead["work_class"] is None
    assert lead["permit_class_mapped"] is None


def test_summary_is_complete(api: httpx.Client) -> None:
    lead = ask(api, q="P-17", trade="hvac")["items"][0]
    assert lead["est_project_cost"] == "2200.00"
    assert lead["county_name"] == "Williamson County"
    assert lead["publisher"] == "City of Austin"
    assert lead["trade_label"] == trade_labels()["hvac"]
    assert lead["age_days"] == 17
    assert lead["simulated_note"] == NOTE
    assert [one["rule"] for one in lead["top_reasons"]] == ["openness.open", "property.commercial"]


def test_answer_holds_no_name_of_a_person(api: httpx.Client) -> None:
    assert "PERSON" not in api.get("/api/leads", params={"limit": 100}).text


@pytest.mark.parametrize(
    ("parameters", "field", "says"),
    [
        ({"min_scor": "60"}, "min_scor", "did you mean 'min_score'?"),
        ({"trade": "roofin"}, "trade", "did you mean 'roofing'?"),
        ({"min_score": "101"}, "min_score", "'101'"),
        ({"min_score": "-1"}, "min_score", "'-1'"),
        ({"min_score": "high"}, "min_score", "'high'"),
        ({"min_cost": "-5"}, "min_cost", "'-5'"),
        ({"limit": "0"}, "limit", "'0'"),
        ({"limit": "-1"}, "limit", "'-1'"),
        ({"limit": "1e9"}, "limit", "'1e9'"),
        ({"limit": "1000000000"}, "limit", "100"),
        ({"issued_since": "2026-02-30"}, "issued_since", "'2026-02-30'"),
        ({"issued_since": "1795000000"}, "issued_since", "2026-03-08"),
        ({"issued_since": "03/08/2026"}, "issued_since", "2026-03-08"),
        ({"zip": "7870"}, "zip", "'7870'"),
        ({"zip": "78704-1234"}, "zip", "'78704-1234'"),
        ({"county": "Travis"}, "county", "'Travis'"),
        ({"openness": "maybe"}, "openness", "'maybe'"),
        ({"kind": "both"}, "kind", "'both'"),
        ({"q": ""}, "q", "''"),
        ({"q": "a\x00b"}, "q", "q is"),
        ({"cursor": "!!"}, "cursor", "cursor is"),
        ({"cursor": "AAAA"}, "cursor", "not one of ours"),
        ({"cursor": "WzEsMl0"}, "cursor", "not one of ours"),
    ],
)
def test_bad_parameter_is_refused_by_name(api: httpx.Client, parameters: dict[str, str], field: str, says: str) -> None:
    answer = api.get("/api/leads", params=parameters)
    body = answer.json()
    assert answer.status_code == 400
    assert body["code"] == "invalid_parameter"
    assert body["field"] == field
    assert says in body["message"]
    assert body["request_id"] == answer.headers["x-request-id"]


def test_cursor_of_another_filter_is_refused(api: httpx.Client) -> None:
    cursor = ask(api, trade="roofing", limit=5)["next_cursor"]
    answer = api.get("/api/leads", params={"trade": "hvac", "limit": 5, "cursor": cursor})
    assert answer.status_code == 400
    assert "another filter" in answer.json()["message"]


def test_order_of_repeats_does_not_matter_to_a_cursor(api: httpx.Client) -> None:
    cursor = ask(api, trade=["roofing", "hvac"], limit=5)["next_cursor"]
    assert ask(api, trade=["hvac", "roofing"], limit=5, cursor=cursor)["items"]


def test_nothing_found_differs_from_not_covered(api: httpx.Client) -> None:
    nothing = ask(api, min_cost=1_000_000_000)
    elsewhere = ask(api, county="17031")
    unknown_zip = ask(api, zip="60601")
    assert nothing["items"] == elsewhere["items"] == unknown_zip["items"] == []
    assert nothing["total"] == elsewhere["total"] == {"value": 0, "relation": "eq"}
    assert nothing["coverage"]["state"] == "covered"
    assert nothing["coverage"]["verdict"] == "none"
    assert elsewhere["coverage"] == {
        "verdict": "not_covered",
        "state": "not_covered",
        "sample_note": None,
        "datasets": [],
    }
    assert unknown_zip["coverage"]["state"] == "not_covered"


def test_coverage_says_how_fresh_the_datasets_of_the_place_are(api: httpx.Client) -> None:
    covered = ask(api, county="48491")["coverage"]
    (dataset,) = covered["datasets"]
    assert covered["state"] == "covered"
    assert dataset["dataset_id"] == "austin_issued_permits"
    assert dataset["freshness"] == "fresh"
    assert dataset["newest_issued_date"] == today().isoformat()
    assert dataset["simulated_note"] == NOTE
