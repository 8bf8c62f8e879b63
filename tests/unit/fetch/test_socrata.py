"""Socrata: the questions asked, the answers believed, the errors told apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
import pytest

from permit_leads.errors import SourceChanged, SourceRefused, SourceUnavailable
from permit_leads.fetch import fetch_pages, read_rows
from permit_leads.fetch.moved import WindowMoved
from permit_leads.fetch.soql import order_clause, where_clause
from permit_leads.page import Page, Window
from tests.unit.fetch.fakes import Answer, Setup, dataset, ok, status

ALL = Window(None, None)
WEEK = Window(date(2026, 3, 2), date(2026, 3, 8))
NO_SUCH_COLUMN = {
    "message": "Query coordinator error: query.soql.no-such-column; No such column: issued_date; position: Map(...)",
    "errorCode": "query.soql.no-such-column",
    "data": {"column": "issued_date", "dataset": "alpha.1", "position": {"row": 1, "column": 8}},
}
METADATA = {
    "id": "abcd-1234",
    "columns": [
        {"fieldName": "permit_number", "dataTypeName": "text"},
        {"fieldName": "issue_date", "dataTypeName": "calendar_date"},
    ],
}


def asked(request: httpx.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(str(request.url)).query).items()}


def as_page(rows: list[dict[str, Any]]) -> bytes:
    return b"[" + b"\n,".join(orjson.dumps(row) for row in rows) + (b"\n]\n" if rows else b"]\n")


class FakePortal:
    """Rows in a list; what it counts, when it says they changed and what it gives can each be made a lie."""

    def __init__(self, count: int) -> None:
        self.rows: list[dict[str, Any]] = [{":id": f"row-{n}", "permit_number": f"P{n}"} for n in range(count)]
        self.newest = ["2026-03-08T01:00:00.000Z"]
        self.counts: list[int] = []
        self.metadata: Answer = ok(orjson.dumps(METADATA))
        self.cap = 1000
        self.row_error: Answer | None = None

    def __call__(self, request: httpx.Request) -> Answer:
        query = asked(request)
        if "/api/views/" in request.url.path:
            return self.metadata
        if "count(" in query.get("$select", ""):
            count = self.counts.pop(0) if self.counts else len(self.rows)
            newest = self.newest.pop(0) if len(self.newest) > 1 else self.newest[0]
            return ok(as_page([{"n": str(count), "newest": newest}]))
        if self.row_error is not None:
            return self.row_error
        offset, limit = int(query["$offset"]), int(query["$limit"])
        return ok(as_page(self.rows[offset : offset + min(limit, self.cap)]))


def fetched(portal: FakePortal, window: Window = ALL, **options: Any) -> list[Page]:
    return list(fetch_pages(dataset(**options), window, Setup(portal).client))


def numbers(pages: list[Page]) -> list[str]:
    rows = [page for page in pages if page.kind == "rows"]
    return [number for page in rows for number in read_rows(dataset(), page.body, page.media_type)["permit_number"]]


def test_a_window_is_whole_local_days() -> None:
    city = dataset(date_column="issue_date")
    expected = "issue_date >= '2026-03-02T00:00:00.000' AND issue_date < '2026-03-09T00:00:00.000'"
    assert where_clause(city, WEEK) == expected
    assert where_clause(city, Window(None, date(2026, 12, 31))) == "issue_date < '2027-01-01T00:00:00.000'"
    assert where_clause(city, Window(date(2026, 3, 2), None)) == "issue_date >= '2026-03-02T00:00:00.000'"
    assert where_clause(city, ALL) is None


def test_touched_rows_are_those_of_other_days_and_of_none() -> None:
    city = dataset(date_column="issue_date", system_cursor=":updated_at", where="work='a'")
    assert where_clause(city, replace(WEEK, touched_since=date(2026, 3, 5))) == (
        "(work='a') AND :updated_at >= '2026-03-05T00:00:00.000Z' AND (issue_date IS NULL"
        " OR issue_date < '2026-03-02T00:00:00.000' OR issue_date >= '2026-03-09T00:00:00.000')"
    )


def test_a_constant_filter_stands_beside_the_window() -> None:
    city = dataset(date_column="issue_date", where="work='a' OR work='b'")
    assert where_clause(city, ALL) == "(work='a' OR work='b')"
    assert where_clause(city, WEEK) == "(work='a' OR work='b') AND " + (
        where_clause(dataset(date_column="issue_date"), WEEK) or ""
    )


def test_dates_written_as_text_are_not_compared() -> None:
    with pytest.raises(SourceChanged, match="us_date cannot be compared"):
        where_clause(dataset(date_column="issue_date", date_kind="us_date"), WEEK)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ":id"),
        ({"date_column": "issue_date"}, "issue_date,:id"),
        ({"order": ("permit_number",)}, "permit_number,:id"),
        ({"order": (":id",)}, ":id"),
    ],
)
def test_every_order_ends_in_the_unique_row_id(options: dict[str, Any], expected: str) -> None:
    assert order_clause(dataset(**options)) == expected


def test_rows_are_counted_read_and_counted_again() -> None:
    pages = fetched(FakePortal(25), page_size=10)
    assert [(page.kind, page.row_count, page.expected_count) for page in pages] == [
        ("count", 0, 25),
        ("rows", 10, None),
        ("rows", 10, None),
        ("rows", 5, None),
        ("count", 0, 25),
    ]
    assert numbers(pages) == [f"P{n}" for n in range(25)]


def test_the_next_page_begins_after_the_rows_received() -> None:
    portal = FakePortal(25)
    portal.cap = 7
    setup = Setup(portal)
    pages = list(fetch_pages(dataset(page_size=10), ALL, setup.client))
    offsets = [asked(request).get("$offset") for request in setup.publisher.requests]
    assert offsets == [None, "0", "7", "14", "21", None]
    assert len(set(numbers(pages))) == 25


def test_the_token_is_sent_only_when_there_is_one() -> None:
    for token in (None, "abc"):
        setup = Setup(FakePortal(1), socrata_app_token=token)
        list(fetch_pages(dataset(), ALL, setup.client))
        assert setup.publisher.requests[0].headers.get("x-app-token") == token


def test_a_row_given_twice_in_place_of_another_is_noticed() -> None:
    portal = FakePortal(10)
    portal.rows[7] = portal.rows[3]
    with pytest.raises(WindowMoved, match=r"10 received \(9 different\), 10 after"):
        fetched(portal)


def test_row_ids_may_be_numbers() -> None:
    portal = FakePortal(3)
    for number, row in enumerate(portal.rows):
        row[":id"] = number
    setup = Setup(portal)
    list(fetch_pages(dataset(), ALL, setup.client))
    assert setup.events.named("fetch.no_row_ids") == []


def test_fewer_rows_than_counted_fail() -> None:
    portal = FakePortal(9)
    portal.counts = [10, 10, 10, 10]
    with pytest.raises(SourceChanged, match=r"10 rows counted before, 9 received"):
        fetched(portal)


def test_a_window_that_moved_once_is_read_again_unnoticed() -> None:
    portal = FakePortal(10)
    portal.counts = [10, 11]
    setup = Setup(portal)
    pages = list(fetch_pages(dataset(), ALL, setup.client))
    assert numbers(pages) == [f"P{n}" for n in range(10)]
    assert [page.kind for page in pages] == ["count", "rows", "count"]
    assert len(setup.events.named("fetch.window_moved")) == 1


def test_a_change_that_leaves_the_count_alone_is_noticed() -> None:
    portal = FakePortal(10)
    portal.newest = [f"2026-03-08T0{hour}:00:00.000Z" for hour in range(1, 9)]
    with pytest.raises(WindowMoved):
        fetched(portal)


def test_pages_that_were_given_away_are_not_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("permit_leads.fetch.hold.HELD_BYTES", 100)
    portal = FakePortal(10)
    portal.counts = [10, 11]
    setup = Setup(portal)
    pages = fetch_pages(dataset(), ALL, setup.client)
    assert [next(pages).kind, next(pages).kind] == ["count", "rows"]
    with pytest.raises(WindowMoved):
        list(pages)


def test_a_portal_that_will_not_select_ids_is_read_without_them() -> None:
    portal = FakePortal(3)
    plain = portal.__call__

    def answer(request: httpx.Request) -> Answer:
        if asked(request).get("$select") == ":*,*":
            return status(400, b'{"errorCode":"query.soql.bad-parse","message":"no"}')
        return plain(request)

    for row in portal.rows:
        del row[":id"]
    setup = Setup(answer)
    assert numbers(list(fetch_pages(dataset(), ALL, setup.client))) == ["P0", "P1", "P2"]
    assert len(setup.events.named("fetch.no_row_ids")) == 1


def test_a_portal_that_hides_update_times_is_counted_without_them() -> None:
    portal = FakePortal(3)
    plain = portal.__call__

    def answer(request: httpx.Request) -> Answer:
        if ":updated_at" in asked(request).get("$select", ""):
            return status(400, b'{"errorCode":"query.soql.no-such-column","message":"No such column: :updated_at"}')
        return plain(request)

    assert numbers(list(fetch_pages(dataset(), ALL, Setup(answer).client))) == ["P0", "P1", "P2"]


def test_a_renamed_column_is_named_with_what_it_is_called_now() -> None:
    portal = FakePortal(3)
    error = status(400, orjson.dumps(NO_SUCH_COLUMN))
    setup = Setup(lambda request: portal(request) if "/api/views/" in request.url.path else error)
    city = dataset(date_column="issued_date")
    with pytest.raises(SourceChanged, match=r"column issued_date is gone \(found issue_date\)"):
        list(fetch_pages(city, WEEK, setup.client))


def test_the_front_ends_own_envelope_is_read_too() -> None:
    missing = b'{"code":"dataset.missing","error":true,"message":"Not found","data":{"id":"abcd-1234"}}'
    with pytest.raises(SourceChanged, match=r"HTTP 404 dataset.missing: Not found"):
        list(fetch_pages(dataset(), ALL, Setup(lambda _: status(404, missing)).client))


@pytest.mark.parametrize("body", [b'{"message":"You must be logged in to access this resource","error":true}'])
def test_a_dataset_made_private_is_a_refusal(body: bytes) -> None:
    with pytest.raises(SourceRefused, match="You must be logged in"):
        list(fetch_pages(dataset(), ALL, Setup(lambda _: status(403, body)).client))


def test_an_error_under_200_is_an_error() -> None:
    portal = FakePortal(3)
    portal.row_error = ok(b'{"code":"service-unavailable","error":true,"message":"try later"}')
    with pytest.raises(SourceUnavailable, match="service-unavailable: try later"):
        fetched(portal)


def test_an_empty_window_is_checked_against_the_metadata() -> None:
    pages = fetched(FakePortal(0), WEEK, date_column="issue_date")
    assert [page.kind for page in pages] == ["count", "metadata", "count"]


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ([{"fieldName": "issue_date", "dataTypeName": "text"}], "column issue_date was retyped to text"),
        ([{"fieldName": "issued_dt", "dataTypeName": "calendar_date"}], r"issue_date is gone \(found issued_dt\)"),
        ([{"fieldName": "zzz", "dataTypeName": "text"}], r"issue_date is gone \(nothing like it is published\)"),
    ],
)
def test_an_empty_window_over_a_changed_column_fails(columns: list[dict[str, str]], problem: str) -> None:
    portal = FakePortal(0)
    portal.metadata = ok(orjson.dumps({"columns": columns}))
    with pytest.raises(SourceChanged, match=problem):
        fetched(portal, WEEK, date_column="issue_date")


def test_an_empty_window_is_believed_where_the_metadata_is_kept_secret() -> None:
    portal = FakePortal(0)
    portal.metadata = status(403, b'{"message":"no"}')
    pages = fetched(portal, WEEK, date_column="issue_date")
    assert [page.kind for page in pages] == ["count", "count"]


def test_a_page_cut_inside_a_value_is_asked_for_again() -> None:
    portal = FakePortal(2)
    portal.rows[0]["location"] = {"type": "Point", "coordinates": [-97.7, 30.2]}
    whole = as_page(portal.rows)
    cut = whole[: whole.index(b"]") + 1]
    assert cut.endswith(b"]")
    answers = [ok(cut)]
    setup = Setup(lambda request: answers.pop() if answers and "$offset" in asked(request) else portal(request))
    assert numbers(list(fetch_pages(dataset(), ALL, setup.client))) == ["P0", "P1"]


def test_a_page_that_cannot_be_read_is_a_change() -> None:
    with pytest.raises(SourceChanged, match="a page cannot be read"):
        read_rows(dataset(), b'[{"a":"caf\xe9"}\n]\n', "application/json")
