"""F01 to F11 of the fault menu, for each protocol they apply to: no row lost or doubled, or the fetch fails."""

from __future__ import annotations

from typing import Any

import pytest

from permit_leads.errors import SourceChanged, SourceError, SourceRefused, SourceUnavailable
from permit_leads.fetch.moved import WindowMoved
from simulators.publishers import Fault
from simulators.publishers.menu import FaultId
from tests.integration.fetch.publishers import HOSTS, NUMBERS, Fetch

PROTOCOLS = ("socrata", "arcgis", "ckan", "ckan_sql", "csv", "xlsx")
PAGED = ("socrata", "arcgis", "ckan", "ckan_sql")


def switch_on(fetch: Fetch, protocol: str, fault_id: FaultId, **options: Any) -> None:
    fetch.simulator.faults.add(Fault(fault_id, host=HOSTS[protocol], **options))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_without_a_fault_every_row_comes_once(fetch: Fetch, protocol: str) -> None:
    assert fetch.numbers(protocol) == NUMBERS


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("kind", ["none", "seconds", "date", "garbage", "past"])
def test_f01_throttling_is_waited_out(fetch: Fetch, protocol: str, kind: str) -> None:
    switch_on(fetch, protocol, "F01", kind=kind, seconds=90, count=2)
    assert fetch.numbers(protocol) == NUMBERS
    assert len(fetch.events.named("fetch.rate_limited")) == 2
    if kind in ("seconds", "date"):
        assert max(fetch.clock.slept) >= 85


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_f01_throttling_without_end_is_given_up(fetch: Fetch, protocol: str) -> None:
    switch_on(fetch, protocol, "F01", kind="past", count="forever")
    with pytest.raises(SourceUnavailable, match="HTTP 429"):
        fetch.rows(protocol)
    assert len(fetch.simulator.requests) < 12


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("after", [0, 1, 2])
def test_f02_a_server_error_is_asked_again(fetch: Fetch, protocol: str, after: int) -> None:
    switch_on(fetch, protocol, "F02", on="any", after=after)
    assert fetch.numbers(protocol) == NUMBERS


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_f02_a_server_that_stays_broken_fails_the_fetch(fetch: Fetch, protocol: str) -> None:
    switch_on(fetch, protocol, "F02", on="rows", status=500, count="forever")
    with pytest.raises(SourceUnavailable, match="HTTP 500, 6 times in a row"):
        fetch.rows(protocol)


@pytest.mark.parametrize("on", ["rows", "count"])
def test_f03_an_answer_in_preparation_is_no_empty_page(fetch: Fetch, on: str) -> None:
    switch_on(fetch, "socrata", "F03", on=on, count=2)
    assert fetch.numbers("socrata") == NUMBERS


@pytest.mark.parametrize("on", ["rows", "count"])
@pytest.mark.parametrize(
    ("code", "error"),
    [
        (400, SourceChanged),
        (404, SourceChanged),
        (403, SourceRefused),
        (498, SourceRefused),
        (499, SourceRefused),
        (500, SourceUnavailable),
        (504, SourceUnavailable),
    ],
)
def test_f04_an_error_under_200_is_told_by_its_code(fetch: Fetch, on: str, code: int, error: type[SourceError]) -> None:
    switch_on(fetch, "arcgis", "F04", on=on, code=code)
    with pytest.raises(error):
        fetch.rows("arcgis")


def test_f04_a_passing_error_under_200_is_asked_again(fetch: Fetch) -> None:
    switch_on(fetch, "arcgis", "F04", code=504, count=2)
    assert fetch.numbers("arcgis") == NUMBERS


def test_f04_a_layer_that_fails_one_way_of_paging_is_read_another_way(fetch: Fetch) -> None:
    switch_on(fetch, "arcgis", "F04", on="rows", code=400, count=1, after=1)
    assert fetch.numbers("arcgis") == NUMBERS
    assert [event["way"] for event in fetch.events.named("fetch.way_blocked")] == ["by_last_id"]


@pytest.mark.parametrize("protocol", ["socrata", "csv", "xlsx"])
def test_f04_elsewhere_an_error_under_200_is_no_page_either(fetch: Fetch, protocol: str) -> None:
    switch_on(fetch, protocol, "F04", on="rows")
    with pytest.raises((SourceChanged, SourceUnavailable)):
        fetch.rows(protocol)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("kind", ["block", "captcha", "login"])
@pytest.mark.parametrize("code", [200, 403])
def test_f05_a_wall_stops_us(fetch: Fetch, protocol: str, kind: str, code: int) -> None:
    switch_on(fetch, protocol, "F05", on="rows", kind=kind, status=code)
    with pytest.raises(SourceRefused, match=r"a (block|login) page"):
        fetch.rows(protocol)
    rows = [request for request in fetch.simulator.requests if "robots" not in request.path]
    assert len(rows) <= 4


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_f05_three_walls_end_the_host(fetch: Fetch, protocol: str) -> None:
    switch_on(fetch, protocol, "F05", on="any")
    fetch.simulator.faults.clear()
    switch_on(fetch, protocol, "F05")
    for _ in range(3):
        with pytest.raises(SourceRefused):
            fetch.rows(protocol)
    asked = len(fetch.simulator.requests)
    with pytest.raises(SourceRefused, match="3 block pages in a row"):
        fetch.rows(protocol)
    assert len(fetch.simulator.requests) == asked


