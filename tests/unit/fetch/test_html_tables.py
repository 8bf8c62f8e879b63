"""HTML tables: found by their header, read cell by cell as a browser lays them out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from permit_leads.errors import RegistryError, SourceChanged, SourceRefused, SourceUnavailable
from permit_leads.fetch import fetch_pages, read_rows
from permit_leads.page import Page, Window
from permit_leads.registry import load_source
from tests.unit.fetch.fakes import Setup, dataset, in_turn, ok, status

ALL = Window(None, None)
HEADER = "<tr><th>Number</th><th>Work</th></tr>"
PAGE = f"<html><body><table>{HEADER}<tr><td>1</td><td>roof</td></tr></table></body></html>"


def rows(body: str | bytes, **options: Any) -> list[dict[str, Any]]:
    asked = dataset("html", **{"header_names": ("Number", "Work")} | options)
    return read_rows(asked, body.encode() if isinstance(body, str) else body, "text/html").to_dicts()


def pages(setup: Setup, **options: Any) -> list[Page]:
    asked = dataset("html", **{"header_names": ("Number", "Work")} | options)
    return list(fetch_pages(asked, ALL, setup.client))


def html_ok(body: str | bytes) -> Any:
    return ok(body.encode() if isinstance(body, str) else body, content_type="text/html")


def test_the_table_is_the_one_with_the_header_inside_whatever_layout() -> None:
    outer = f"<table><tr><td>Menu</td><td><table><tr><td>x</td></tr></table>{PAGE}</td></tr></table>"
    assert rows(outer) == [{"Number": "1", "Work": "roof"}]


def test_several_tables_with_the_header_are_one_list() -> None:
    assert [row["Number"] for row in rows(PAGE + PAGE.replace("<td>1", "<td>2"))] == ["1", "2"]


def test_titles_pagers_and_repeated_headers_are_no_rows() -> None:
    banner = '<tr><td colspan="2">Page 1 of 2</td></tr>'
    first, second = "<tr><td>1</td><td>roof</td></tr>", "<tr><td>2</td><td>pool</td></tr>"
    body = f"<table>{banner}{HEADER}{first}{HEADER}{second}{banner}</table>"
    assert [row["Work"] for row in rows(body)] == ["roof", "pool"]


def test_cells_that_span_stay_in_their_columns() -> None:
    body = (
        "<table><tr><th>Number<th>Place<th>Work</tr><tr><td rowspan=2>1<td colspan=2>12 ELM ST</tr>"
        "<tr><td>12 ELM ST<td>roof</tr><tr><td>2<td>3 OAK ST<td>pool</tr></table>"
    )
    assert rows(body) == [
        {"Number": "1", "Place": "12 ELM ST", "Work": None},
        {"Number": "1", "Place": "12 ELM ST", "Work": "roof"},
        {"Number": "2", "Place": "3 OAK ST", "Work": "pool"},
    ]


def test_a_cell_is_one_line_without_scripts_and_its_link_stands_beside_it() -> None:
    body = f"""<table>{HEADER}<tr><td><a href="/p?id=1"> A&amp;1 </a><script>var x = 1</script></td>
        <td>new<br>roof<div>on <b>h</b>ouse</div></td></tr>
        <tr><td><a href="javascript:go()">2</a></td><td></td></tr></table>"""
    link = "https://data.some-city.example/p?id=1"
    assert rows(body) == [
        {"Number": "A&1", "Work": "new roof on house", "Number link": link},
        {"Number": "2", "Work": None, "Number link": None},
    ]


def test_an_encoding_is_told_and_not_guessed() -> None:
    body = PAGE.replace("roof", "Cañon").encode("cp1252")
    assert rows(body, encoding="cp1252")[0]["Work"] == "Cañon"
    with pytest.raises(SourceChanged, match=r"byte \d+ of the page is not utf-8; look at it and edit encoding"):
        rows(body)


def test_f25_a_byte_order_mark_is_no_character() -> None:
    assert rows(PAGE.encode("utf-8-sig")) == [{"Number": "1", "Work": "roof"}]


def test_a_header_that_lost_a_column_is_named() -> None:
    with pytest.raises(SourceChanged, match=r"column Work is gone \(found Works\)"):
        rows(PAGE.replace("Work", "Works"))


def test_a_page_without_the_table_is_only_empty_when_it_says_so() -> None:
    nothing = "<html><body>No permits were found.</body></html>"
    assert rows(nothing, empty_pattern="No permits") == []
    with pytest.raises(SourceChanged, match="0 tables, none with Number, Work"):
        rows(nothing)
    with pytest.raises(SourceRefused, match="login page"):
        rows('<html><title>Hello</title><input type="password"></html>')


@pytest.mark.parametrize("cut", [b"</tr></table>", b"</table>"])
def test_f25_a_page_that_was_cut_inside_a_table_is_asked_again(cut: bytes) -> None:
    whole = PAGE.encode()
    setup = Setup(in_turn(html_ok(whole[: whole.index(cut)]), html_ok(whole)))
    assert [page.row_count for page in pages(setup)] == [1]
    assert len(setup.publisher.requests) == 2


def test_f25_a_page_that_is_always_cut_fails() -> None:
    with pytest.raises(SourceUnavailable, match="cut off inside a table, 6 times"):
        pages(Setup(in_turn(html_ok(PAGE[:60]))))


def test_f25_a_cut_gzip_body_is_asked_again() -> None:
    broken = status(200, b"\x1f\x8b\x08\x00", content_type="text/html", content_encoding="gzip")
    assert [page.row_count for page in pages(Setup(in_turn(broken, html_ok(PAGE))))] == [1]


SOURCE = """
[publisher]
name = "Elm"
state = "TX"
time_zone = "America/Chicago"
[[dataset]]
id = "elm"
title = "Elm"
protocol = "html"
url = "https://elm.example/list"
key = ["Number"]
{lines}
[dataset.fields]
PermitNum = {{ column = "Number" }}
Description = {{ column = "Work" }}
"""


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("", "header_names: missing; a table of a page is found by the names in its header"),
        ('header_names = ["Number"]\npaging = {}', "paging: give exactly one of next_link and parameter"),
        ('header_names = ["Number"]\npaging = { next_link = "(" }', "paging.next_link: '\\(' is no pattern"),
        ('header_names = ["Number"]\npaging = { parameter = "p", total = "x" }', "paging.total: 'x' has 0 groups"),
        ('header_names = ["Number"]\npaging = { nextlink = "x" }', "paging.nextlink: unknown key.*'next_link'"),
        ('header_names = ["Number"]\nempty_pattern = "("', "empty_pattern: '\\(' is no pattern"),
    ],
)
def test_a_source_file_that_cannot_work_is_refused(tmp_path: Path, lines: str, message: str) -> None:
    path = tmp_path / "elm.toml"
    path.write_text(SOURCE.format(lines=lines), encoding="utf-8")
    with pytest.raises(RegistryError, match=message):
        load_source(path)
