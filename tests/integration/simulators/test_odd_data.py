"""F13 to F21, F24 and F25 as a client meets them, on the publisher each is plainest at."""

from __future__ import annotations

import io

import httpx
import pytest
from python_calamine import CalamineWorkbook

from simulators.publishers import Fault, Simulator
from simulators.publishers.files.styles import SheetStyle
from simulators.publishers.menu import FaultId
from simulators.publishers.table import Column, Table
from tests.integration.simulators.worlds import FILE, FILES, RESOURCE, ROWS, SOCRATA, ask
from tests.unit.simulators.tables import small_table


def column_of(elm: Simulator, at: int) -> list[str]:
    """One column of the CSV file."""
    return [line.split(",")[at] for line in ask(elm, FILES, FILE).text.splitlines()[1:]]


@pytest.mark.parametrize(
    ("fault", "kind", "column", "at", "newest"),
    [
        ("F12", "empty", "status", 3, ""),
        ("F13", "padded", "status", 3, "  Issued   "),
        ("F14", "dollars", "cost", 2, '"$10'),
        ("F15", "us", "issued", 1, "11/06/26"),
        ("F15", "zone", "issued", 1, "2026-11-05T00:00:00.000"),
        ("F15", "far", "issued", 1, "2230-12-30T00:00:00.000"),
        ("F20", "", "status", 3, "CITY HALL"),
    ],
)
def test_a_fault_of_new_rows_leaves_the_older_ones(
    elm: Simulator, fault: FaultId, kind: str, column: str, at: int, newest: str
) -> None:
    before = column_of(elm, at)
    elm.faults.add(Fault(fault, host=FILES, kind=kind, column=column, rows=2))
    after = column_of(elm, at)
    assert after[:-2] == before[:-2]
    assert newest in (after[-1], after[-2])
    assert len(after) == ROWS


@pytest.mark.parametrize(
    ("fault", "kind", "count", "distinct"),
    [
        ("F16", "frozen", ROWS - 3, ROWS - 3),
        ("F16", "thinned", ROWS - 2, ROWS - 2),
        ("F18", "repeat", ROWS + 3, ROWS),
        ("F18", "merged", ROWS, ROWS - 2),
        ("F19", "mixed", ROWS + 3, ROWS + 3),
        ("F19", "whole", ROWS, ROWS),
    ],
)
def test_rows_that_are_missing_repeat_or_belong_elsewhere(
    elm: Simulator, fault: FaultId, kind: str, count: int, distinct: int
) -> None:
    elm.faults.add(Fault(fault, host=FILES, kind=kind, rows=3))
    numbers = column_of(elm, 0)
    assert (len(numbers), len(set(numbers))) == (count, distinct)


def test_a_dataset_may_be_withdrawn(elm: Simulator) -> None:
    elm.faults.add(Fault("F17", host=SOCRATA, kind="withdrawn"))
    assert ask(elm, SOCRATA, RESOURCE).status_code == 410


@pytest.mark.parametrize(("kind", "status"), [("missing", 404), ("throttled", 429), ("hops", 301), ("disallow", 200)])
def test_robots_may_be_odd(elm: Simulator, kind: str, status: int) -> None:
    elm.faults.add(Fault("F24", host=FILES, kind=kind))
    assert ask(elm, FILES, "/robots.txt").status_code == status


def test_an_answer_may_break_or_be_something_else(elm: Simulator) -> None:
    whole = ask(elm, FILES, FILE).content
    for kind in ("reset", "cut"):
        elm.faults.add(Fault("F25", host=FILES, kind=kind))
        with pytest.raises(httpx.RemoteProtocolError):
            ask(elm, FILES, FILE)
    elm.faults.add(Fault("F25", host=FILES, kind="short"))
    assert ask(elm, FILES, FILE).content == whole[: len(whole) // 2]
    elm.faults.add(Fault("F25", host=FILES, kind="utf16"))
    assert ask(elm, FILES, FILE).content.decode("utf-16").encode() == whole
    elm.faults.add(Fault("F25", host=FILES, kind="loop"))
    assert ask(elm, FILES, FILE).status_code == 302


@pytest.mark.parametrize("kind", ["", "shifted", "sheet", "inline", "serial", "biff"])
def test_a_workbook_in_any_form_holds_the_same_cells(kind: str) -> None:
    small = small_table()
    columns = tuple(Column(one.name, "text", one.kind, one.name) for one in small.columns)
    rows = small.rows.with_columns(issued=small.rows["issued"].str.head(10))
    book = SheetStyle("Report", (("Permits",),)).odd(kind).write(Table(columns, rows))
    grid = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("Report").to_python()
    cells = [[cell for cell in row if cell != ""] for row in grid]
    assert ["permit", "name", "cost", "issued"] in cells
    assert cells[-1] == ["4", 101.0, 46054.0 if kind == "serial" else "2026-02-01"]
