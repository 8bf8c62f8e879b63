"""`as_of` on the list: what was answered at an instant is answered for that instant ever after."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import polars as pl
import psycopg
import pytest

from permit_leads.store.identity import with_identity
from tests.integration.api.conftest import sign_up
from tests.integration.api.rows import QUERIES as ROWS
from tests.integration.store.test_permits import DATASET, permits, run

STEPS = 8
DAY_OF_WORK = timedelta(days=1)
# What moves with the clock, not with what is known.
OF_TODAY = ("score", "age_days")
GROUPS = [{"min_cost": 40_000}, {"status_current_mapped": ["In Review"]}]
QUESTIONS: dict[str, dict[str, Any]] = {
    "all": {},
    "newest": {"sort": "newest"},
    "dearest": {"sort": "cost", "openness": ["open", "likely", "taken", "closed"]},
    "changed": {"sort": "changed"},
    "taken": {"openness": ["taken", "closed"]},
    "dear": {"min_cost": 30_000},
    "circle": {"lat": 30.2, "lon": -97.7, "miles": 5},
    "wide": {"lat": 30.2, "lon": -97.7, "miles": 50},
    "zip": {"zip": ["78704"]},
    "trade and county": {"trade": ["roofing"], "county": ["48453"]},
    "status": {"status_current_mapped": ["In Review"]},
    "issued": {"issued_since": "2026-11-10"},
}


@dataclass
class Then:
    """What was answered at an instant."""

    at: datetime
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def history(place: tuple[httpx.Client, psycopg.Connection]) -> tuple[httpx.Client, list[Then]]:
    """Permits that are made, changed and moved, step by step, and all questions answered after each."""
    client, owner = place
    client.headers["Authorization"] = f"Bearer {sign_up(client)['access_token']}"
    owner.execute(ROWS["dataset"], {"dataset_id": DATASET, "publisher": "City of Examples", "county_fips": "48453"})
    dice, base, seen = random.Random(20261127), datetime.now(UTC) - DAY_OF_WORK, []
    for step in range(STEPS):
        at = base + step * timedelta(minutes=10)
        for openness in dice.sample(["open", "likely", "taken", "closed"], 2):
            with owner.transaction():
                run(owner, _page(dice), openness=openness, recorded_at=at)
            at += timedelta(minutes=1)
        seen.append(Then(at, {name: ask(client, asked) for name, asked in QUESTIONS.items()}))
    return client, seen


def _page(dice: random.Random) -> pl.DataFrame:
    """Some of twelve permits, each with anything."""
    rows = permits(*((str(number), "new roof") for number in dice.sample(range(12), 5)))

    def of(values: list[Any], dtype: Any) -> pl.Series:
        return pl.Series([dice.choice(values) for _ in range(rows.height)], dtype=dtype)

    changed = rows.with_columns(
        est_project_cost=of([None, "10000.00", "35000.00", "60000.00"], pl.String),
        latitude=of([None, 30.2, 30.21, 30.7], pl.Float64),
        longitude=of([-97.7, -97.71], pl.Float64),
        original_zip=of(["78704", "78745", None], pl.String),
        county_fips=of(["48453", "48491"], pl.String),
        status_current_mapped=of(["In Review", "Permit Issued", None], pl.String),
        contractor_company_name=of([None, "EXAMPLE ROOFS LLC"], pl.String),
        issued_date=of([date(2026, 11, 1), date(2026, 11, 20)], pl.Date),
    ).cast({"est_project_cost": rows.schema["est_project_cost"]})
    return with_identity(DATASET, changed)


def ask(client: httpx.Client, asked: dict[str, Any], at: datetime | None = None) -> list[dict[str, Any]]:
    """All pages, three leads each."""
    params: dict[str, Any] = {**asked, "limit": 3} | ({"as_of": at.isoformat()} if at else {})
    items: list[dict[str, Any]] = []
    while True:
        answer = client.get("/api/leads", params=params)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items += [{name: value for name, value in one.items() if name not in OF_TODAY} for one in page["items"]]
        assert page["total"]["value"] >= len(page["items"])
        if page["next_cursor"] is None:
            return items
        params["cursor"] = page["next_cursor"]


@pytest.mark.parametrize("name", QUESTIONS)
def test_past_answers_are_given_again(history: tuple[httpx.Client, list[Then]], name: str) -> None:
    client, seen = history
    assert any(then.answers[name] for then in seen), "nothing to compare"
    for then in seen:
        assert ask(client, QUESTIONS[name], then.at) == then.answers[name]


def test_body_asks_the_past_too(history: tuple[httpx.Client, list[Then]]) -> None:
    client, seen = history
    body = {"any": GROUPS, "limit": 100}
    now = client.post("/api/leads/search", json=body).json()
    last = client.post("/api/leads/search", json={**body, "as_of": seen[-1].at.isoformat()}).json()
    first = client.post("/api/leads/search", json={**body, "as_of": seen[0].at.isoformat()}).json()
    assert [one["lead_id"] for one in last["items"]] == [one["lead_id"] for one in now["items"]]
    assert last["total"] == now["total"]
    assert first["items"] != last["items"]


def test_nothing_was_known_before(history: tuple[httpx.Client, list[Then]]) -> None:
    client, seen = history
    page = client.get("/api/leads", params={"as_of": (seen[0].at - timedelta(days=1)).isoformat()}).json()
    assert page["items"] == []
    assert page["total"] == {"value": 0, "relation": "eq"}


@pytest.mark.parametrize(
    ("params", "field", "reason"),
    [
        ({"as_of": "2100-01-01T00:00:00Z"}, "as_of", "still to come"),
        ({"as_of": "2026-11-20"}, "as_of", ""),
        ({"as_of": "2026-11-20T12:00:00Z", "q": "roof"}, "q", "together with as_of"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    history: tuple[httpx.Client, list[Then]], params: dict[str, str], field: str, reason: str
) -> None:
    client, _ = history
    answer = client.get("/api/leads", params=params)
    assert answer.status_code in (400, 422)
    assert answer.json()["field"] == field
    assert reason in answer.json()["message"]


def test_cursor_of_another_instant_is_refused(history: tuple[httpx.Client, list[Then]]) -> None:
    client, seen = history
    page = client.get("/api/leads", params={"limit": 1, "as_of": seen[-1].at.isoformat()}).json()
    answer = client.get("/api/leads", params={"limit": 1, "cursor": page["next_cursor"]})
    assert answer.status_code == 400
    assert answer.json()["field"] == "cursor"
