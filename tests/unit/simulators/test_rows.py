"""Rows as JSON, as CSV and as a workbook, and dates moved by whole weeks."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Literal

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from simulators.publishers.dates import DateStyle, newest_day, shift_dates, weeks_until
from simulators.publishers.files.styles import CsvStyle
from simulators.publishers.files.workbook import Sheet, write_workbook
from simulators.publishers.rendering import Member, render_csv, render_members
from tests.unit.simulators.tables import small_table

MEMBERS = [Member("permit", True), Member("name", True), Member("cost", False)]


@pytest.mark.parametrize("nulls", ["omit", "keep"])
def test_rows_are_valid_json_with_null_members_left_out_or_kept(nulls: Literal["omit", "keep"]) -> None:
    rows = [json.loads(b"{" + body) for body in render_members(small_table().rows, MEMBERS, nulls)]
    assert rows[2] == {"permit": "3", "name": 'b. "quoted"', "cost": 90}
    assert ("cost" in rows[1]) == (nulls == "keep")


def test_every_control_character_survives_as_json() -> None:
    text = 'tab\t line\nback\\slash "quote" bell\x07'
    body = render_members(pl.DataFrame({"text": [text]}), [Member("text", True)], "omit")[0]
    assert json.loads(b"{" + body)["text"] == text.replace("\x07", " ")


def test_a_row_of_nulls_is_an_empty_object() -> None:
    frame = pl.DataFrame({"a": [None, "x"]}, schema={"a": pl.String})
    assert render_members(frame, [Member("a", True)], "omit") == [b"}", b'"a":"x"}']


def test_csv_quotes_every_value_and_leaves_null_bare() -> None:
    lines = render_csv(small_table().rows, ["permit", "name", "cost"]).decode().split("\n")
    assert lines[:3] == ['"permit","name","cost"', '"1","acme","1000"', '"2","O\'Hara",']
    assert lines[3] == '"3","b. ""quoted""","90"'


def test_file_style_writes_bare_carriage_returns_without_header() -> None:
    written = CsvStyle(has_header=False, line_end="\r").write(small_table())
    assert written.startswith(b"1,acme,1000,2026-01-01T00:00:00.000\r2,O'Hara,,")
    assert b"\n" not in written


def test_workbook_reads_back_and_equal_cells_give_equal_bytes() -> None:
    sheets = [Sheet("Data & more", [["A", "B"], [None, 1.5], [], ["x < y", "line\nend"]]), Sheet("Other", [["A"]])]
    written = write_workbook(sheets)
    book = CalamineWorkbook.from_filelike(io.BytesIO(written))
    assert book.sheet_names == ["Data & more", "Other"]
    assert book.get_sheet_by_index(0).to_python() == [["A", "B"], ["", 1.5], ["", ""], ["x < y", "line\nend"]]
    assert written == write_workbook(sheets)


@pytest.mark.parametrize(
    ("style", "written", "moved"),
    [
        ("floating", "2016-04-18T00:00:00.000", "2016-05-02T00:00:00.000"),
        ("iso_day", "2016-02-20", "2016-03-05"),
        ("us", "12/28/2015", "01/11/2016"),
        ("us_short", "3/4/15", "3/18/15"),
        ("us_two_digit", "03/04/15", "03/18/15"),
        ("epoch_ms", "1772949600000", "1774155600000"),  # 2026-03-08 midnight CST to 2026-03-22 midnight CDT
        ("us", "not provided", "not provided"),
    ],
)
def test_dates_move_by_weeks_in_their_own_spelling(style: DateStyle, written: str, moved: str) -> None:
    rows = shift_dates(pl.DataFrame({"day": [written]}), {"day": [style]}, 2, "America/Chicago")
    assert rows["day"].to_list() == [moved]


def test_a_column_may_mix_two_spellings() -> None:
    rows = pl.DataFrame({"day": ["2015-03-04", "03/11/15"]})
    assert newest_day(rows, "day", ["iso_day", "us_two_digit"], "UTC") == date(2015, 3, 11)
    moved = shift_dates(rows, {"day": ["iso_day", "us_two_digit"]}, 1, "UTC")
    assert moved["day"].to_list() == ["2015-03-11", "03/18/15"]


@pytest.mark.parametrize(
    ("today", "weeks"), [("2016-04-18", 0), ("2016-04-24", 0), ("2016-04-25", 1), ("2016-04-17", -1)]
)
def test_the_newest_day_never_passes_today(today: str, weeks: int) -> None:
    assert weeks_until(date.fromisoformat(today), date(2016, 4, 18)) == weeks
