"""Property history and contractor profile over HTTP: the same place and the same company, however they are written."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from leadledger.app import create_app
from leadledger.leads.tallies import tally_dataset
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve, sign_up
from tests.integration.api.rows import Loaded, _set_words, load, today

AUSTIN = Loaded(permit_count=40)
NASHVILLE = Loaded("nashville_building_permits", "Metro Nashville", "47037", 12, page_sha256="ef" * 32)
# Spellings of one building, and what only looks like it.
PLACES = {
    "P-1": ("4821 North Maple Street", "78704", "AUSTIN"),
    "P-2": ("4821 N MAPLE ST APT 2", "78704", "AUSTIN"),
    "P-3": ("4821 N. Maple St.", None, "AUSTIN"),
    "P-4": ("4821 S MAPLE ST", "78704", "AUSTIN"),
    "P-5": ("4821 N MAPLE ST", "78745", "AUSTIN"),
    "P-6": ("4821 N MAPLE AVE", "78704", "AUSTIN"),
    "P-7": ("4821 N MAPLE ST", None, None),
    "P-8": (None, "78704", "AUSTIN"),
    "P-9": ("MAPLE STREET", "78704", "AUSTIN"),
}
COMPANIES = {
    "P-10": ("Acme Roofing, L.L.C.", "TX-001"),
    "P-11": ("ACME ROOFING LLC", "tx001"),
    "P-12": ("The Acme Roofing Co.", None),
    "P-13": ("Acme Roofing of Texas", None),
    "P-14": ("Acme Plumbing", "TX-002"),
}


@pytest.fixture(scope="module")
def url(template_database: str) -> Iterator[str]:
    """Permits of two publishers, some with places and companies of their own."""
    for one in _fresh_database(template_database):
        with psycopg.connect(one, autocommit=True) as owner:
            for what in (AUSTIN, NASHVILLE):
                load(owner, what)
            place = "update permits set original_address1 = %s, original_zip = %s, original_city = %s"
            for num, values in PLACES.items():
                owner.execute(place + " where permit_num = %s and dataset_id = 'austin_issued_permits'", (*values, num))
            company = "update permits set contractor_company_name = %s, contractor_lic_num = %s, trades = '{roofing}'"
            for num, named in COMPANIES.items():
                owner.execute(company + " where permit_num = %s", (*named, num))
            owner.execute("update permits set withdrawn_at = now() where permit_num = 'P-2'")
            for what in (AUSTIN, NASHVILLE):
                _set_words(owner, what.dataset_id)
                tally_dataset(owner, what.dataset_id, today())
        yield one


@pytest.fixture(scope="module")
def api(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A signed-in client."""
    with serve(create_app(make_settings(as_api(url), tmp_path_factory.mktemp("home")))) as client:
        client.headers["Authorization"] = f"Bearer {sign_up(client)['access_token']}"
        yield client


def get(api: httpx.Client, path: str, **question: str) -> dict[str, Any]:
    answer = api.get(path, params=question)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def permit_id(url: str, num: str) -> str:
    with psycopg.connect(url) as conn:
        row = conn.execute(
            "select permit_id from permits where permit_num = %s and dataset_id = 'austin_issued_permits'", (num,)
        ).fetchone()
    assert row
    return str(row[0])


def numbers(found: dict[str, Any]) -> set[str]:
    return {one["permit_num"] for one in found["permits"]}


def test_address_finds_every_spelling_of_the_building(api: httpx.Client) -> None:
    found = get(api, "/api/properties", address="4821 n. maple street", zip="78704")
    assert (found["state"], found["address"]) == ("found", "4821 N MAPLE ST")
    assert numbers(found) == {"P-1", "P-2"}
    assert found["permit_count"] == len(found["spellings"]) == 2
    assert [one["permit_num"] for one in found["permits"] if one["withdrawn_at"]] == ["P-2"]
    assert found["unplaced_count"] == 1
    assert [one["dataset_id"] for one in found["coverage"]] == ["austin_issued_permits"]


def test_permit_leads_to_the_others_at_its_address(api: httpx.Client, url: str) -> None:
    """P-3 says no ZIP: its city decides, and cannot tell two streets of one name apart in that city."""
    assert numbers(get(api, f"/api/permits/{permit_id(url, 'P-1')}/property")) == {"P-1", "P-2", "P-3"}
    assert numbers(get(api, f"/api/permits/{permit_id(url, 'P-4')}/property")) == {"P-4"}
    assert numbers(get(api, f"/api/permits/{permit_id(url, 'P-5')}/property")) == {"P-3", "P-5"}


