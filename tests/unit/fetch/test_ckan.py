"""CKAN: what is asked of a portal, what of its answers is believed, and what its errors mean."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
import pytest

from permit_leads.errors import SourceChanged, SourceRefused, SourceUnavailable
from permit_leads.fetch import fetch_pages, read_rows
from permit_leads.fetch.ckan_sql import where_clause
from permit_leads.fetch.links import links_of
from permit_leads.fetch.moved import WindowMoved
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset
from permit_leads.registry_checks import find_mistakes
from tests.unit.fetch.fakes import HOST, Answer, Setup, dataset, ok, status

ALL = Window(None, None)
URL = f"https://{HOST}/api/3/action/datastore_search?resource_id=abcd-0001"
# Column names as San Antonio's portal has them: spaces and a number sign, everything loaded as text.
FIELDS = [{"id": "_id", "type": "int"}, {"id": "PERMIT #", "type": "text"}, {"id": "DATE ISSUED", "type": "text"}]


def city(**options: Any) -> Dataset:
    return dataset("ckan", **{"url": URL, "key": ("PERMIT #",)} | options)


def rows(count: int) -> list[dict[str, Any]]:
    return [{"_id": at, "PERMIT #": f"P{at}", "DATE ISSUED": f"2026-03-{at:02}"} for at in range(1, count + 1)]


def answer(result: Any) -> Answer:
    return ok(orjson.dumps({"help": "https://p/help", "success": True, "result": result}))


def refusal(code: int, kind: str, **said: Any) -> Answer:
    body = orjson.dumps({"help": "https://p/help", "success": False, "error": said | {"__type": kind}})
    return status(code, body, content_type="application/json")


class FakePortal:
    """Rows in a list and a resource that says when it was loaded."""

    def __init__(self, count: int) -> None:
        self.rows = rows(count)
        self.loaded = ["2026-03-08T06:00:00.000000"]
        self.searches: list[dict[str, str]] = []
        self.error: Answer | None = None
        self.total: int | None = None

    def __call__(self, request: httpx.Request) -> Answer:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(str(request.url)).query).items()}
        if request.url.path.endswith("resource_show"):
            return answer(
                {"id": asked["id"], "last_modified": self.loaded.pop(0) if self.loaded[1:] else self.loaded[0]}
            )
        self.searches.append(asked)
        if self.error is not None and asked["limit"] != "0":
            return self.error
        offset, limit = int(asked.get("offset", 0)), int(asked["limit"])
        found = self.rows[offset : offset + limit]
        total = len(self.rows) if self.total is None else self.total
        return answer({"fields": FIELDS, "records": found, "total": total, "total_was_estimated": False})


def fetched(portal: FakePortal, window: Window = ALL, **options: Any) -> list[Page]:
    return list(fetch_pages(city(**options), window, Setup(portal).client))


def test_a_datastore_is_described_counted_read_counted_and_described_again() -> None:
    pages = fetched(FakePortal(25), page_size=10)
    assert [(page.kind, page.row_count, page.expected_count) for page in pages] == [
        ("metadata", 0, None),
        ("count", 0, 25),
        ("rows", 10, None),
        ("rows", 10, None),
        ("rows", 5, None),
        ("count", 0, 25),
        ("metadata", 0, None),
    ]


def test_pages_are_ordered_and_never_larger_than_a_portal_gives() -> None:
    portal = FakePortal(3)
    fetched(portal, page_size=50_000, order=("PERMIT #",), where='{"STATUS":"Issued"}')
    (page,) = [asked for asked in portal.searches if asked.get("sort")]
    assert page["sort"] == '"PERMIT #", _id'
    assert page["limit"] == "32000"
    assert page["filters"] == '{"STATUS":"Issued"}'


def test_a_row_that_moves_over_the_seam_of_two_pages_is_noticed() -> None:
    portal = FakePortal(25)
    given = portal.__call__
    setup = Setup(lambda request: _losing_a_row(portal, request, given))
    with pytest.raises(WindowMoved):
        list(fetch_pages(city(page_size=10), ALL, setup.client))


def _losing_a_row(portal: FakePortal, request: httpx.Request, given: Any) -> Answer:
    """A row goes and another comes before each second page: the total stays what it was."""
    if "offset=10" in str(request.url):
        portal.rows = [*portal.rows[1:], {**portal.rows[-1], "_id": portal.rows[-1]["_id"] + 1}]
    reply: Answer = given(request)
    return reply


def test_a_resource_loaded_anew_while_it_is_read_is_read_again() -> None:
    portal = FakePortal(5)
    portal.loaded = ["2026-03-08T06:00:00", "2026-03-09T06:00:00"]
    assert len(fetched(portal)) == 5
    portal.loaded = ["2026-03-08", "2026-03-09", "2026-03-10", "2026-03-11"]
    with pytest.raises(WindowMoved, match="loaded anew while it was read"):
        fetched(portal)


def test_a_total_that_is_never_reached_fails() -> None:
    portal = FakePortal(5)
    portal.total = 7
    with pytest.raises(WindowMoved, match="7 rows counted before, 5 received"):
        fetched(portal)


@pytest.mark.parametrize(
    ("error", "expected", "words"),
    [
        (refusal(409, "Validation Error", query=['(psycopg2.errors.UndefinedColumn) column "foo" does not exist']),
         SourceChanged, "column foo is gone"),
        (refusal(409, "Validation Error", query=["Query took too long"]), SourceUnavailable, "took too long"),
        (refusal(404, "Not Found Error", message="Not found: Resource was not found."), SourceChanged, "was not found"),
        (refusal(403, "Authorization Error", message="Access denied"), SourceRefused, "made private"),
        (refusal(200, "Authorization Error", message="Access denied"), SourceRefused, "made private"),
        (refusal(200, "Validation Error", limit=["Must be a natural number"]), SourceChanged, "natural number"),
        (status(400, b'"Bad request - Action name not known: x"', content_type="application/json"),
         SourceChanged, "Action name not known"),
        (refusal(500, "Internal Server Error", message="x"), SourceUnavailable, "HTTP 500"),
        (ok(b'{"success": true, "result": [1'), SourceUnavailable, "cut off"),
        (answer({"total": 5}), SourceChanged, "no records with _id"),
    ],
)  # fmt: skip
def test_errors_are_told_apart_by_their_type(error: Answer, expected: type[Exception], words: str) -> None:
    portal = FakePortal(5)
    portal.error = error
    with pytest.raises(expected, match=words):
        fetched(portal)


def test_records_become_texts_and_empty_fields_stay_columns() -> None:
    records = [{"_id": 1, "PERMIT #": "A", "COST": 1.50, "NOTE": None, "_full_text": "'a':1"}]
    fields = [{"id": name} for name in ("_id", "PERMIT #", "COST", "NOTE", "_full_text")]
    for separators in ((", ", ": "), (",", ":")):
        result = {"records": records, "fields": fields, "total": 1}
        body = json.dumps({"success": True, "result": result}, separators=separators).encode()
        frame = read_rows(city(), body.replace(b"1.5", b"1.50"), "application/json")
        assert frame.to_dicts() == [{"_id": "1", "PERMIT #": "A", "COST": "1.50", "NOTE": None}]


@pytest.mark.parametrize("body", [b'{"result":{"records":[{"a":"\xff"}]}}', b'{"result":{"records":[{', b"[]"])
def test_a_page_that_cannot_be_read_is_said_to_be_one(body: bytes) -> None:
    with pytest.raises(SourceChanged, match="cannot be read"):
        read_rows(city(), body, "application/json")


def test_days_are_chosen_by_sql_with_quoted_names() -> None:
    chosen = city(sql_search=True, date_column='DATE "X"', date_kind="iso_date", where="\"T\" = 'a' OR true")
    assert where_clause(chosen, Window(date(2026, 3, 2), date(2026, 12, 31))) == (
        '("T" = \'a\' OR true) AND "DATE ""X""" >= \'2026-03-02\' AND "DATE ""X""" < \'2027-01-01\''
    )
    assert where_clause(city(sql_search=True), ALL) == "true"
    with pytest.raises(SourceChanged, match="us_date do not sort"):
        where_clause(city(sql_search=True, date_column="d", date_kind="us_date"), Window(date(2026, 3, 2), None))


def test_an_address_without_a_resource_and_days_without_sql_are_mistakes() -> None:
    given = {"fields": {"PermitNum": {"column": "PERMIT #"}, "Description": {"column": "d"}}}
    (mistake,) = find_mistakes(city(url=f"https://{HOST}/dataset/permits", **given))
    assert "datastore_search?resource_id=" in mistake
    (mistake,) = find_mistakes(city(date_column="DATE ISSUED", date_kind="iso_date", **given))
    assert mistake.startswith("date_column:")
    (mistake,) = find_mistakes(dataset("csv", sql_search=True, **given))
    assert mistake.startswith("sql_search: only for protocol 'ckan'")


def test_files_of_a_package_are_found_by_package_show() -> None:
    urls = ["https://p/dataset/x/resource/1/download/permits-2026.csv", "", "https://p/x.pdf"]
    body = orjson.dumps({"success": True, "result": {"resources": [{"url": url} for url in urls]}})
    assert list(links_of(body, "https://p/api/3/action/package_show?id=x")) == [urls[0], urls[2]]
    assert list(links_of(b'{"success": false', "https://p/")) == []
