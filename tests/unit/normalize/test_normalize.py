"""A page as a whole: keys, repeats, faults, footers, and that the same page always gives the same frames."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from permit_leads.normalize import normalize
from permit_leads.normalize.contractors import OWNER_BUILDER
from permit_leads.normalize.mapping import TRADE_LABEL
from permit_leads.permit import PERMIT_SCHEMA, REJECTION_SCHEMA
from permit_leads.registry import load_registry
from tests.unit.normalize.elm import PAGE, TODAY, elm, refused, run

COMPOSITE = elm(key=["num", "type"])
HOUSTON = load_registry()["houston_weekly_permits"]


Row = dict[str, str | None]


def keys(rows: list[Row]) -> list[str]:
    return run(COMPOSITE, rows).permits["permit_key"].to_list()


def test_frames_have_the_declared_columns_even_when_empty() -> None:
    pages: list[list[Row]] = [[], [{"num": "1", "what": "roof"}], [{"other": "1"}]]
    for rows in pages:
        found = run(elm(), rows)
        assert dict(found.permits.schema) == {**PERMIT_SCHEMA, OWNER_BUILDER: pl.Boolean(), TRADE_LABEL: pl.String()}
        assert dict(found.rejections.schema) == REJECTION_SCHEMA


def test_each_permit_knows_its_page_and_row() -> None:
    found = run(elm(), [{"num": "1", "what": "a"}, {"num": " 2 ", "what": "b"}]).permits
    assert found["page_row"].to_list() == [0, 1]
    assert found["page_sha256"].unique().to_list() == [PAGE]
    assert found["permit_key"].to_list() == ["1", "2"]


def test_parts_of_a_key_are_trimmed_and_joined() -> None:
    assert keys([{"num": " 26071234 ", "type": "Building Pmt", "what": "x"}]) == ["26071234|Building Pmt"]


def test_a_bar_inside_a_part_does_not_melt_two_keys() -> None:
    rows: list[Row] = [{"num": "a|b", "type": "c", "what": "x"}, {"num": "a", "type": "b|c", "what": "x"}]
    assert len(set(keys(rows))) == 2


def test_the_last_row_of_a_permit_wins_and_the_others_are_no_fault() -> None:
    found = run(elm(), [{"num": "1", "what": "old"}, {"num": "2", "what": "x"}, {"num": "1", "what": "new"}])
    assert found.permits.select("permit_key", "description", "page_row").rows() == [("2", "x", 1), ("1", "new", 2)]
    assert found.rejections.is_empty()
    assert found.repeat_count == 1


def test_what_an_overruled_row_says_is_not_refused() -> None:
    dataset = elm({"EstProjectCost": {"column": "cost", "parse": "usd"}})
    rows = [{"num": "1", "what": "x", "cost": "much"}, {"num": "1", "what": "x", "cost": "5"}]
    assert run(dataset, rows).rejections.is_empty()


@pytest.mark.parametrize("number", ["", "  ", None])
def test_a_row_without_its_key_is_no_permit(number: str | None) -> None:
    assert refused(elm(), num=number) == [("permit_num", None, "a part of the key is blank", True)]


def test_a_row_without_a_part_of_its_key_is_no_permit() -> None:
    found = run(COMPOSITE, [{"num": "1", "type": None, "what": "x"}])
    assert found.permits.is_empty()
    assert found.rejections["reason"].to_list() == ["a part of the key is blank"]


def test_a_row_without_a_permit_number_is_no_permit() -> None:
    dataset = elm({"PermitNum": {"column": "permit"}})
    assert refused(dataset, permit=" ") == [("permit_num", None, "the permit number is blank", True)]


def test_a_row_that_says_neither_where_nor_what_is_no_permit() -> None:
    dataset = elm({"OriginalAddress1": {"column": "where"}, "PermitType": {"column": "type"}})
    assert refused(dataset, what=None, where=" ", type="BP") == [
        ("permit_num", None, "neither an address nor a description", True)
    ]
    assert refused(dataset, what=None, where="1 ELM ST") == []


def test_footers_are_listed_but_not_held_against_the_publisher() -> None:
    header = ["Zip Code", "Permit Date", "Permit Type", "Project No", "Address", "Comments"]
    rows: list[Row] = [
        dict(
            zip(header, ["77008", "2026/07/14", "Building Pmt", "26071234", "123 EXAMPLE ST", "S.F. RES"], strict=True)
        ),
        {"Zip Code": "The City makes no warranty as to this report."},
        {"Zip Code": None},
    ]
    found = run(HOUSTON, rows)
    assert found.permits["permit_key"].to_list() == ["26071234|Building Pmt|2026/07/14"]
    assert found.rejections.select("page_row", "reason", "is_fatal").rows() == [
        (1, "not a record", False),
        (2, "not a record", False),
    ]


def test_a_record_without_its_key_is_not_passed_off_as_a_footer() -> None:
    found = run(HOUSTON, [{"Zip Code": "77008", "Address": "123 EXAMPLE ST", "Comments": "S.F. RES"}])
    assert found.rejections.select("reason", "is_fatal").rows() == [("a part of the key is blank", True)]


def test_totals_among_the_records_are_not_records() -> None:
    dataset = elm(record_column="num", record_pattern=r"^\d{4}-")
    rows: list[Row] = [
        {"num": "2024-1", "what": "x"},
        {"num": "Grand Total", "what": "9"},
        {"num": None, "what": "second address"},
    ]
    found = run(dataset, rows)
    assert found.permits["permit_key"].to_list() == ["2024-1"]
    assert found.rejections["is_fatal"].to_list() == [False, False]


def test_a_page_whose_columns_are_all_unknown_loses_no_row_silently() -> None:
    found = run(elm(), [{"a": "1"}, {"a": "2"}])
    assert found.permits.is_empty()
    assert found.rejections["page_row"].to_list() == [0, 1]


def test_every_row_becomes_a_permit_a_repeat_or_a_rejection() -> None:
    rows: list[Row] = [{"num": str(at % 7) if at % 5 else None, "what": "x" if at % 3 else None} for at in range(100)]
    found = run(elm(), rows)
    assert found.permits.height + found.repeat_count + found.rejections.height == len(rows)


def test_the_same_page_gives_the_same_frames() -> None:
    rows = pl.DataFrame({"num": ["1", "2", "1", None], "what": ["a", "b", "c", "d"]})
    first, second = (normalize(elm(), rows, PAGE, TODAY) for _ in range(2))
    assert_frame_equal(first.permits, second.permits)
    assert_frame_equal(first.rejections, second.rejections)


def test_rows_are_left_as_they_were() -> None:
    rows = pl.DataFrame({"num": [" 1 "], "what": ["a"]})
    normalize(elm(), rows, PAGE, TODAY)
    assert rows.rows() == [(" 1 ", "a")]
