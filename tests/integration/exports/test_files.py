"""What stands in a file: exactly what the search shows, safe to open, whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from uuid import UUID

import openpyxl
import polars as pl
import pytest

from leadledger.exports.making import make_export
from leadledger.leads.models import LeadSummary
from tests.integration.api.people import Person
from tests.integration.exports.conftest import SQL, Site, ask, fetch, look

FORMATS = ("csv", "xlsx", "geojson", "parquet")
NOBODY = {"q": "nothing has these words"}


def search(person: Person, **asked: Any) -> list[dict[str, Any]]:
    """All pages of the list."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = person.ask("GET", "/api/leads", params={**asked, "limit": 100, **cursor}).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def read_rows(content: bytes, file_format: str) -> list[dict[str, Any]]:
    """Rows of any format by column."""
    if file_format == "csv":
        return list(read_csv(content))
    if file_format == "geojson":
        return [feature["properties"] for feature in json.loads(content)["features"]]
    if file_format == "parquet":
        return pl.read_parquet(io.BytesIO(content)).to_dicts()
    header, *rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)  # type: ignore[union-attr]
    return [dict(zip([str(name) for name in header], row, strict=True)) for row in rows]


@pytest.mark.parametrize("file_format", FORMATS)
def test_file_holds_what_the_search_shows_in_its_order(site: Site, person: Person, file_format: str) -> None:
    asked = {"trade": ["roofing", "electrical"], "openness": ["open", "likely", "taken"], "min_cost": 1_000}
    shown = search(person, **asked)
    export = ask(person, file_format, **asked)
    assert (export["state"], export["row_count"], export["estimated_count"]) == ("queued", 0, None)
    assert site.make(export) == len(shown) > 100
    rows = read_rows(fetch(person, export).content, file_format)
    assert [row["lead_id"] for row in rows] == [lead["lead_id"] for lead in shown]
    assert [int(row["score"]) for row in rows] == [lead["score"] for lead in shown]
    assert [row["description"] for row in rows] == [lead["description"] for lead in shown]
    done = look(person, export)
    assert (done["state"], done["row_count"], done["is_estimate_exact"]) == ("done", len(shown), True)


@pytest.mark.parametrize("words", ["shingels", "roof", '"furnace"', "repipe kitchn"])
def test_words_are_read_as_the_search_reads_them(site: Site, person: Person, words: str) -> None:
    shown = search(person, q=words)
    export = ask(person, "csv", q=words)
    site.make(export)
    assert [row["lead_id"] for row in read_csv(fetch(person, export).content)] == [lead["lead_id"] for lead in shown]


def test_drawn_area_groups_and_order_are_those_of_the_search(site: Site, person: Person) -> None:
    box = [[-97.8, 30.2001], [-97.6, 30.2001], [-97.6, 30.2015], [-97.8, 30.2015], [-97.8, 30.2001]]
    asked: dict[str, Any] = {
        "polygon": {"type": "Polygon", "coordinates": [box]},
        "any": [{"trade": ["roofing"], "min_cost": 2_000}, {"q": "furnace"}],
        "changed_since": "2020-01-01T00:00:00Z",
        "sort": "cost",
    }
    shown = person.ask("POST", "/api/leads/search", json={**asked, "limit": 100}).json()
    assert (shown["next_cursor"], len(shown["items"]) > 10) == (None, True)
    export = ask(person, "csv", **asked)
    site.make(export)
    rows = read_csv(fetch(person, export).content)
    assert [row["lead_id"] for row in rows] == [lead["lead_id"] for lead in shown["items"]]
    assert look(person, export)["filter"]["sort"] == "cost"


def test_every_column_of_the_list_is_a_column_of_the_file(site: Site, person: Person) -> None:
    export = ask(person, "csv", **NOBODY)
    site.make(export)
    header = fetch(person, export).content.decode().strip().split(",")
    assert header[: len(LeadSummary.model_fields)] == list(LeadSummary.model_fields)
    assert {"permit_key", "link", "recorded_at", "licence", "attribution"} <= set(header)


@pytest.mark.parametrize("file_format", FORMATS)
def test_file_without_rows_is_a_file_with_a_header(site: Site, person: Person, file_format: str) -> None:
    export = ask(person, file_format, **NOBODY)
    assert site.make(export) == 0
    content = fetch(person, export).content
    assert read_rows(content, file_format) == []
    if file_format == "parquet":
        assert "lead_id" in pl.read_parquet_schema(io.BytesIO(content))
    elif file_format != "geojson":
        assert b"lead_id" in content or file_format == "xlsx"


@pytest.mark.parametrize("file_format", FORMATS)
def test_no_name_of_a_person_is_in_a_file_also_of_claimed_leads(site: Site, person: Person, file_format: str) -> None:
    lead_id = search(person)[FORMATS.index(file_format)]["lead_id"]
    assert person.ask("POST", "/api/claims", json={"lead_id": lead_id}).status_code == 201
    export = ask(person, file_format)
    assert site.make(export)
    rows = read_rows(fetch(person, export).content, file_format)
    assert rows
    assert "PERSON" not in str(rows)
    assert not {"owner_name", "applicant_name", "contractor_full_name"} & set(rows[0])


def test_text_that_a_spreadsheet_would_run_is_defused(site: Site, person: Person) -> None:
    site.owner.execute(SQL["make_formula"])
    export = ask(person)
    site.make(export)
    found = {row["description"] for row in read_csv(fetch(person, export).content) if "HYPERLINK" in row["description"]}
    assert found == {'\'=HYPERLINK("http://evil.example.test")'}


def test_file_is_one_snapshot_whatever_happens_meanwhile(site: Site, person: Person) -> None:
    before = [lead["lead_id"] for lead in search(person)]
    export = ask(person)

    def change_the_store() -> None:
        site.owner.execute(SQL["remove_leads"])

    make_export(site.shop, UUID(export["export_id"]), change_the_store)
    assert [row["lead_id"] for row in read_csv(fetch(person, export).content)] == before
    assert len(search(person)) < len(before)


def test_what_row_level_security_hides_is_in_no_file(site: Site, person: Person) -> None:
    lead_id = search(person)[3]["lead_id"]
    site.owner.execute(SQL["choose_hidden"], {"lead_id": lead_id})
    for statement in ("show_hidden", "hide_lead"):
        site.owner.execute(SQL[statement])
    try:
        export = ask(person)
        site.make(export)
        found = [row["lead_id"] for row in read_csv(fetch(person, export).content)]
    finally:
        site.owner.execute(SQL["unhide_lead"])
    assert found
    assert lead_id not in found
