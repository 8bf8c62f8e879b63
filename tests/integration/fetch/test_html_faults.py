"""The fault menu for HTML listings, as for the other protocols: no row lost or doubled, or the fetch fails."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from permit_leads.errors import SourceChanged, SourceRefused, SourceUnavailable
from permit_leads.fetch.moved import WindowMoved
from permit_leads.page import Window
from simulators.publishers import Fault
from simulators.publishers.menu import FaultId
from tests.integration.fetch.publishers import HOSTS, LISTING, NUMBERS, Fetch

BY_PARAMETER = {"paging": {"parameter": "page", "total": r"([\d,]+) permits found"}}
BY_LINK_ALONE = {"paging": {"next_link": "^Next"}}
BY_PARAMETER_ALONE = {"paging": {"parameter": "page"}}
PAGINGS = [{}, BY_PARAMETER, BY_LINK_ALONE, BY_PARAMETER_ALONE]


def switch_on(fetch: Fetch, fault_id: FaultId, **options: Any) -> None:
    fetch.simulator.faults.add(Fault(fault_id, host=LISTING, **options))


@pytest.mark.parametrize("paging", PAGINGS)
def test_every_row_comes_once_whatever_leads_to_the_next_page(fetch: Fetch, paging: dict[str, Any]) -> None:
    assert fetch.numbers("html", **paging) == NUMBERS


def test_a_window_asks_for_its_days_only(fetch: Fetch) -> None:
    assert fetch.numbers("html", Window(date(2026, 11, 2), date(2026, 11, 2))) == ["P-03", "P-04"]


def test_a_window_without_permits_is_empty_and_no_error(fetch: Fetch) -> None:
    assert fetch.rows("html", Window(date(2026, 12, 1), date(2026, 12, 31))).is_empty()


def test_a_long_window_is_asked_for_in_parts(fetch: Fetch) -> None:
    assert fetch.numbers("html", Window(date(2026, 11, 1), date(2026, 11, 7)), window_days=2) == NUMBERS
    asked = [dict(request.query) for request in fetch.simulator.requests if request.path == "/list"]
    assert {(one["from"], one["to"]) for one in asked} == {
        ("2026-11-01", "2026-11-02"),
        ("2026-11-03", "2026-11-04"),
        ("2026-11-05", "2026-11-06"),
        ("2026-11-07", "2026-11-07"),
    }


@pytest.mark.parametrize("kind", ["none", "seconds", "date", "garbage", "past"])
def test_f01_throttling_is_waited_out(fetch: Fetch, kind: str) -> None:
    switch_on(fetch, "F01", kind=kind, seconds=90, count=2, after=1)
    assert fetch.numbers("html") == NUMBERS


def test_f02_a_server_error_is_asked_again_and_not_for_ever(fetch: Fetch) -> None:
    switch_on(fetch, "F02", after=1)
    assert fetch.numbers("html") == NUMBERS
    switch_on(fetch, "F02", count="forever")
    with pytest.raises(SourceUnavailable, match="HTTP 503, 6 times in a row"):
        fetch.rows("html")


def test_f04_an_error_in_place_of_the_table_is_no_empty_listing(fetch: Fetch) -> None:
    switch_on(fetch, "F04", after=1)
    with pytest.raises(SourceChanged, match=r"0 tables, none with permit, issued"):
        fetch.rows("html")


@pytest.mark.parametrize("kind", ["block", "captcha", "login"])
@pytest.mark.parametrize("code", [200, 403])
def test_f05_a_wall_stops_us(fetch: Fetch, kind: str, code: int) -> None:
    switch_on(fetch, "F05", kind=kind, status=code)
    with pytest.raises(SourceRefused):
        fetch.rows("html")
    assert len([request for request in fetch.simulator.requests if request.path == "/list"]) == 1


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("paging", [{}, BY_PARAMETER])
def test_f07_a_page_that_lacks_rows_is_read_again(fetch: Fetch, rows: int, paging: dict[str, Any]) -> None:
    switch_on(fetch, "F07", rows=rows, after=1)
    assert fetch.numbers("html", **paging) == NUMBERS
    assert len(fetch.events.named("fetch.window_moved")) == 1


def test_f07_pages_that_always_lack_rows_fail(fetch: Fetch) -> None:
    switch_on(fetch, "F07", rows=2, count="forever")
    with pytest.raises(WindowMoved, match="announces 12 rows and gave 6"):
        fetch.rows("html")


@pytest.mark.parametrize("cap", [1, 3])
@pytest.mark.parametrize("paging", PAGINGS)
def test_f08_smaller_pages_lose_nothing(fetch: Fetch, cap: int, paging: dict[str, Any]) -> None:
    switch_on(fetch, "F08", cap=cap)
    assert fetch.numbers("html", **paging) == NUMBERS


def test_f09_a_shuffled_listing_is_not_taken_for_whole(fetch: Fetch) -> None:
    switch_on(fetch, "F09")
    with pytest.raises(WindowMoved, match="first page of the listing changed"):
        fetch.rows("html")


@pytest.mark.parametrize("kind", ["insert", "delete"])
@pytest.mark.parametrize("where", ["served", "ahead"])
def test_f10_a_change_while_reading_is_read_again(fetch: Fetch, kind: str, where: str) -> None:
    switch_on(fetch, "F10", kind=kind, where=where)
    numbers = fetch.numbers("html")
    assert numbers == sorted(fetch.simulator.hosts[LISTING].resources[0].table.rows["permit"])
    assert len(fetch.events.named("fetch.window_moved")) == 1


@pytest.mark.parametrize("options", [{"kind": "drop"}, {"kind": "rename", "to": "permit no"}])
def test_f12_a_column_that_is_gone_is_named(fetch: Fetch, options: dict[str, str]) -> None:
    switch_on(fetch, "F12", column="permit", **options)
    with pytest.raises(SourceChanged, match="column permit is gone"):
        fetch.rows("html")


def test_a_server_that_ignores_the_page_number_is_found_out(fetch: Fetch) -> None:
    paging = {"parameter": "seite"}
    with pytest.raises(SourceChanged, match=r"page 2 .* repeats the rows of an earlier page"):
        fetch.rows("html", paging=paging)


def test_a_total_that_is_no_longer_announced_is_named(fetch: Fetch) -> None:
    with pytest.raises(SourceChanged, match="announces no total"):
        fetch.rows("html", paging={"next_link": "^Next", "total": r"(\d+) licences"})


def test_the_host_is_the_listings_own(fetch: Fetch) -> None:
    fetch.rows("html")
    assert {request.host for request in fetch.simulator.requests} == {HOSTS["html"]}
