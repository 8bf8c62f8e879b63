"""Cells of exported files: safe in a spreadsheet, and the same again when read back."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permit_leads.export.cells import FORMULA, Cell, csv_cell, json_value
from permit_leads.export.columns import Column, Sheet
from permit_leads.export.writers import open_writer

A = Sheet("permits", (Column("a"),))
AB = Sheet("permits", (Column("a"), Column("b", "money")))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "'=1"])
def test_text_that_a_spreadsheet_could_run_gets_a_quote(text: str) -> None:
    assert csv_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["18400", "a=b", "O'Neil Road", "'S-GRAVEN", "", " =1"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert csv_cell(text) == text


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, ""),
        (-97.7, "-97.7"),
        (-3, "-3"),
        (0, "0"),
        (True, "true"),
        (Decimal("-0.10"), "-0.10"),
        (Decimal("1E+6"), "1000000"),
        (date(2024, 1, 15), "2024-01-15"),
        (datetime(2024, 1, 15, 6, tzinfo=UTC), "2024-01-15T06:00:00.000000Z"),
        (UUID(int=5), "00000000-0000-0000-0000-000000000005"),
        ([["base", -5, None]], '[["base",-5,null]]'),
    ],
)
def test_numbers_and_days_stay_numbers_and_days(cell: Cell, expected: str) -> None:
    assert csv_cell(cell) == expected


def test_json_keeps_null_apart_from_empty() -> None:
    assert [json_value(cell) for cell in (None, "", 0)] == [None, "", 0]


@given(st.text())
def test_no_cell_begins_as_a_formula_and_each_can_be_read_back(text: str) -> None:
    cell = csv_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert (cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell) == text


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2))
def test_csv_file_reads_back_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, row: list[str]) -> None:
    path = tmp_path_factory.mktemp("export") / "permits.csv"
    with open_writer(path, AB, path.suffix[1:]) as write:
        write(row)
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["a", "b"], [csv_cell(text) for text in row]]


def test_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "permits.csv"
    path.write_text("from before")

    def write_half() -> None:
        with open_writer(path, A, "csv") as write:
            write(["1"])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert path.read_text() == "from before"
    assert [each.name for each in tmp_path.iterdir()] == ["permits.csv"]


def test_csv_is_as_rfc_4180_says(tmp_path: Path) -> None:
    path = tmp_path / "permits.csv"
    with open_writer(path, AB, path.suffix[1:]) as write:
        write(['say "hi", then\nleave', None])
    assert path.read_bytes() == b'a,b\r\n"say ""hi"", then\nleave",\r\n'


def test_jsonl_has_one_record_a_line(tmp_path: Path) -> None:
    path = tmp_path / "permits.jsonl"
    with open_writer(path, AB, path.suffix[1:]) as write:
        write(["=1\n", Decimal("5.00")])
    assert json.loads(path.read_text()) == {"a": "=1\n", "b": "5.00"}
