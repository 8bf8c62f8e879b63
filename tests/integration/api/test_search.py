"""Searching with everything a question may hold: what comes is what a plain look at every row finds."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from leadledger.app import create_app
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve, sign_up
from tests.integration.api.rows import QUERIES as ROWS
from tests.integration.api.rows import Loaded, load, today

PERMITS = 240
Row = dict[str, Any]
Fits = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Searched:
    """A signed-in client, and every lead there is."""

    client: httpx.Client
    rows: list[Row]
    url: str

    def walk(self, body: dict[str, Any]) -> list[str]:
        """Ids of all leads of a question, page after page."""
        found: list[str] = []
        cursor = None
        while True:
            answer = self.client.post("/api/leads/search", json={**body, **({"cursor": cursor} if cursor else {})})
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += [one["lead_id"] for one in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return found


@pytest.fixture(scope="module")
def searched(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searched]:
    """An API over permits that say much; read only."""
    for url in _fresh_database(template_database):
        with psycopg.connect(url, autocommit=True) as owner:
            load(owner, Loaded(permit_count=PERMITS))
            owner.execute(ROWS["enrich"], {})
            owner.execute(ROWS["enrich_leads"], {})
            with owner.cursor(row_factory=dict_row) as cursor:
                rows = cursor.execute(ROWS["all_leads"]).fetchall()
        with serve(create_app(make_settings(as_api(url), tmp_path_factory.mktemp("home")))) as client:
            client.headers["Authorization"] = f"Bearer {sign_up(client)['access_token']}"
            yield Searched(client, rows, url)


def is_open(row: Row) -> bool:
    return row["openness"] in ("open", "likely")


def miles_from(row: Row, lat: float, lon: float) -> float:
    """The law of cosines: another formula than the database's."""
    if row["latitude"] is None:
        return math.inf
    one, other = math.radians(row["latitude"]), math.radians(lat)
    between = math.radians(row["longitude"] - lon)
    product = math.sin(one) * math.sin(other) + math.cos(one) * math.cos(other) * math.cos(between)
    return 3958.7613 * math.acos(max(-1.0, min(1.0, product)))


def in_box(row: Row, west: float, south: float, east: float, north: float) -> bool:
    return row["latitude"] is not None and west <= row["longitude"] <= east and south <= row["latitude"] <= north


