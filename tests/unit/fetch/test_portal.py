"""Searches that answer JSON, without a server: broken bytes, odd answers, and source files that cannot work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from permit_leads.errors import RegistryError, SourceChanged
from permit_leads.fetch import fetch_pages, read_rows
from permit_leads.page import Page, Window
from permit_leads.registry import load_source
from tests.unit.fetch.fakes import Setup, dataset, in_turn, ok

RULES = {"rows": "Result.Rows", "total": "Result.Found"}
BODY = b'{"Result":{"Rows":[{"number":1.10,"at":{"city":"ELM","zip":null},"types":["a"]},{"number":2}],"Found":2}}'


def pages(setup: Setup, **options: Any) -> list[Page]:
    asked = dataset("portal", **{"key": ("number",), "portal": RULES} | options)
    return list(fetch_pages(asked, Window(None, None), setup.client))


def test_values_stay_as_written_and_objects_become_columns() -> None:
    rows = read_rows(dataset("portal", key=("number",), portal=RULES), BODY, "application/json").to_dicts()
    assert rows == [
        {"number": "1.10", "at.city": "ELM", "at.zip": None, "types": '["a"]'},
        {"number": "2", "at.city": None, "at.zip": None, "types": None},
    ]


def test_an_answer_that_is_the_list_itself_needs_no_path() -> None:
    setup = Setup(in_turn(ok(b'[{"number":1}]')))
    assert [page.row_count for page in pages(setup, portal={"rows": ""})] == [1]
    assert len(setup.publisher.requests) == 1


def test_no_rows_may_be_null_only_where_the_total_says_zero() -> None:
    assert [page.row_count for page in pages(Setup(in_turn(ok(b'{"Result":{"Rows":null,"Found":0}}'))))] == [0]
    with pytest.raises(SourceChanged, match="no list of rows"):
        pages(Setup(in_turn(ok(b'{"Result":{"Rows":null,"Found":3}}'))))


def test_fewer_rows_than_announced_are_no_whole_answer() -> None:
    with pytest.raises(SourceChanged, match=r"\[3\] rows announced, 2 received"):
        pages(Setup(in_turn(ok(BODY.replace(b'"Found":2', b'"Found":3')))))


def test_f25_a_cut_answer_is_asked_again() -> None:
    assert [page.row_count for page in pages(Setup(in_turn(ok(BODY[:60]), ok(BODY))))] == [2]


def test_f25_a_byte_order_mark_is_no_hindrance_and_another_charset_is_no_json() -> None:
    assert [page.row_count for page in pages(Setup(in_turn(ok(b"\xef\xbb\xbf" + BODY))))] == [2]
    with pytest.raises(SourceChanged, match=r"byte \d+ is not UTF-8"):
        pages(Setup(in_turn(ok(BODY.replace(b"ELM", "CAÑON".encode("cp1252"))))))


SOURCE = """
[publisher]
name = "Elm"
state = "TX"
time_zone = "America/Chicago"
[[dataset]]
id = "elm"
title = "Elm"
protocol = "{protocol}"
url = "https://elm.example/search"
key = ["number"]
{lines}
[dataset.fields]
PermitNum = {{ column = "number" }}
Description = {{ column = "work" }}
"""


@pytest.mark.parametrize(
    ("protocol", "lines", "message"),
    [
        ("portal", "", "portal: goes with protocol 'portal'"),
        ("portal", 'portal = { rows = "", body = "{$page" }', r"portal\.body: no JSON"),
        ("portal", """portal = { rows = "", body = '{"a":"$since"}' }""", "date_column: missing"),
        ("portal", 'portal = { rows = "", max_rows = 9 }', r"portal\.max_rows: needs total"),
        ("portal", 'portal = { rows = "", headers = { Cookie = "a" } }', "a source file holds no secrets"),
        ("accela", "", "accela: goes with protocol 'accela'"),
        ("accela", "accela = {}", "header_names: missing"),
        ("accela", 'header_names = ["a"]\naccela = {}', "date_column: missing, or date_kind is none of us_date"),
        ("accela", 'header_names = ["a"]\naccela = {}', "empty_pattern: missing; only these words tell"),
        ("accela", 'accela = { counter = "of 1" }', r"accela\.counter: 'of 1' has 0 groups; give exactly 2"),
        ("etrakit", "", "protocol: eTRAKiT lists no dates"),
        ("OpenGov", "", "protocol: what OpenGov's portals answer is documented nowhere"),
        ("energov", "", "protocol: 'energov' is unknown"),
    ],
)
def test_a_source_file_that_cannot_work_is_refused(tmp_path: Path, protocol: str, lines: str, message: str) -> None:
    path = tmp_path / "elm.toml"
    path.write_text(SOURCE.format(protocol=protocol, lines=lines), encoding="utf-8")
    with pytest.raises(RegistryError, match=message):
        load_source(path)
