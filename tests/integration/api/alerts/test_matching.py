"""Who is told of what: exactly the leads the list would show, once, and nothing that is no news."""

from __future__ import annotations

import random
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from leadledger.alerts.matching import match_turn
from leadledger.alerts.searches import read_clauses
from leadledger.leads.filters import LeadSearch
from permit_leads.store import db as store
from tests.integration.api.alerts.conftest import Site, alert, save
from tests.integration.api.people import Person
from tests.integration.api.rows import today

SEARCH_COUNT = 120
TRIANGLE = {"type": "Polygon", "coordinates": [[[-98, 30], [-97, 30], [-97, 31], [-98, 30]]]}
WITH_HOLE = {
    "type": "MultiPolygon",
    "coordinates": [
        [
            [[-98.1, 29.9], [-97.2, 29.9], [-97.2, 30.9], [-98.1, 30.9], [-98.1, 29.9]],
            [[-97.8, 30.2], [-97.8, 30.6], [-97.4, 30.6], [-97.4, 30.2], [-97.8, 30.2]],
        ],
        [[[-97, 30], [-96.5, 30], [-96.5, 30.5], [-97, 30]]],
    ],
}


def some(dice: random.Random, values: list[Any], most: int = 3) -> list[Any]:
    return dice.sample(values, dice.randint(1, min(most, len(values))))


def days_ago(dice: random.Random, least: int, most: int) -> str:
    return (today() - timedelta(days=dice.randint(least, most))).isoformat()


def make_filter(dice: random.Random, deep: int = 2) -> dict[str, Any]:
    """A question that a person could ask of these permits."""
    parts: list[dict[str, Any]] = [
        {"trade": some(dice, ["roofing", "hvac", "plumbing", "remodel", "electrical", "pool", "solar"], 4)},
        {"county": some(dice, ["48453", "48491", "48001"])},
        {"zip": some(dice, ["78701", "78702", "78704", "78745", "10001"])},
        {"kind": [dice.choice(["direct", "adjacent"])]},
        {"openness": some(dice, ["open", "likely", "taken", "closed"])},
        {"min_score": dice.randint(0, 60)},
        {"max_score": dice.randint(60, 90)},
        {"min_cost": dice.choice([0, 5_000, 20_000])},
        {"max_cost": dice.choice([20_000, 30_000, 90_000])},
        {"issued_since": days_ago(dice, 30, 70)},
        {"issued_until": days_ago(dice, 0, 30)},
        {"applied_since": days_ago(dice, 10, 70)},
        {"completed_until": days_ago(dice, -30, 30)},
        {"permit_class_mapped": [dice.choice(["Residential", "Commercial"])]},
        {"work_class_mapped": some(dice, ["New", "Existing", "Demolition"])},
        {"status_current_mapped": some(dice, ["Permit Issued", "In Review", "Permit Finaled"])},
        {"has_contractor": dice.random() < 0.5},
        {"changed_since": "2026-01-01T00:00:00Z"},
        {"lat": 30.5, "lon": -97.2, "miles": dice.choice([3, 20, 60])},
        {"bbox": dice.choice(["-98.5,29.5,-97.4,30.6", "-97.5,30.4,-96,32"])},
        {"polygon": dice.choice([TRIANGLE, WITH_HOLE])},
        {"q": dice.choice(["shingles", "tear off", "kitchen", "patio addition", "furnace replacing", "nowhere"])},
    ]
    chosen = dice.sample(parts, dice.randint(0, 3))
    asked = {name: value for part in chosen for name, value in part.items()}
    if deep and dice.random() < 0.4:
        asked["any"] = [make_filter(dice, deep - 1) for _ in range(dice.randint(1, 3))]
    if deep and dice.random() < 0.2:
        asked["all"] = [make_filter(dice, deep - 1) for _ in range(2)]
    return asked


