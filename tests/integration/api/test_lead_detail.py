"""One lead over HTTP: reasons that add up, receipts out of the archived page, and nothing a person's name is in."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from leadledger.app import create_app
from leadledger.settings import ApiSettings
from permit_leads.archive import Archive
from permit_leads.permit import FIELDS
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve, sign_up
from tests.integration.api.pages import ROWS_BODY, rows_page
from tests.integration.api.rows import NOTE, QUERIES, Loaded, load

PAGE_SHA256 = hashlib.sha256(ROWS_BODY).hexdigest()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the archive lies."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def settings(template_database: str, home: Path) -> Iterator[ApiSettings]:
    """An API over three permits, the first of which stands in an archived page."""
    for url in _fresh_database(template_database):
        Archive(f"file://{home}/archive").write_page(uuid.uuid4(), "austin_issued_permits", 0, rows_page())
        with psycopg.connect(url, autocommit=True) as owner:
            load(owner, Loaded(permit_count=3, page_sha256=PAGE_SHA256))
            owner.execute(QUERIES["point_at_page"])
        yield make_settings(as_api(url), home)


@pytest.fixture(scope="module")
def api(settings: ApiSettings) -> Iterator[httpx.Client]:
    """A signed-in client of it."""
    with serve(create_app(settings)) as client:
        client.headers["Authorization"] = f"Bearer {sign_up(client)['access_token']}"
        yield client


@pytest.fixture(scope="module")
def lead(api: httpx.Client) -> dict[str, Any]:
    """The hvac lead of permit P-1."""
    return get_lead(api, "hvac")


def get_lead(api: httpx.Client, trade: str) -> dict[str, Any]:
    found = api.get("/api/leads", params={"q": "P-1", "trade": trade}).json()["items"]
    answer = api.get(f"/api/leads/{found[0]['lead_id']}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def receipt(lead: dict[str, Any], field: str) -> dict[str, Any]:
    return next(one for one in lead["receipts"]["fields"] if one["field"] == field)


def test_reasons_sum_to_points_and_score(lead: dict[str, Any]) -> None:
    assert sum(reason["points"] for reason in lead["reasons"]) == lead["points_total"]
    assert sum(reason["score_delta"] for reason in lead["reasons"]) == lead["score"]
    assert lead["reasons"][-1]["rule"] == "age"
    assert lead["points_total"] <= lead["points"]


def test_detail_repeats_the_summary_of_the_list(api: httpx.Client, lead: dict[str, Any]) -> None:
    (summary,) = api.get("/api/leads", params={"q": "P-1", "trade": "hvac"}).json()["items"]
    assert {name: lead[name] for name in summary} == summary


def test_permit_has_every_granted_field_and_no_name_of_a_person(lead: dict[str, Any]) -> None:
    granted = {field.name for field in FIELDS if not field.is_personal}
    assert granted <= set(lead["permit"])
    assert not {field.name for field in FIELDS if field.is_personal} & set(lead["permit"])
    assert lead["permit"]["est_project_cost"] == "18400.00"


def test_receipt_shows_the_cell_of_the_archived_page(lead: dict[str, Any]) -> None:
    published = json.loads(ROWS_BODY)[1]
    cost = receipt(lead, "est_project_cost")
    assert cost["value"] == "18400.00"
    assert cost["columns"] == ["total_job_valuation"]
    assert cost["raw_values"] == {"total_job_valuation": published["total_job_valuation"]}
    assert cost["parse"] == "usd"


def test_receipt_of_what_was_not_published_is_empty(lead: dict[str, Any]) -> None:
    lic_num = receipt(lead, "contractor_lic_num")
    assert (lic_num["value"], lic_num["columns"], lic_num["rule"]) == (None, [], None)
    assert receipt(lead, "housing_units")["raw_values"] == {"housing_units": None}


def test_receipt_names_the_page_and_where_it_came_from(lead: dict[str, Any]) -> None:
    page = lead["receipts"]["page"]
    assert page["page_sha256"] == PAGE_SHA256
    assert page["page_row"] == 1
    assert page["url"].startswith("https://publisher.example.test/")
    assert page["simulated_note"] == NOTE
    assert lead["receipts"]["problem"] is None


def test_receipt_of_free_text_is_redacted_as_the_value_is(lead: dict[str, Any]) -> None:
    description = receipt(lead, "description")
    assert description["raw_values"]["description"] == "Replace furnace, call [redacted-phone]"
    assert not {"555-0100", "555 0101"} & set(re.findall(r"555.\d{4}", json.dumps(lead)))


def test_detail_holds_no_name_of_a_person(lead: dict[str, Any]) -> None:
    assert "PERSON" not in json.dumps(lead)


def test_every_granted_field_has_a_receipt(lead: dict[str, Any]) -> None:
    assert [one["field"] for one in lead["receipts"]["fields"]] == [one.name for one in FIELDS if not one.is_personal]


def test_other_trades_of_the_permit_are_listed(lead: dict[str, Any]) -> None:
    assert [one["trade"] for one in lead["other_leads"]] == ["electrical"]


def test_versions_are_listed(lead: dict[str, Any]) -> None:
    assert [one["version"] for one in lead["versions"]] == [1]
    assert lead["versions"][0]["page_sha256"] == PAGE_SHA256


def test_unknown_lead_is_not_found(api: httpx.Client) -> None:
    answer = api.get(f"/api/leads/{uuid.uuid4()}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_malformed_lead_id_is_refused(api: httpx.Client) -> None:
    assert api.get("/api/leads/17").json()["field"] == "lead_id"


def test_page_gives_the_rows_without_personal_columns(api: httpx.Client) -> None:
    answer = api.get(f"/api/pages/{PAGE_SHA256}")
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["x-page-sha256"] == PAGE_SHA256
    assert int(answer.headers["x-withheld-columns"]) > 0
    assert [row["page_row"] for row in rows] == [0, 1, 2]
    assert rows[1]["total_job_valuation"] == json.loads(ROWS_BODY)[1]["total_job_valuation"]
    assert "PERSON" not in answer.text
    assert "555" not in answer.text


def test_unknown_page_is_not_found(api: httpx.Client) -> None:
    assert api.get(f"/api/pages/{'0' * 64}").status_code == 404


def test_malformed_page_name_is_refused(api: httpx.Client) -> None:
    assert api.get("/api/pages/../../etc").status_code == 404
    assert api.get(f"/api/pages/{'G' * 64}").json()["field"] == "page_sha256"


def test_damaged_page_leaves_the_values_and_says_so(api: httpx.Client, settings: ApiSettings, home: Path) -> None:
    path = home / "archive" / "pages" / PAGE_SHA256[:2] / f"{PAGE_SHA256}.zst"
    kept = path.read_bytes()
    with serve(create_app(settings)) as fresh:
        path.write_bytes(b"damaged")
        fresh.headers["Authorization"] = api.headers["Authorization"]
        lead = get_lead(fresh, "hvac")
        page = fresh.get(f"/api/pages/{PAGE_SHA256}")
        path.write_bytes(kept)
    assert lead["receipts"]["problem"] == "archived page cannot be read"
    assert receipt(lead, "est_project_cost")["value"] == "18400.00"
    assert receipt(lead, "est_project_cost")["raw_values"] == {}
    assert page.status_code == 503
    assert str(home) not in page.text
