"""Counting by value and on a map, and asking by a place's name or by a territory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from leadledger.app import create_app
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.people import Person, enter
from tests.integration.api.rows import QUERIES as ROWS
from tests.integration.api.rows import Loaded, load

Row = dict[str, Any]
Served = tuple[httpx.Client, list[Row]]
VIEW = "-97.95,30.05,-97.45,30.55"


@pytest.fixture(scope="module")
def served(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An API over permits that lie on a grid, and every open lead there is."""
    for url in _fresh_database(template_database):
        with psycopg.connect(url, autocommit=True) as owner:
            load(owner, Loaded(permit_count=240))
            owner.execute(ROWS["enrich"], {})
            owner.execute(ROWS["enrich_leads"], {})
            with owner.cursor(row_factory=dict_row) as cursor:
                rows = [row for row in cursor.execute(ROWS["all_leads"]) if row["openness"] in ("open", "likely")]
        with serve(create_app(make_settings(as_api(url), tmp_path_factory.mktemp("home")))) as client:
            yield client, rows


@pytest.fixture(scope="module")
def person(served: Served) -> Person:
    return enter(served[0])


@pytest.fixture(scope="module")
def rows(served: Served) -> list[Row]:
    return served[1]


def is_in_area(row: Row) -> bool:
    return row["latitude"] is not None and row["longitude"] <= -97.85 and row["latitude"] <= 30.25


def ask(person: Person, path: str, **parameters: Any) -> dict[str, Any]:
    answer = person.ask("GET", path, params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({}, lambda r: True),
        ({"trade": "electrical", "kind": "adjacent"}, lambda r: r["trade"] == "electrical"),
        ({"q": "shingles"}, lambda r: r["n"] % 4 == 0),
        ({"bbox": "-97.95,30.05,-97.85,30.25"}, is_in_area),
        ({"has_contractor": "false"}, lambda r: r["contractor_company_name"] is None),
    ],
)  # fmt: skip
def test_facets_count_what_fits(person: Person, rows: list[Row], asked: dict[str, Any], fits: Any) -> None:
    found = ask(person, "/api/leads/facets", **asked)
    fitting = [row for row in rows if fits(row)]
    assert found["total"] == {"value": len(fitting), "relation": "eq"}
    for facet in found["facets"]:
        counted = {one["value"]: one["count"] for one in facet["values"]}
        assert counted == Counter(row[facet["facet"]] for row in fitting)
    trades = next(one for one in found["facets"] if one["facet"] == "trade")["values"]
    assert [one["count"] for one in trades] == sorted((one["count"] for one in trades), reverse=True)
    assert found["coverage"]["verdict"] == "found"


@pytest.mark.parametrize("zoom", [5, 8, 10, 11])
def test_clusters_together_hold_every_lead_of_the_view_once(person: Person, rows: list[Row], zoom: int) -> None:
    found = ask(person, "/api/leads/clusters", bbox=VIEW, zoom=zoom, trade="electrical")
    inside = [row for row in rows if row["trade"] == "electrical" and row["latitude"] is not None]
    if all(one["count"]["relation"] == "eq" for one in found["clusters"]):
        assert sum(one["count"]["value"] for one in found["clusters"]) == len(inside)
    else:
        assert zoom < 11
    assert all(30.05 <= one["latitude"] <= 30.55 for one in found["clusters"])


def test_lead_alone_in_its_square_is_named(person: Person, rows: list[Row]) -> None:
    found = ask(person, "/api/leads/clusters", bbox="-97.95,30.05,-97.80,30.20", zoom=13, trade="electrical")
    named = [one for one in found["clusters"] if one["lead_id"] is not None]
    by_id = {row["lead_id"]: row for row in rows}
    assert named
    assert all(by_id[one["lead_id"]]["latitude"] == pytest.approx(one["latitude"]) for one in named)
    assert all(one["count"] == {"value": 1, "relation": "eq"} for one in named)


def test_view_too_wide_for_its_zoom_is_refused(person: Person) -> None:
    answer = person.ask("GET", "/api/leads/clusters", params={"bbox": "-120,20,-70,50", "zoom": 12})
    assert answer.status_code == 400
    assert answer.json()["field"] == "bbox"
    assert person.ask("GET", "/api/leads/clusters", params={"bbox": VIEW}).json()["field"] == "zoom"
    assert person.ask("GET", "/api/leads/clusters", params={"bbox": VIEW, "zoom": 21}).status_code == 400
    assert person.ask("GET", "/api/leads/clusters", params={"bbox": VIEW, "zoom": 9, "sort": "cost"}).status_code == 400


