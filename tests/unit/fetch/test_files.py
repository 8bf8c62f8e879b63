"""Files: links found on a page, headers found in a grid, cells kept as they were written."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest

from permit_leads.errors import SourceChanged, SourceRefused, SourceUnavailable
from permit_leads.fetch import fetch_pages, read_rows
from permit_leads.fetch.grid import unique_names
from permit_leads.fetch.links import is_too_old, links_of, matching_links
from permit_leads.fetch.workbook import text_of
from permit_leads.page import Page, Window
from tests.unit.fetch.fakes import HOST, Setup, dataset, in_turn, ok, status

ALL = Window(None, None)
PAGE = f"https://{HOST}/reports/sold"
HOUSTON = ("Zip Code", "Permit Date", "Permit Type", "Project No", "Address", "Comments")


def csv_rows(body: bytes, **options: Any) -> list[dict[str, Any]]:
    return read_rows(dataset("csv", **options), body, "text/csv").to_dicts()


def workbook(*sheets: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet()
        assert sheet is not None
        sheet.title = f"Sheet {number + 1}"
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sheet_rows(body: bytes, **options: Any) -> list[dict[str, Any]]:
    return read_rows(dataset("xlsx", **options), body, "").to_dicts()


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end_is_one(end: bytes) -> None:
    body = end.join([b"number,note", b'1,"a', b'b"', b"2,", b""])
    assert [row["number"] for row in csv_rows(body)] == ["1", "2"]
    assert [row["note"] for row in csv_rows(body)] == [f"a{end.decode()}b", None]


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        ("number,city\n1,Cañon\n".encode(), "utf-8"),
        ("number,city\n1,Cañon\n".encode("utf-8-sig"), "utf-8"),
        ("number,city\n1,Cañon\n".encode("utf-16"), "utf-8"),
        ("number,city\n1,Cañon\n".encode("cp1252"), "cp1252"),
    ],
)
def test_encodings_are_read_as_marked_or_as_told(body: bytes, encoding: str) -> None:
    assert csv_rows(body, encoding=encoding) == [{"number": "1", "city": "Cañon"}]


def test_a_wrong_encoding_is_not_guessed_away() -> None:
    with pytest.raises(SourceChanged, match="byte 16 of the file is not utf-8; look at it and edit encoding"):
        csv_rows("number,city\n1,Cañon\n".encode("cp1252"))


def test_a_file_without_a_header_gets_the_one_of_its_source() -> None:
    assert csv_rows(b"1,a\n2,b\n", header=("number", "note"))[1] == {"number": "2", "note": "b"}


def test_a_header_that_has_appeared_is_no_record() -> None:
    assert csv_rows(b"number,note\n1,a\n", header=("number", "note")) == [{"number": "1", "note": "a"}]


def test_lines_of_other_lengths_keep_their_cells() -> None:
    rows = csv_rows(b"number,note\n1\n2,b,c\n\n , \nTotal,,,\n")
    assert rows == [
        {"number": "1", "note": None, "column_3": None},
        {"number": "2", "note": "b", "column_3": "c"},
        {"number": "Total", "note": None, "column_3": None},
    ]


def test_names_are_made_unique_and_never_blank() -> None:
    assert unique_names(["a", "", "a", " a ", "column_2", "a\n b"], 7) == [
        "a", "column_2", "a_2", "a_3", "column_2_2", "a b", "column_7",
    ]  # fmt: skip


def test_an_empty_column_without_a_name_is_left_out() -> None:
    assert csv_rows(b"number,,note,\n1,,a,\n") == [{"number": "1", "note": "a"}]


def test_the_header_is_found_by_its_names() -> None:
    body = b"Report\n\nFrom,To\nNumber ,Issued\n1,2\n"
    assert csv_rows(body, header_names=("number", "issued")) == [{"Number": "1", "Issued": "2"}]


def test_another_spelling_of_a_name_finds_the_header_too() -> None:
    body = b"Report\nREC_NO,Issued\n1,2\n"
    found = csv_rows(body, header_names=("Record Number",), column_aliases={"REC_NO": "Record Number"})
    assert found == [{"REC_NO": "1", "Issued": "2"}]


def test_a_file_without_its_header_names_what_it_has() -> None:
    with pytest.raises(SourceChanged, match="no header with permit, issued; it begins with: number, note"):
        csv_rows(b"number,note\n1,2\n", header_names=("permit", "issued"))


def test_a_quote_that_never_ends_is_not_swallowed() -> None:
    with pytest.raises(SourceChanged, match="the file ends inside a quoted cell"):
        csv_rows(b'number,note\n1,"one\n2,two\n')


@pytest.mark.parametrize(
    "preamble", [[], [["Web eReport"]], [["Web eReport"], ["From: 2026/07/13"], ["To : 2026/07/19"], []]]
)
def test_a_weekly_workbook_is_read_below_any_preamble(preamble: list[list[object]]) -> None:
    record = ["77008", "2026/07/14", "Building Pmt", "26071234", "123 EXAMPLE ST", "S.F. RES"]
    body = workbook([*preamble, list(HOUSTON), record, [], ["No warranty."]])
    rows = sheet_rows(body, header_names=HOUSTON)
    assert rows[0] == dict(zip(HOUSTON, record, strict=True))
    assert rows[1]["Zip Code"] == "No warranty."
    assert len(rows) == 2


def test_sheets_without_the_header_are_passed_over() -> None:
    body = workbook([["Summary"], ["total", 3]], [["Permit", "Cost"], ["a", 1]], [["Permit", "Note"], ["b", "x"]])
    assert sheet_rows(body, header_names=("Permit",)) == [
        {"Permit": "a", "Cost": "1", "Note": None},
        {"Permit": "b", "Cost": None, "Note": "x"},
    ]
    assert sheet_rows(body, header_names=("Permit",), sheets=("Sheet 3",)) == [{"Permit": "b", "Note": "x"}]


def test_a_sheet_that_is_gone_is_named() -> None:
    with pytest.raises(SourceChanged, match=r"no sheet Data Dump \(found Sheet 1\)"):
        sheet_rows(workbook([["Permit"], ["a"]]), sheets=("Data Dump",))


def test_a_header_that_changed_is_named_with_what_is_there() -> None:
    with pytest.raises(SourceChanged, match=r"column Permit Date is gone \(found Permit Dt\)"):
        sheet_rows(workbook([["Permit", "Permit Dt"], ["a", 1]]), header_names=("Permit", "Permit Date"))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (77008.0, "77008"),
        (18400.5, "18400.5"),
        (1e20, "1e+20"),
        (7, "7"),
        (True, "true"),
        (datetime(2026, 7, 14), "2026-07-14"),  # noqa: DTZ001  # a sheet knows no zones
        (datetime(2026, 7, 14, 8, 30), "2026-07-14T08:30:00"),  # noqa: DTZ001
        (date(2026, 7, 14), "2026-07-14"),
        (time(8, 30), "08:30:00"),
        (" x ", " x "),
        ("", None),
        (None, None),
    ],
)
def test_cells_come_as_texts(cell: Any, text: str | None) -> None:
    assert text_of(cell) == text


def test_dates_numbers_and_texts_of_a_real_sheet() -> None:
    body = workbook([["Zip", "Day", "Cost"], [77008, datetime(2026, 7, 14), 18400.5], ["77009", "2026/07/14", None]])  # noqa: DTZ001
    assert sheet_rows(body) == [
        {"Zip": "77008", "Day": "2026-07-14", "Cost": "18400.5"},
        {"Zip": "77009", "Day": "2026/07/14", "Cost": None},
    ]


@pytest.mark.parametrize("body", [b"PK\x03\x04 but no workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"])
def test_a_broken_workbook_is_said_to_be_broken(body: bytes) -> None:
    with pytest.raises(SourceChanged, match="no readable workbook"):
        sheet_rows(body)


INDEX = f"""<html><head><base href="/files/"></head><body>
<a href="July%2013-19.xlsx">a</a> <a href="/files/Sept 7-13.xlsx?x=1#top">b</a> <a href='//{HOST}/files/c.XLS'>c</a>
<a href="https://view.officeapps.live.com/op/view.aspx?src=https%3A%2F%2Fother.example%2Fd%2520e.xlsx&amp;wdOrigin=B">d</a>
<a href="https://view.officeapps.live.com/op/view.aspx?src=https%253A%252F%252Fother.example%252Ff.xlsx">e</a>
<a href="July%2013-19.xlsx">again</a> <a href="mailto:x@y.example">mail</a> <a>no link</a> <a href="fees.pdf">pdf</a>
</body></html>""".encode()


def test_links_are_made_whole_and_taken_out_of_viewers() -> None:
    assert matching_links(INDEX, PAGE, r"(?i)\.xlsx?($|\?)") == [
        f"https://{HOST}/files/July%2013-19.xlsx",
        f"https://{HOST}/files/Sept%207-13.xlsx?x=1",
        f"https://{HOST}/files/c.XLS",
        "https://other.example/d%20e.xlsx",
        "https://other.example/f.xlsx",
    ]
    assert len(list(links_of(INDEX, PAGE))) == 7


@pytest.mark.parametrize(
    ("link", "since", "is_old"),
    [
        ("/files/2026-06/a.xlsx", date(2026, 7, 1), True),
        ("/files/2026-07/a.xlsx", date(2026, 7, 31), False),
        ("/files/2025-12/a.xlsx", date(2026, 1, 1), True),
        ("/files/a.xlsx", date(2026, 1, 1), False),
        ("/files/2020-01/a.xlsx", None, False),
    ],
)
def test_files_put_up_before_the_window_are_not_fetched(link: str, since: date | None, is_old: bool) -> None:
    pattern = r"/files/(?:(?P<year>\d{4})-(?P<month>\d\d)/)?[^/]*\.xlsx$"
    assert is_too_old(link, pattern, Window(since, None)) is is_old


def fetched(setup: Setup, **options: Any) -> list[Page]:
    given = {"index_url": PAGE, "index_pattern": r"\.xlsx$", "url": PAGE, **options}
    return list(fetch_pages(dataset("xlsx", **given), ALL, setup.client))


def test_the_same_workbook_under_two_names_comes_once() -> None:
    index = ok(b'<a href="a.xlsx">a</a><a href="a_0.xlsx">a again</a>', content_type="text/html")
    pages = fetched(Setup(in_turn(index, ok(workbook([["Permit"], ["a"]])))))
    assert [(page.kind, page.row_count) for page in pages] == [("index", 0), ("rows", 1)]


def test_an_index_page_without_the_files_needs_a_person() -> None:
    setup = Setup(in_turn(ok(b'<html><a href="/about">a</a></html>', content_type="text/html")))
    with pytest.raises(SourceChanged, match=r"none of the 1 links of .* matches .*edit index_pattern"):
        fetched(setup)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (ok(b""), SourceUnavailable),
        (ok(b"<html><table><tr><td>Permit</td></tr></table></html>"), SourceChanged),
        (ok(b"Permit\na\n"), SourceChanged),
        (status(404), SourceChanged),
        (status(403), SourceRefused),
    ],
)
def test_what_stands_in_place_of_a_workbook_is_told_apart(answer: Any, error: type[Exception]) -> None:
    index = ok(b'<a href="a.xlsx">a</a>', content_type="text/html")
    with pytest.raises(error):
        fetched(Setup(in_turn(index, answer)))


def test_a_csv_file_at_a_known_address_is_one_page() -> None:
    setup = Setup(in_turn(ok(b"number\n1\n2\n", content_type="text/csv")))
    (page,) = fetch_pages(dataset("csv", url=f"https://{HOST}/a.csv"), ALL, setup.client)
    assert (page.kind, page.row_count, page.media_type) == ("rows", 2, "text/csv")
