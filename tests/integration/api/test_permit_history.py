"""One permit over HTTP on two clocks: versions, changes, as known at an instant; and no person's name in any."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import psycopg
import pytest

from leadledger.app import create_app
from leadledger.leads.disclosure import GRANTED
from leadledger.leads.permit_fields import PermitFields
from permit_leads.archive import Archive
from permit_leads.permit import FIELDS
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve, sign_up
from tests.integration.api.pages import ROWS_BODY, rows_page
from tests.integration.api.rows import Loaded, load
from tests.integration.store.test_permits import NOW, permits, run

PAGE_SHA256 = hashlib.sha256(ROWS_BODY).hexdigest()
HOUR = timedelta(hours=1)
WORDINGS = ("replace furnace", "replace furnace and ducts", "replace furnace, finaled")
PERSONAL = [field.name for field in FIELDS if field.is_personal]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the archive lies."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def api(template_database: str, home: Path) -> Iterator[httpx.Client]:
    """A signed-in client of an API that learned a permit in three hours, each with another wording and cost."""
    Archive(f"file://{home}/archive").write_page(uuid.uuid4(), "austin_issued_permits", 0, rows_page())
    for url in _fresh_database(template_database):
        with psycopg.connect(url, autocommit=True) as owner:
            load(owner, Loaded(permit_count=3, page_sha256=PAGE_SHA256))
        with psycopg.connect(url) as owner:
            for hours, wording in enumerate(WORDINGS):
                run(owner, worded(wording, 1_000.5 + hours), recorded_at=NOW - HOUR * 24 + HOUR * hours)
        with serve(create_app(make_settings(as_api(url), home))) as client:
            client.headers["Authorization"] = f"Bearer {sign_up(client)['access_token']}"
            yield client


def worded(wording: str, cost: float) -> pl.DataFrame:
    """The permit as the normalizer hands it over, persons included."""
    persons = (pl.lit(f"PERSON {name} {wording}").alias(name) for name in PERSONAL)
    place = (pl.lit(PAGE_SHA256).alias("page_sha256"), pl.lit(1, pl.Int32).alias("page_row"))
    money = pl.lit(cost).cast(pl.Decimal(14, 2)).alias("est_project_cost")
    return permits(("77", wording)).with_columns(*persons, *place, money)


@pytest.fixture(scope="module")
def address(api: httpx.Client) -> str:
    """The permit's address in the API."""
    (lead,) = api.get("/api/leads", params={"q": "furnace finaled"}).json()["items"]
    return f"/api/permits/{lead['permit_id']}"


