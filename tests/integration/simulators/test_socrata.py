"""SODA 2.1 as upstreams were seen to behave (null omission, numbers as text, two error envelopes, no order unasked)."""

from __future__ import annotations

import csv
import io

import pytest

from simulators.publishers import NOTE_HEADER, Simulator
from tests.integration.simulators.worlds import NOTE, RESOURCE, ROWS, SOCRATA, ask

ORDERED = {"$order": "issued,:id"}


def test_rows_come_in_the_live_layout(elm: Simulator) -> None:
    reply = ask(elm, SOCRATA, RESOURCE, ORDERED | {"$limit": "2"})
    assert reply.text.startswith('[{"permit":"P-')
    assert reply.text.endswith("}\n]\n")
    assert reply.text.count("\n,{") == 1
    assert reply.headers["content-type"] == "application/json;charset=utf-8"
    assert reply.headers[NOTE_HEADER] == NOTE


def test_null_members_are_left_out_and_numbers_are_text(elm: Simulator) -> None:
    rows = {row["permit"]: row for row in ask(elm, SOCRATA, RESOURCE).json()}
    assert rows["P-02"] == {
        "permit": "P-02",
        "issued": "2026-11-01T00:00:00.000",
        "cost": "1000",
        "status": "Issued",
        "location": {"type": "Point", "coordinates": [-97.5, 30.25]},
    }
    assert "cost" not in rows["P-03"]
    assert "location" not in rows["P-12"]


def test_rows_come_in_another_order_each_time_unless_one_is_asked(elm: Simulator) -> None:
    orders = {tuple(row["permit"] for row in ask(elm, SOCRATA, RESOURCE).json()) for _ in range(4)}
    assert len(orders) > 1
    assert all(sorted(order) == sorted({*order}) and len(order) == ROWS for order in orders)
    ordered = [ask(elm, SOCRATA, RESOURCE, ORDERED).text for _ in range(3)]
    assert len({*ordered}) == 1


def test_pages_of_an_order_hold_every_row_once(elm: Simulator) -> None:
    pages = [ask(elm, SOCRATA, RESOURCE, ORDERED | {"$limit": "5", "$offset": str(at)}).json() for at in (0, 5, 10, 15)]
    assert [len(page) for page in pages] == [5, 5, 2, 0]
    assert len({row["permit"] for page in pages for row in page}) == ROWS


def test_the_limit_is_a_thousand_unless_asked(elm: Simulator) -> None:
    from simulators.publishers.socrata.query import DEFAULT_LIMIT

    assert DEFAULT_LIMIT == 1000
    assert len(ask(elm, SOCRATA, RESOURCE, {"$limit": "60000"}).json()) == ROWS


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"$select": "count(*) as n", "$where": "cost > 2000"}, [{"n": "6"}]),
        ({"$select": "max(issued) as m"}, [{"m": "2026-11-06T00:00:00.000"}]),
        ({"$select": "count(*)"}, [{"count": "12"}]),
        ({"$select": "count(*) as n", "status": "Final"}, [{"n": "6"}]),
        (
            {"$select": "status,count(*) as n", "$group": "status"},
            [{"status": "Final", "n": "6"}, {"status": "Issued", "n": "6"}],
        ),
        ({"$query": "select count(*) as n where status = 'Final'"}, [{"n": "6"}]),
        ({"$select": "permit as p", "$where": "cost = 0"}, [{"p": "P-01"}]),
    ],
)
def test_questions_are_answered(elm: Simulator, params: dict[str, str], expected: list[dict[str, str]]) -> None:
    assert ask(elm, SOCRATA, RESOURCE, params).json() == expected


def test_system_fields_are_shown_on_demand(elm: Simulator) -> None:
    assert not any(name.startswith(":") for name in ask(elm, SOCRATA, RESOURCE).json()[0])
    row = ask(elm, SOCRATA, RESOURCE, ORDERED | {"$select": ":*,*", "$limit": "1"}).json()[0]
    assert list(row)[:4] == [":id", ":created_at", ":updated_at", "permit"]
    assert row[":updated_at"].endswith("Z")
    same = ask(elm, SOCRATA, RESOURCE, ORDERED | {"$$exclude_system_fields": "false", "$limit": "1"}).json()[0]
    assert same == row


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"$where": "issued_date > '2026'"}, "query.soql.no-such-column"),
        ({"$select": ":id,*,nope"}, "query.soql.no-such-column"),
        ({"$where": "status > 5"}, "query.soql.type-mismatch"),
        ({"$where": "status ="}, "query.soql.unexpected-eof"),
        ({"$query": "select *", "$limit": "5"}, "query.soql.bad-parse"),
        ({"$limit": "many"}, "query.soql.bad-parse"),
    ],
)
def test_the_query_engine_refuses_with_its_envelope(elm: Simulator, params: dict[str, str], code: str) -> None:
    reply = ask(elm, SOCRATA, RESOURCE, params)
    assert reply.status_code == 400
    assert reply.json()["errorCode"] == code
    assert set(reply.json()) == {"message", "errorCode", "data"}


def test_the_front_end_refuses_with_its_own_envelope(elm: Simulator) -> None:
    missing = ask(elm, SOCRATA, "/resource/zzzz-9999.json")
    assert (missing.status_code, missing.json()["code"], missing.json()["error"]) == (404, "dataset.missing", True)
    unknown = ask(elm, SOCRATA, RESOURCE, {"permit_no": "1"})
    assert (unknown.status_code, unknown.json()["error"]) == (400, True)


def test_headers_name_fields_and_types_in_step(elm: Simulator) -> None:
    headers = ask(elm, SOCRATA, RESOURCE, ORDERED).headers
    assert headers["x-soda2-fields"] == '["permit","issued","cost","status","location"]'
    assert headers["x-soda2-types"] == '["text","floating_timestamp","number","text","point"]'
    assert headers["x-soda2-truth-last-modified"] == headers["last-modified"]


def test_an_ordered_answer_the_client_has_is_304(elm: Simulator) -> None:
    tag = ask(elm, SOCRATA, RESOURCE, ORDERED).headers["etag"]
    again = ask(elm, SOCRATA, RESOURCE, ORDERED, If_None_Match=tag)
    assert (again.status_code, again.content) == (304, b"")


def test_csv_has_api_names_and_quotes_every_value(elm: Simulator) -> None:
    text = ask(elm, SOCRATA, RESOURCE.replace(".json", ".csv"), ORDERED | {"$select": "permit,issued,cost"}).text
    assert text.startswith('"permit","issued","cost"\n"P-')
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["permit"]: row["cost"] for row in rows}["P-03"] == ""


def test_metadata_speaks_of_columns_and_epoch_seconds(elm: Simulator) -> None:
    described = ask(elm, SOCRATA, "/api/views/elmm-0001.json").json()
    assert isinstance(described["rowsUpdatedAt"], int)
    assert described["newBackend"] is True
    cost = next(column for column in described["columns"] if column["fieldName"] == "cost")
    assert (cost["dataTypeName"], cost["cachedContents"]) == ("number", {"count": "12", "non_null": "8", "null": "4"})