def square(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


DAY = today() - timedelta(days=60)
INSTANT = datetime(2026, 11, 1, 0, 41, tzinfo=UTC)
HOLED = {"type": "Polygon", "coordinates": [square(-97.91, 30.09, -97.71, 30.29), square(-97.87, 30.13, -97.77, 30.23)]}
TWO = {
    "type": "MultiPolygon",
    "coordinates": [[square(-97.91, 30.09, -97.85, 30.15)], [square(-97.75, 30.29, -97.65, 30.45)]],
}
QUESTIONS: list[tuple[dict[str, Any], Fits]] = [
    ({"trade": ["roofing", "hvac"], "kind": ["direct"]}, lambda r: r["trade"] in ("roofing", "hvac")),
    ({"kind": ["direct", "adjacent"]}, lambda r: True),
    ({"permit_class_mapped": ["Residential"]}, lambda r: r["permit_class_mapped"] == "Residential"),
    ({"permit_class_mapped": ["Residential", "Commercial"]}, lambda r: r["permit_class_mapped"] is not None),
    ({"work_class_mapped": ["New", "Demolition"]}, lambda r: r["work_class_mapped"] in ("New", "Demolition")),
    ({"status_current_mapped": ["In Review"]}, lambda r: r["status_current_mapped"] == "In Review"),
    ({"has_contractor": True}, lambda r: r["contractor_company_name"] is not None),
    ({"has_contractor": False}, lambda r: r["contractor_company_name"] is None),
    ({"min_cost": 5_000, "max_cost": 9_000}, lambda r: 5_000 <= (r["est_project_cost"] or -1) <= 9_000),
    ({"issued_until": DAY.isoformat()}, lambda r: r["issued_date"] <= DAY),
    (
        {"issued_since": DAY.isoformat(), "issued_until": (DAY + timedelta(9)).isoformat()},
        lambda r: 0 <= (r["issued_date"] - DAY).days <= 9,
    ),
    ({"applied_since": DAY.isoformat()}, lambda r: r["applied_date"] >= DAY),
    ({"applied_until": DAY.isoformat()}, lambda r: r["applied_date"] <= DAY),
    ({"completed_since": DAY.isoformat()}, lambda r: r["completed_date"] is not None and r["completed_date"] >= DAY),
    ({"completed_until": DAY.isoformat()}, lambda r: r["completed_date"] is not None and r["completed_date"] <= DAY),
    ({"changed_since": INSTANT.isoformat()}, lambda r: r["updated_at"] >= INSTANT),
    ({"lat": 30.2, "lon": -97.8, "miles": 5}, lambda r: miles_from(r, 30.2, -97.8) <= 5),
    ({"bbox": "-97.85,30.13,-97.75,30.33"}, lambda r: in_box(r, -97.85, 30.13, -97.75, 30.33)),
    (
        {"bbox": "-97.85,30.13,-97.75,30.33", "lat": 30.2, "lon": -97.8, "miles": 4, "trade": ["electrical"]},
        lambda r: in_box(r, -97.85, 30.13, -97.75, 30.33)
        and miles_from(r, 30.2, -97.8) <= 4
        and r["trade"] == "electrical",
    ),
    ({"bbox": "-97.85,30.13,-97.75,30.33", "lat": 35.0, "lon": -97.8, "miles": 4}, lambda r: False),
    (
        {"polygon": HOLED},
        lambda r: in_box(r, -97.91, 30.09, -97.71, 30.29) and not in_box(r, -97.87, 30.13, -97.77, 30.23),
    ),
    ({"polygon": TWO}, lambda r: in_box(r, -97.91, 30.09, -97.85, 30.15) or in_box(r, -97.75, 30.29, -97.65, 30.45)),
    ({"polygon": TWO, "q": "shingles"}, lambda r: r["n"] % 4 == 0 and QUESTIONS[21][1](r)),
    (
        {"any": [{"trade": ["roofing"], "county": ["48453"]}, {"min_cost": 20_000}]},
        lambda r: (r["trade"] == "roofing" and r["county_fips"] == "48453") or (r["est_project_cost"] or 0) >= 20_000,
    ),
    (
        {"any": [{"q": "shingles"}, {"polygon": HOLED}], "all": [{"any": [{"kind": ["direct"]}, {"zip": ["78704"]}]}]},
        lambda r: (r["n"] % 4 == 0 or QUESTIONS[20][1](r)) and (r["kind"] == "direct" or r["original_zip"] == "78704"),
    ),
    ({"all": [{"has_contractor": False}, {"work_class_mapped": ["New"]}]}, lambda r: r["n"] % 28 == 0),
    ({"any": [{}]}, lambda r: True),
    ({"any": [{"openness": ["open"]}]}, lambda r: r["openness"] == "open"),
    ({"changed_since": "0001-01-01T00:00:00+14:00"}, lambda r: True),
    ({"max_score": 100, "min_score": 0}, lambda r: True),
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(QUESTIONS)), ids=[str(body)[:60] for body, _ in QUESTIONS])
@pytest.mark.parametrize("sort", ["score", "newest", "cost", "changed"])
def test_search_gives_exactly_what_fits_in_order(searched: Searched, place: int, sort: str) -> None:
    body, fits = QUESTIONS[place]
    expected = sorted((row for row in searched.rows if is_open(row) and fits(row)), key=order_of(sort))
    assert searched.walk({**body, "sort": sort, "limit": 40}) == [row["lead_id"] for row in expected]


def order_of(sort: str) -> Callable[[Row], tuple[float, str]]:
    """Highest first; what has no key last; ties by id."""
    keys: dict[str, Callable[[Row], float]] = {
        "score": lambda r: r["rank_key"],
        "newest": lambda r: r["rank_date"].toordinal() if r["rank_date"] else 0,
        "cost": lambda r: float(-1 if r["est_project_cost"] is None else r["est_project_cost"]),
        "changed": lambda r: r["updated_at"].timestamp(),
    }
    return lambda row: (-keys[sort](row), row["lead_id"])