def get(api: httpx.Client, path: str, **parameters: object) -> Any:
    answer = api.get(path, params={name.rstrip("_"): str(value) for name, value in parameters.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


def refusal(api: httpx.Client, path: str, **parameters: object) -> tuple[int, str, str | None]:
    answer = api.get(path, params={name.rstrip("_"): str(value) for name, value in parameters.items()})
    body = answer.json()
    return answer.status_code, body["code"], body["field"]


def test_permit_is_shown_as_known_now(api: httpx.Client, address: str) -> None:
    permit = get(api, address)
    assert (permit["version"], permit["version_count"], permit["as_of"]) == (3, 3, None)
    assert permit["fields"]["description"] == WORDINGS[2]
    assert permit["fields"]["est_project_cost"] == "1002.50"
    assert permit["trades"] == ["roofing"]
    assert [lead["trade"] for lead in permit["leads"]] == ["roofing"]
    assert [one["version"] for one in permit["versions"]] == [3, 2, 1]
    assert permit["coverage"][0]["dataset_id"] == permit["dataset_id"] == "austin_issued_permits"
    assert "pin" in permit["not_published_fields"]


def test_permit_is_shown_as_known_then(api: httpx.Client, address: str) -> None:
    then = get(api, address, as_of=(NOW - HOUR * 22.5).isoformat())
    assert (then["version"], then["version_count"], then["trades"]) == (2, 2, None)
    assert then["fields"]["description"] == WORDINGS[1]
    at_the_instant = get(api, address, as_of=(NOW - HOUR * 23).isoformat())
    assert at_the_instant["version"] == 2


def test_every_value_has_a_receipt(api: httpx.Client, address: str) -> None:
    permit = get(api, address)
    receipts = {one["field"]: one for one in permit["receipts"]["fields"]}
    assert set(receipts) == set(permit["fields"])
    assert receipts["est_project_cost"]["value"] == "1002.50"
    assert receipts["est_project_cost"]["raw_values"] == {"total_job_valuation": "18400"}
    assert permit["receipts"]["page"]["page_sha256"] == permit["page_sha256"] == PAGE_SHA256


def test_versions_say_when_by_whom_and_what_changed(api: httpx.Client, address: str) -> None:
    page = get(api, f"{address}/versions")
    assert [one["version"] for one in page["items"]] == [3, 2, 1]
    assert page["next_before"] is None
    newest, _, first = page["items"]
    changed = {one["field"]: (one["before"], one["after"]) for one in newest["changes"]}
    assert changed == {"description": (WORDINGS[1], WORDINGS[2]), "est_project_cost": ("1001.50", "1002.50")}
    assert first["changes"] == []
    assert datetime.fromisoformat(first["recorded_at"]) == NOW - HOUR * 24
    assert len({one["run_id"] for one in page["items"]}) == 3


def test_versions_come_page_by_page(api: httpx.Client, address: str) -> None:
    first = get(api, f"{address}/versions", limit=2)
    assert ([one["version"] for one in first["items"]], first["next_before"]) == ([3, 2], 2)
    last = get(api, f"{address}/versions", limit=2, before=first["next_before"])
    assert ([one["version"] for one in last["items"]], last["next_before"]) == ([1], None)
    assert first["items"][1]["changes"] != []


def test_any_two_versions_can_be_compared(api: httpx.Client, address: str) -> None:
    found = get(api, f"{address}/diff", from_=1, to=3)
    assert (found["from"]["version"], found["to"]["version"]) == (1, 3)
    assert [one["field"] for one in found["changes"]] == ["description", "est_project_cost"]
    back = get(api, f"{address}/diff", from_=3, to=1)
    assert [(one["after"], one["before"]) for one in found["changes"]] == [
        (one["before"], one["after"]) for one in back["changes"]
    ]
    assert get(api, f"{address}/diff", from_=2, to=2)["changes"] == []


def test_no_answer_names_a_person(api: httpx.Client, address: str) -> None:
    questions = ("", "?as_of=2026-11-22T13:30:00Z", "/versions", "/diff?from=1&to=3")
    texts = [api.get(address + question).text for question in questions]
    assert [text for text in texts if "PERSON" in text] == []
    assert set(PermitFields.model_fields) == {field.name for field in GRANTED}


def test_what_is_kept_of_old_versions_names_persons_to_nobody(database_url: str) -> None:
    """Straight from the function, as somebody who went around the API would."""
    with psycopg.connect(database_url) as owner:
        load(owner, Loaded(permit_count=1))
        for wording in WORDINGS:
            run(owner, worded(wording, 1))
        owner.execute("set local role authenticated")
        rows = owner.execute(
            "select old.fields from permits cross join lateral private.superseded_fields(permit_id) as old"
        ).fetchall()
    assert len(rows) == 2
    assert [name for (fields,) in rows for name in PERSONAL if name in fields] == []


@pytest.mark.parametrize(
    ("path", "question", "expected"),
    [
        ("", {"as_of": "2020-01-01T00:00:00Z"}, (404, "not_found", "as_of")),
        ("", {"as_of": "2999-01-01T00:00:00Z"}, (400, "invalid_parameter", "as_of")),
        ("", {"as_of": "9999-12-31T23:59:59-23:59"}, (400, "invalid_parameter", "as_of")),
        ("", {"as_of": "0001-01-01T00:00:00+23:59"}, (404, "not_found", "as_of")),
        ("", {"as_of": "2026-11-22"}, (400, "invalid_parameter", "as_of")),
        ("", {"as_of": "1700000000"}, (400, "invalid_parameter", "as_of")),
        ("", {"as_of": "2026-11-22T12:00:00"}, (400, "invalid_parameter", "as_of")),
        ("", {"as-of": "2026-11-22T12:00:00Z"}, (400, "invalid_parameter", "as-of")),
        ("/versions", {"limit": "0"}, (400, "invalid_parameter", "limit")),
        ("/versions", {"limit": "1000000000"}, (400, "invalid_parameter", "limit")),
        ("/versions", {"before": "-1"}, (400, "invalid_parameter", "before")),
        ("/diff", {}, (400, "invalid_parameter", "from")),
        ("/diff", {"from": "1"}, (400, "invalid_parameter", "to")),
        ("/diff", {"from": "1", "to": "9"}, (404, "not_found", "to")),
        ("/diff", {"from": "9999999999", "to": "1"}, (400, "invalid_parameter", "from")),
        ("/diff", {"from_version": "1", "to": "1"}, (400, "invalid_parameter", "from")),
        ("/diff", {"from": "1", "to": "2", "form": "3"}, (400, "invalid_parameter", "form")),
    ],
)
def test_wrong_question_is_refused(
    api: httpx.Client, address: str, path: str, question: dict[str, str], expected: tuple[int, str, str]
) -> None:
    assert refusal(api, address + path, **question) == expected


def test_nearest_name_is_told_as_it_is_written(api: httpx.Client, address: str) -> None:
    answer = api.get(f"{address}/diff", params={"from": 1, "to": 2, "form": 3})
    assert "did you mean 'from'?" in answer.json()["message"]


def test_permit_that_is_not_there_is_not_found(api: httpx.Client) -> None:
    address = f"/api/permits/{uuid.uuid4()}"
    assert refusal(api, address)[:2] == (404, "not_found")
    assert refusal(api, f"{address}/versions")[:2] == (404, "not_found")
    assert refusal(api, f"{address}/diff", from_=1, to=1)[:2] == (404, "not_found")