def test_city_of_several_states_is_a_choice(person: Person) -> None:
    answer = person.ask("GET", "/api/leads", params={"place": "austin"})
    body = answer.json()
    assert answer.status_code == 300
    assert body["code"] == "ambiguous_place"
    assert body["field"] == "place"
    assert body["candidates"][0]["place"] == "Austin, TX"
    assert [one["is_covered"] for one in body["candidates"]][:2] == [True, False]
    assert {"Austin, MN", "Austin, PA"} <= {one["place"] for one in body["candidates"]}


@pytest.mark.parametrize(
    ("place", "fits"),
    [
        ("Austin, TX", lambda r: True),
        ("austin texas", lambda r: True),
        ("78704", lambda r: r["original_zip"] == "78704"),
        ("78704-1234", lambda r: r["original_zip"] == "78704"),
        ("Travis County, TX", lambda r: r["county_fips"] == "48453"),
        ("williamson county tx", lambda r: r["county_fips"] == "48491"),
        ("Houston, TX", lambda r: False),
    ],
)
def test_place_is_its_zips_or_its_county(person: Person, rows: list[Row], place: str, fits: Any) -> None:
    found = ask(person, "/api/leads/facets", place=place)
    assert found["total"]["value"] == len([row for row in rows if fits(row)])


def test_place_narrows_beside_zips(person: Person, rows: list[Row]) -> None:
    found = ask(person, "/api/leads", place="Travis County, TX", zip=["78704", "78701"], county="48453", limit=1)
    fitting = [row for row in rows if row["county_fips"] == "48453" and row["original_zip"] in ("78704", "78701")]
    assert found["total"]["value"] == len(fitting)
    elsewhere = ask(person, "/api/leads", place="Houston, TX", zip="78704")
    assert elsewhere["total"]["value"] == 0


def test_unknown_place_is_refused_with_the_nearest(person: Person) -> None:
    answer = person.ask("GET", "/api/leads", params={"place": "Hoston, TX"})
    assert answer.status_code == 400
    assert "did you mean 'Houston'?" in answer.json()["message"]
    assert person.ask("GET", "/api/leads", params={"place": "00000"}).status_code == 400


def test_cursor_goes_on_in_a_place(person: Person) -> None:
    first = ask(person, "/api/leads", place="Travis County, TX", limit=5)
    second = ask(person, "/api/leads", place="Travis County, TX", limit=5, cursor=first["next_cursor"])
    assert not {one["lead_id"] for one in first["items"]} & {one["lead_id"] for one in second["items"]}
    refused = person.ask("GET", "/api/leads", params={"place": "Houston, TX", "cursor": first["next_cursor"]})
    assert refused.status_code == 400


RING = [[-97.95, 30.05], [-97.85, 30.05], [-97.85, 30.25], [-97.95, 30.25], [-97.95, 30.05]]
AREA = {"type": "Polygon", "coordinates": [RING]}


@pytest.mark.parametrize(
    ("territory", "fits"),
    [
        ({"counties": ["48491"]}, lambda r: r["county_fips"] == "48491"),
        ({"zips": ["78704"]}, lambda r: r["original_zip"] == "78704"),
        ({"area": AREA}, is_in_area),
        ({"zips": ["78704"], "area": AREA}, lambda r: r["original_zip"] == "78704" or is_in_area(r)),
    ],
)  # fmt: skip
def test_territory_is_any_of_its_parts(person: Person, rows: list[Row], territory: dict[str, Any], fits: Any) -> None:
    made = person.ask("POST", "/api/territories", json={"name": "Mine", **territory})
    assert made.status_code == 201, made.text
    found = ask(person, "/api/leads/facets", territory_id=made.json()["territory_id"])
    assert found["total"]["value"] == len([row for row in rows if fits(row)])


def test_territory_of_another_account_is_none(person: Person) -> None:
    made = person.ask("POST", "/api/territories", json={"name": "Mine", "zips": ["78704"]}).json()
    stranger = enter(person.client)
    answer = stranger.ask("GET", "/api/leads", params={"territory_id": made["territory_id"]})
    assert answer.status_code == 404
    assert answer.json()["field"] == "territory_id"
