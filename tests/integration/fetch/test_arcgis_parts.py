"""Layers read month by month, and the names of their codes."""

from __future__ import annotations

from datetime import date

import pytest

from permit_leads.errors import SourceChanged
from permit_leads.fetch.moved import WindowMoved
from permit_leads.page import Window
from simulators.publishers import Fault
from tests.integration.fetch.publishers import ALL, HOSTS, NUMBERS, Fetch

NOVEMBER = Window(date(2026, 11, 1), date(2026, 11, 30))
NAMES = {"status": {"Issued": "Permit issued", "Final": "Finaled"}}


def test_a_window_in_parts_comes_to_the_same_rows_and_announces_their_sum(fetch: Fetch) -> None:
    assert fetch.numbers("arcgis", NOVEMBER, window_days=2) == NUMBERS
    counts = [page.expected_count for page in fetch.pages("arcgis", NOVEMBER, window_days=2) if page.kind == "count"]
    assert counts[:6] == [4, 4, 8, 8, 12, 12]
    assert counts[-1] == len(NUMBERS)


def test_a_window_without_ends_is_read_in_one(fetch: Fetch) -> None:
    """A reconcile asks for everything; there are no days to cut that by."""
    assert fetch.numbers("arcgis", ALL, window_days=2) == NUMBERS


def test_a_part_that_does_not_add_up_is_read_again(fetch: Fetch) -> None:
    fetch.simulator.faults.add(Fault("F10", host=HOSTS["arcgis"], kind="delete", after=0))
    numbers = fetch.numbers("arcgis", NOVEMBER, window_days=2)
    assert numbers == sorted(fetch.simulator.hosts[HOSTS["arcgis"]].resources[0].table.rows["permit"])
    assert len(numbers) == len(NUMBERS) - 1


def test_a_part_that_never_adds_up_fails(fetch: Fetch) -> None:
    fetch.simulator.faults.add(Fault("F10", host=HOSTS["arcgis"], kind="delete", after=0, count="forever"))
    with pytest.raises(WindowMoved):
        fetch.rows("arcgis", NOVEMBER, window_days=2)


def test_names_stand_beside_the_codes(fetch: Fetch) -> None:
    rows = fetch.rows("arcgis", domains=NAMES).select("status", "status name").unique().sort("status")
    assert rows.rows() == [("Final", "Finaled"), ("Issued", "Permit issued")]


def test_a_code_that_nobody_has_explained_names_itself_and_is_told(fetch: Fetch) -> None:
    rows = fetch.rows("arcgis", domains={"status": {"Issued": "Permit issued"}})
    assert set(rows["status name"]) == {"Permit issued", "Final"}
    assert fetch.events.named("fetch.codes_unexplained") == [{"source": "elm", "column": "status", "codes": ["Final"]}]


def test_a_code_that_stands_for_something_else_fails(fetch: Fetch) -> None:
    with pytest.raises(SourceChanged, match="code 'Final' of status stands for 'Finaled' now, not for 'Closed'"):
        fetch.rows("arcgis", domains={"status": {"Final": "Closed"}})


def test_a_column_without_coded_values_fails(fetch: Fetch) -> None:
    with pytest.raises(SourceChanged, match="lists no coded values of permit any more"):
        fetch.rows("arcgis", domains={"permit": {"A": "Apple"}})