def test_score_range_fits_the_scores_shown(searched: Searched) -> None:
    page = searched.client.get("/api/leads", params={"min_score": 30, "max_score": 60, "limit": 100}).json()
    assert page["items"]
    assert all(30 <= one["score"] <= 60 for one in page["items"])
    lower = searched.client.get("/api/leads", params={"max_score": 29, "limit": 1}).json()["total"]["value"]
    upper = searched.client.get("/api/leads", params={"min_score": 61, "limit": 1}).json()["total"]["value"]
    assert lower + page["total"]["value"] + upper == len([row for row in searched.rows if is_open(row)])


def test_query_and_body_give_the_same(searched: Searched) -> None:
    asked: dict[str, Any] = {
        "trade": ["roofing", "electrical"],
        "bbox": "-97.85,30.13,-97.75,30.33",
        "sort": "newest",
        "limit": 7,
    }
    one = searched.client.get("/api/leads", params=asked).json()
    other = searched.client.post("/api/leads/search", json=asked).json()
    assert one == other
    following = searched.client.post("/api/leads/search", json={**asked, "cursor": one["next_cursor"]}).json()
    assert following["items"]
    assert not {item["lead_id"] for item in following["items"]} & {item["lead_id"] for item in one["items"]}


def test_coverage_of_an_area_tells_nothing_from_nobody(searched: Searched) -> None:
    inside = searched.client.get("/api/leads", params={"bbox": "-97.9,30.1,-97.7,30.3"}).json()
    nothing = searched.client.get("/api/leads", params={"bbox": "-97.9,30.1,-97.7,30.3", "min_cost": 10**9}).json()
    outside = searched.client.get("/api/leads", params={"lat": 41.9, "lon": -87.6, "miles": 5}).json()
    verdicts = [one["coverage"]["verdict"] for one in (inside, nothing, outside)]
    assert verdicts == ["found", "none", "not_covered"]


BOW = {"type": "Polygon", "coordinates": [[[-98, 30], [-97, 31], [-97, 30], [-98, 32], [-98, 30]]]}
ACROSS = {"type": "Polygon", "coordinates": [[[170, 50], [-170, 50], [-170, 55], [170, 55], [170, 50]]]}
EXCHANGED = {"type": "Polygon", "coordinates": [[[40, -74], [41, -74], [41, -73], [40, -73], [40, -74]]]}
MANY = {"type": "Polygon", "coordinates": [[[-98 + n / 1e4, 30 + n * n / 1e8] for n in range(1_001)]]}
DEEP: dict[str, Any] = {"any": [{"any": [{"any": [{"any": [{}]}]}]}]}


