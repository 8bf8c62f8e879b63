"""The fault menu for searches that answer JSON, asked of an EnerGov portal as it is known to behave."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from permit_leads.errors import SourceChanged, SourceRefused, SourceUnavailable
from permit_leads.fetch.moved import WindowMoved
from permit_leads.page import Window
from simulators.publishers import Fault
from simulators.publishers.menu import FaultId
from tests.integration.fetch.publishers import ENERGOV, NUMBERS, SPECIAL, Fetch

RULES: dict[str, Any] = SPECIAL["portal"]["portal"]
WITHOUT_TOTAL = {"portal": {name: value for name, value in RULES.items() if name != "total"}}


def switch_on(fetch: Fetch, fault_id: FaultId, **options: Any) -> None:
    fetch.simulator.faults.add(Fault(fault_id, host=ENERGOV, **options))


@pytest.mark.parametrize("options", [{}, WITHOUT_TOTAL])
def test_every_row_comes_once_and_nested_members_have_columns(fetch: Fetch, options: dict[str, Any]) -> None:
    rows = fetch.rows("portal", **options)
    assert sorted(rows["permit"]) == NUMBERS
    assert set(rows["Address.FullAddress"]) == {"12 ELM ST"}


def test_a_window_asks_for_its_days_only(fetch: Fetch) -> None:
    assert fetch.numbers("portal", Window(date(2026, 11, 2), date(2026, 11, 2))) == ["P-03", "P-04"]
    assert fetch.rows("portal", Window(date(2026, 12, 1), date(2026, 12, 31))).is_empty()


def test_a_search_that_is_too_long_is_asked_for_in_smaller_windows(fetch: Fetch) -> None:
    assert fetch.numbers("portal", portal=RULES | {"max_rows": 5}) == NUMBERS


def test_a_day_that_is_too_long_fails(fetch: Fetch) -> None:
    with pytest.raises(SourceChanged, match="2 rows of 2026-11-01, and the portal gives no more than 1"):
        fetch.rows("portal", portal=RULES | {"max_rows": 1})


def test_a_search_without_a_header_or_a_block_is_no_empty_window(fetch: Fetch) -> None:
    with pytest.raises(SourceUnavailable, match="HTTP 500"):
        fetch.rows("portal", portal=RULES | {"headers": {}})
    with pytest.raises(SourceUnavailable, match="HTTP 500"):
        fetch.rows("portal", portal=RULES | {"body": RULES["body"].replace("PlanCriteria", "Plan")})


def test_rows_or_a_total_at_another_place_are_named(fetch: Fetch) -> None:
    with pytest.raises(SourceChanged, match=r"no list of rows at Result\.Rows"):
        fetch.rows("portal", portal=RULES | {"rows": "Result.Rows"})
    with pytest.raises(SourceChanged, match=r"nothing stands at Result\.Count"):
        fetch.rows("portal", portal=RULES | {"total": "Result.Count"})


def test_rows_of_other_days_than_asked_are_found_out(fetch: Fetch) -> None:
    body = RULES["body"].replace("IssueDateFrom", "ApplyDateFrom")
    with pytest.raises(SourceChanged, match="it filters by another date than IssueDate"):
        fetch.rows("portal", Window(date(2026, 11, 3), date(2026, 11, 4)), portal=RULES | {"body": body})


@pytest.mark.parametrize("kind", ["none", "seconds", "date", "garbage", "past"])
def test_f01_throttling_is_waited_out(fetch: Fetch, kind: str) -> None:
    switch_on(fetch, "F01", kind=kind, seconds=90, count=2, after=1)
    assert fetch.numbers("portal") == NUMBERS


def test_f02_a_server_error_is_asked_again_and_not_for_ever(fetch: Fetch) -> None:
    switch_on(fetch, "F02", after=1)
    assert fetch.numbers("portal") == NUMBERS
    switch_on(fetch, "F02", count="forever")
    with pytest.raises(SourceUnavailable, match="HTTP 503, 6 times in a row"):
        fetch.rows("portal")


def test_f04_a_search_that_says_it_failed_is_no_empty_window(fetch: Fetch) -> None:
    switch_on(fetch, "F04", message="Unable to search.", after=1)
    with pytest.raises(SourceChanged, match=r"went well \(Success\): Unable to search."):
        fetch.rows("portal")


@pytest.mark.parametrize("kind", ["block", "captcha", "login"])
@pytest.mark.parametrize("code", [200, 403])
def test_f05_a_wall_stops_us(fetch: Fetch, kind: str, code: int) -> None:
    switch_on(fetch, "F05", kind=kind, status=code)
    with pytest.raises(SourceRefused):
        fetch.rows("portal")


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_f07_a_page_that_lacks_rows_is_read_again(fetch: Fetch, rows: int) -> None:
    switch_on(fetch, "F07", rows=rows, after=1)
    assert fetch.numbers("portal") == NUMBERS
    assert len(fetch.events.named("fetch.window_moved")) == 1


@pytest.mark.parametrize("cap", [1, 3])
@pytest.mark.parametrize("options", [{}, WITHOUT_TOTAL])
def test_f08_smaller_pages_lose_nothing(fetch: Fetch, cap: int, options: dict[str, Any]) -> None:
    switch_on(fetch, "F08", cap=cap)
    assert fetch.numbers("portal", **options) == NUMBERS


def test_f09_a_shuffled_search_is_not_taken_for_whole(fetch: Fetch) -> None:
    switch_on(fetch, "F09")
    with pytest.raises(WindowMoved):
        fetch.rows("portal")


@pytest.mark.parametrize("kind", ["insert", "delete"])
@pytest.mark.parametrize("where", ["served", "ahead"])
def test_f10_a_change_while_reading_is_read_again(fetch: Fetch, kind: str, where: str) -> None:
    switch_on(fetch, "F10", kind=kind, where=where)
    numbers = fetch.numbers("portal")
    assert numbers == sorted(fetch.simulator.hosts[ENERGOV].resources[0].table.rows["permit"])


@pytest.mark.parametrize("change", [{"kind": "drop"}, {"kind": "rename", "to": "permit_no"}])
def test_f12_a_key_that_is_gone_is_named(fetch: Fetch, change: dict[str, str]) -> None:
    switch_on(fetch, "F12", column="permit", **change)
    with pytest.raises(SourceChanged, match="column permit is gone"):
        fetch.rows("portal")