def list_all(person: Person, asked: dict[str, Any]) -> list[str]:
    """Every page of the list."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = person.ask("POST", "/api/leads/search", json={**asked, "limit": 100, **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [lead["lead_id"] for lead in page["items"]]
        if page["next_cursor"] is None:
            return sorted(found)
        cursor = {"cursor": page["next_cursor"]}


@pytest.fixture
def varied(site: Site) -> None:
    """Rows in which every condition has something to tell apart."""
    site.change("vary")
    site.change("vary_leads")


def put_search(site: Site, person: Person, asked: dict[str, Any]) -> str:
    """A saved search with an alert in the app; as the owner, since an account may have few."""
    clauses = read_clauses(LeadSearch.model_validate(asked))
    values = {"account_id": person.account_id, "user_id": person.user_id, "clauses": Jsonb(clauses)}
    return str(site.ask("put_search", **values)[0][0])


@pytest.mark.usefixtures("varied")
def test_matched_leads_are_those_the_list_shows(site: Site, person: Person) -> None:
    dice = random.Random(20261126)
    of_search = {put_search(site, person, one): one for one in (make_filter(dice) for _ in range(SEARCH_COUNT))}
    site.happen()
    assert site.match() > SEARCH_COUNT
    matched = dict(site.ask("matched_by_search"))
    empty_count = 0
    for search, one in of_search.items():
        shown = list_all(person, one)
        empty_count += not shown
        assert matched.get(search, []) == shown, one
    assert 0 < empty_count < SEARCH_COUNT / 2


@pytest.mark.usefixtures("varied")
def test_preview_counts_what_would_have_been_told(site: Site, person: Person) -> None:
    site.happen()
    shown = list_all(person, {"trade": ["roofing"]})
    told = person.ask("POST", "/api/saved-search-previews", json={"filter": {"trade": ["roofing"]}}).json()
    assert told["count"] == len(shown) == sum(day["count"] for day in told["days"])
    assert {item["lead_id"] for item in told["items"]} <= set(shown)
    assert len(told["items"]) == min(10, len(shown))


def match_impatiently(site: Site) -> None:
    with closing(store.connect(site.url)) as conn:
        conn.execute("set statement_timeout = 200")
        conn.commit()
        match_turn(conn, datetime.now(UTC))


def test_no_event_is_matched_by_halves(site: Site, person: Person) -> None:
    """The position and the matches move together, or neither does."""
    made = alert(person, save(person, trade=["roofing"]), "in_app")
    site.happen()
    before = site.ask("position")[0]
    assert before[0] < before[1]
    with psycopg.connect(site.url) as blocked:
        blocked.execute(b"lock table public.alert_matches in share row exclusive mode")
        with pytest.raises(psycopg.errors.QueryCanceled):
            match_impatiently(site)
        blocked.rollback()
    assert site.ask("position")[0] == before
    assert site.match() == len(site.ask("matched", alert_id=made["alert_id"])) > 0
    assert site.match() == 0
    assert site.ask("position")[0][0] == before[1]


def test_old_news_are_told_to_nobody(site: Site, person: Person) -> None:
    made = alert(person, save(person, trade=["roofing"]), "in_app")
    site.happen()
    site.change("age_events")
    assert site.match() == 0
    assert site.ask("matched", alert_id=made["alert_id"]) == []


def test_changed_leads_are_told_to_who_asked_for_them(site: Site, person: Person) -> None:
    search = save(person, trade=["roofing"], q="P-4", openness=["open", "likely", "taken"])
    made = alert(person, search, "in_app", scopes=["changed"])
    site.happen()
    assert site.match() == 0
    for version in (2, 2, 3):
        site.happen("lead.changed", number=4, versions=version)
        site.match()
    assert [row[1:] for row in site.ask("matched", alert_id=made["alert_id"])] == [("changed", 2), ("changed", 3)]


def test_events_wake_the_worker_only_when_somebody_listens(site: Site, person: Person) -> None:
    site.change("forget_jobs")
    site.happen()
    assert dict(site.ask("jobs")) == {}
    alert(person, save(person, trade=["roofing"]), "in_app")
    site.happen()
    assert dict(site.ask("jobs")) == {"match_alerts": 1}


def test_inbox_lists_and_marks(site: Site, person: Person) -> None:
    made = alert(person, save(person, trade=["roofing"]), "in_app")
    site.happen()
    count = site.match()
    page = person.ask("GET", "/api/inbox", params={"limit": 4}).json()
    assert (len(page["items"]), page["unread_count"]) == (4, count)
    assert page["items"][0]["alert_id"] == made["alert_id"]
    rest = person.ask("GET", "/api/inbox", params={"limit": 100, "cursor": page["next_cursor"]}).json()
    seen = [item["match_id"] for item in [*page["items"], *rest["items"]]]
    assert len(set(seen)) == len(seen) == count
    assert person.ask("POST", "/api/inbox/read", json={"match_ids": seen[:2]}).json() == {"marked_count": 2}
    assert person.ask("GET", "/api/inbox", params={"is_unread": True}).json()["unread_count"] == count - 2
    assert person.ask("POST", "/api/inbox/read", json={}).json() == {"marked_count": count - 2}
    assert person.ask("GET", "/api/inbox", params={"cursor": "bm9uZQ"}).status_code == 400