def test_address_that_is_not_published_is_said_to_be(api: httpx.Client, url: str) -> None:
    nowhere = get(api, f"/api/permits/{permit_id(url, 'P-8')}/property")
    assert (nowhere["state"], nowhere["permits"], nowhere["address"]) == ("address_not_published", [], None)
    street = get(api, f"/api/permits/{permit_id(url, 'P-9')}/property")
    assert (street["state"], street["permits"]) == ("no_house_number", [])


def test_nothing_known_is_no_error(api: httpx.Client) -> None:
    found = get(api, "/api/properties", address="1 Nowhere Ln", zip="78704")
    assert (found["state"], found["permits"], found["permit_count"]) == ("nothing_known", [], 0)


def test_company_is_one_however_it_is_written(api: httpx.Client) -> None:
    found = get(api, "/api/contractors/profile", name="acme roofing")
    assert found["name"] == "acme roofing"
    assert {one["contractor_company_name"] for one in found["names"]} == {
        "Acme Roofing, L.L.C.",
        "ACME ROOFING LLC",
        "The Acme Roofing Co.",
    }
    assert found["permit_count"] == 6 == sum(one["permit_count"] for one in found["names"])
    assert {one["contractor_lic_num"] for one in found["licences"]} == {"TX-001", "tx001"}
    assert [(one["trade"], one["permit_count"]) for one in found["trades"]] == [("roofing", 6)]
    assert sum(one["permit_count"] for one in found["counties"]) == 6
    assert sum(one["permit_count"] for one in found["months"]) == 6
    costs = sorted(500 + n * 100 for n in (11, 11, 12, 12))
    assert found["costed_count"] == 4
    assert found["est_project_cost_sum"] == f"{sum(costs)}.00"
    assert found["typical_cost"] == f"{(costs[1] + costs[2]) / 2:.2f}"
    assert found["newest_issued_date"] == found["newest_permits"][0]["issued_date"]
    assert {one["dataset_id"] for one in found["coverage"]} == {"austin_issued_permits", "nashville_building_permits"}
    assert found["is_cut_off"] is False
    assert set(found["silent_dataset_ids"]) == {"austin_issued_permits", "nashville_building_permits"}


def test_licence_finds_the_company(api: httpx.Client) -> None:
    found = get(api, "/api/contractors/profile", contractor_lic_num="tx 001")
    assert found["name"] == "acme roofing"
    assert found["permit_count"] == 4
    both = get(api, "/api/contractors/profile", contractor_lic_num="TX-002", name="ACME PLUMBING INC")
    assert both["permit_count"] == 1


@pytest.mark.parametrize(
    ("question", "status", "field"),
    [
        ({"name": "Acme Roofin"}, 404, "name"),
        ({"name": "Nobody Knows Us"}, 404, "name"),
        ({"name": "acme roofing", "contractor_lic_num": "TX-002"}, 404, "name"),
        ({"contractor_lic_num": "9"}, 404, "contractor_lic_num"),
        ({}, 400, "name"),
        ({"name": "!!!"}, 400, "name"),
        ({"name": "x" * 201}, 400, "name"),
        ({"name": "a\0b"}, 400, "name"),
        ({"licence": "1"}, 400, "licence"),
    ],
)
def test_contractor_that_cannot_be_found(api: httpx.Client, question: dict[str, str], status: int, field: str) -> None:
    answer = api.get("/api/contractors/profile", params=question)
    assert (answer.status_code, answer.json()["field"]) == (status, field), answer.text


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"address": "Maple Street", "zip": "78704"}, "address"),
        ({"address": "1 Maple"}, "zip"),
        ({"address": "1 Maple", "zip": "7870"}, "zip"),
        ({"address": "1 \0", "zip": "78704"}, "address"),
        ({"adress": "1 Maple", "address": "1 Maple St", "zip": "78704"}, "adress"),
        ({"address": "'; drop table permits; --", "zip": "78704"}, "address"),
    ],
)
def test_wrong_question_is_refused(api: httpx.Client, question: dict[str, str], field: str) -> None:
    answer = api.get("/api/properties", params=question)
    assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text


def test_property_of_a_permit_that_is_not_there(api: httpx.Client) -> None:
    assert api.get(f"/api/permits/{uuid.uuid4()}/property").status_code == 404


def test_no_answer_names_a_person(api: httpx.Client) -> None:
    texts = [
        api.get("/api/properties", params={"address": "4821 N Maple St", "zip": "78704"}).text,
        api.get("/api/contractors/profile", params={"name": "acme roofing"}).text,
    ]
    assert [text for text in texts if "PERSON" in text] == []