@pytest.mark.parametrize(
    ("body", "status", "field", "says"),
    [
        ({"polygon": BOW}, 422, "polygon", "crosses or touches itself"),
        ({"polygon": ACROSS}, 422, "polygon", "antimeridian"),
        ({"polygon": EXCHANGED}, 422, "polygon", "swapped"),
        ({"polygon": MANY}, 422, "polygon", "at most 1000"),
        ({"polygon": {"type": "Point", "coordinates": [1, 2]}}, 422, "polygon", "Polygon or MultiPolygon"),
        ({"polygon": {"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]}}, 422, "polygon", "at least 4"),
        ({"polygon": [1]}, 422, "polygon", "dictionary"),
        ({"any": [{"polygon": BOW}]}, 422, "any.0.polygon", "crosses"),
        (DEEP, 400, "any", "3 deep"),
        ({"all": [{"any": [{}] * 15}, {"any": [{}] * 15}]}, 400, "all", "at most 20"),
        ({"any": [{"min_scor": 3}]}, 422, "any.0.min_scor", "not permitted"),
        ({"min_scor": 3}, 422, "min_scor", "did you mean 'min_score'?"),
        ({"lat": 30.2, "lon": -97.8}, 400, "miles", "circle"),
        ({"lat": -74.0, "lon": 40.7, "miles": 3}, 400, "lat", "exchanged"),
        ({"lat": 30.2, "lon": -97.8, "miles": 251}, 422, "miles", "250"),
        ({"lat": 30.2, "lon": -97.8, "miles": 0}, 422, "miles", "greater than 0"),
        ({"min_cost": 9, "max_cost": 8}, 400, "min_cost", "above"),
        ({"issued_since": "2026-02-02", "issued_until": "2026-02-01"}, 400, "issued_since", "above"),
        ({"issued_since": 7}, 422, "issued_since", "2026-03-08"),
        ({"changed_since": "yesterday"}, 422, "changed_since", "instant"),
        ({"changed_since": "2026-03-08T12:00:00"}, 422, "changed_since", "zone"),
        ({"bbox": "1,2,3"}, 422, "bbox", "west,south,east,north"),
        ({"bbox": "170,50,-170,55"}, 422, "bbox", "antimeridian"),
        ({"bbox": "30.1,-97.9,30.5,-97.5"}, 422, "bbox", "longitudes stand first"),
        ({"bbox": "-97.5,30.1,-97.5,30.5"}, 422, "bbox", "nothing"),
        ({"limit": 10**9}, 422, "limit", "100"),
        ({"limit": -1}, 422, "limit", "1"),
        ({"sort": "best"}, 422, "sort", "score"),
        ({"status_current_mapped": ["Open"]}, 422, "status_current_mapped.0", "Permit Issued"),
        ({"q": "\u0000"}, 422, "q", "q is"),
        ({"owner_name": "SMITH"}, 422, "owner_name", "unknown field"),
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_bad_question_is_refused_by_name(
    searched: Searched, body: dict[str, Any], status: int, field: str, says: str
) -> None:
    answer = searched.client.post("/api/leads/search", json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["field"] == field
    assert says in answer.json()["message"]


TRICKS = [
    "'; drop table leads; --", "%' or '1'='1", "a.*(b|c)+$", "(((((a", "\\x00a", "＇a", "\u202eabc", "a\u0300" * 50,
    "Ⅻ", "ﬀ a", "{a,b}", 'a"b', "𝟘 a", "a\U0001f600", "$1 a", "%(q)s a",
]  # fmt: skip


@pytest.mark.parametrize("text", TRICKS)
def test_tricks_are_only_words(searched: Searched, text: str) -> None:
    for answer in (
        searched.client.get("/api/leads", params={"q": text}),
        searched.client.post("/api/leads/search", json={"q": text, "any": [{"q": text}]}),
    ):
        assert answer.status_code in (200, 400, 422), answer.text


@pytest.mark.parametrize("sort", ["score", "newest", "cost", "changed"])
def test_paging_holds_while_leads_come_in_between(
    template_database: str, tmp_path_factory: pytest.TempPathFactory, sort: str
) -> None:
    """What was there all the time comes exactly once, whatever is inserted before and behind the page."""
    chance = random.Random(sort)
    for url in _fresh_database(template_database):
        with psycopg.connect(url, autocommit=True) as owner:
            load(owner, Loaded(permit_count=60))
            owner.execute(ROWS["enrich_leads"], {})
            there = {str(lead_id) for (lead_id,) in owner.execute(ROWS["open_ids"])}
            with serve(create_app(make_settings(as_api(url), tmp_path_factory.mktemp("home")))) as client:
                client.headers["Authorization"] = f"Bearer {sign_up(client)['access_token']}"
                seen: list[str] = []
                cursor: str | None = ""
                while cursor is not None:
                    asked = {"sort": sort, "limit": chance.choice((3, 8, 13)), **({"cursor": cursor} if cursor else {})}
                    page = client.get("/api/leads", params=asked).raise_for_status().json()
                    seen += [one["lead_id"] for one in page["items"]]
                    cursor = page["next_cursor"]
                    if len(seen) < 400:
                        owner.execute(ROWS["insert_near"], {"seed": chance.random(), "count": chance.choice((1, 4))})
        assert len(seen) == len(set(seen))
        assert there <= set(seen)