@pytest.mark.parametrize("on", ["metadata", "count", "rows"])
def test_f06_a_service_root_is_a_wrong_address(fetch: Fetch, on: str) -> None:
    switch_on(fetch, "arcgis", "F06", on=on)
    with pytest.raises(SourceChanged, match=r"service root.*edit url"):
        fetch.rows("arcgis")


@pytest.mark.parametrize("rows", [0, 1, 3])
@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize("protocol", PAGED)
def test_f07_a_short_page_is_not_the_end(fetch: Fetch, protocol: str, rows: int, after: int) -> None:
    switch_on(fetch, protocol, "F07", rows=rows, after=after)
    assert fetch.numbers(protocol) == NUMBERS
    is_read_again = protocol != "arcgis" and rows == 0  # an empty page ends the window, and the count tells
    assert len(fetch.events.named("fetch.window_moved")) == is_read_again


def test_f07_a_server_that_always_says_more_and_gives_nothing_fails(fetch: Fetch) -> None:
    switch_on(fetch, "arcgis", "F07", rows=0, count="forever")
    with pytest.raises(SourceChanged, match="no way of paging"):
        fetch.rows("arcgis")
    assert len(fetch.simulator.requests) < 40


def test_f07_a_server_that_always_says_more_is_read_to_its_end(fetch: Fetch) -> None:
    switch_on(fetch, "arcgis", "F07", rows=2, count="forever")
    assert fetch.numbers("arcgis") == NUMBERS


@pytest.mark.parametrize("cap", [1, 3, 4])
@pytest.mark.parametrize("protocol", PAGED)
def test_f08_a_server_that_gives_fewer_than_asked_loses_nothing(fetch: Fetch, protocol: str, cap: int) -> None:
    switch_on(fetch, protocol, "F08", cap=cap)
    assert fetch.numbers(protocol) == NUMBERS


def test_f09_a_shuffled_layer_is_read_by_its_ids(fetch: Fetch) -> None:
    switch_on(fetch, "arcgis", "F09")
    assert fetch.numbers("arcgis") == NUMBERS
    assert [event["way"] for event in fetch.events.named("fetch.way_blocked")] == ["by_last_id"]


def test_f09_a_shuffled_dataset_is_not_taken_for_whole(fetch: Fetch) -> None:
    switch_on(fetch, "socrata", "F09")
    with pytest.raises(WindowMoved, match=r"12 received \(\d+ different\)"):
        fetch.rows("socrata")


@pytest.mark.parametrize("protocol", ["csv", "xlsx"])
def test_f09_a_shuffled_file_is_the_same_rows(fetch: Fetch, protocol: str) -> None:
    switch_on(fetch, protocol, "F09")
    assert fetch.numbers(protocol) == NUMBERS


def published(fetch: Fetch, protocol: str) -> list[str]:
    """What the publisher has in the end."""
    return sorted(fetch.simulator.hosts[HOSTS[protocol]].resources[0].table.rows["permit"])


@pytest.mark.parametrize("protocol", PAGED)
@pytest.mark.parametrize("kind", ["insert", "delete", "update"])
@pytest.mark.parametrize("where", ["served", "ahead"])
@pytest.mark.parametrize("rows", [1, 3])
def test_f10_a_change_while_reading_is_read_again(
    fetch: Fetch, protocol: str, kind: str, where: str, rows: int
) -> None:
    switch_on(fetch, protocol, "F10", kind=kind, where=where, rows=rows, column="status" if kind == "update" else "")
    assert fetch.numbers(protocol) == published(fetch, protocol)


@pytest.mark.parametrize("protocol", PAGED)
def test_f10_as_many_gone_as_come_is_noticed(fetch: Fetch, protocol: str) -> None:
    switch_on(fetch, protocol, "F10", kind="delete", where="served", after=1)
    later = {"where": "served", "after": 1} if protocol == "ckan" else {"where": "ahead", "after": 2}
    switch_on(fetch, protocol, "F10", kind="insert", **later)  # a seam shows the first change at once
    numbers = fetch.numbers(protocol)
    assert numbers == published(fetch, protocol)
    assert len(numbers) == len(NUMBERS)


def test_f10_a_dataset_that_never_rests_fails(fetch: Fetch) -> None:
    switch_on(fetch, "socrata", "F10", kind="delete", where="served", count="forever", after=0)
    with pytest.raises(WindowMoved, match="count mismatch"):
        fetch.rows("socrata")


@pytest.mark.parametrize("protocol", PAGED)
def test_f10_rows_that_were_given_away_are_not_mixed_with_others(
    fetch: Fetch, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("permit_leads.fetch.hold.HELD_BYTES", 0)
    switch_on(fetch, protocol, "F10", kind="delete", where="served")
    with pytest.raises(WindowMoved):
        fetch.rows(protocol)


@pytest.mark.parametrize("protocol", PAGED)
def test_f11_a_full_replace_while_reading_is_read_again(fetch: Fetch, protocol: str) -> None:
    switch_on(fetch, protocol, "F11")
    assert fetch.numbers(protocol) == NUMBERS
    assert len(fetch.events.named("fetch.window_moved")) == 1


@pytest.mark.parametrize("protocol", PAGED)
def test_f11_a_full_replace_changes_no_published_value(fetch: Fetch, protocol: str) -> None:
    fields = ["permit", "issued", "cost", "status"]
    before = fetch.rows(protocol).select(fields).sort("permit")
    switch_on(fetch, protocol, "F11", after=0)
    after = fetch.rows(protocol).select(fields).sort("permit")
    assert after.equals(before)
