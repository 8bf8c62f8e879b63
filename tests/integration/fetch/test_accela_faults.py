"""Accela Citizen Access against a portal that behaves as it does: F22, then the faults that all share."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from permit_leads.errors import SourceChanged, SourceRefused, SourceUnavailable
from permit_leads.fetch.moved import WindowMoved
from permit_leads.page import Window
from simulators.publishers import Fault
from simulators.publishers.menu import FaultId
from tests.integration.fetch.publishers import ACCELA, NUMBERS, REPORT, Fetch

FIRST_DAY = Window(date(2026, 11, 1), date(2026, 11, 1))
WEEK = Window(date(2026, 11, 1), date(2026, 11, 7))
SECRETS = ("__VIEWSTATE", "ACA_CS_FIELD", "ACA_SS_STORE")


def switch_on(fetch: Fetch, fault_id: FaultId, **options: Any) -> None:
    fetch.simulator.faults.add(Fault(fault_id, host=ACCELA, **options))


def site(fetch: Fetch) -> Any:
    return fetch.simulator.hosts[ACCELA].resources[0]


def asked_days(fetch: Fetch) -> list[tuple[str, str]]:
    """First and last day of each search that was posted."""
    forms = [dict(request.query) for request in fetch.simulator.requests if request.method == "POST"]
    names = [f"ctl00$PlaceHolderMain$generalSearchForm$txtGS{end}Date" for end in ("Start", "End")]
    return [(form[names[0]], form[names[1]]) for form in forms if names[0] in form]


def test_f22_a_saturated_counter_splits_the_window_until_it_is_exact(fetch: Fetch) -> None:
    assert fetch.numbers("accela", WEEK) == NUMBERS
    assert asked_days(fetch) == [
        ("11/01/2026", "11/07/2026"),
        ("11/01/2026", "11/04/2026"),
        ("11/01/2026", "11/02/2026"),
        ("11/03/2026", "11/04/2026"),
        ("11/05/2026", "11/07/2026"),
    ]


def test_f22_a_windowed_pager_is_followed_past_its_first_ten_pages(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site(fetch), "counted", 100)
    pages = [page for page in fetch.pages("accela", WEEK) if page.kind == "rows"]
    assert [page.row_count for page in pages] == [1] * 12


def test_f22_a_day_above_the_counter_is_read_when_its_last_page_counts_exactly(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site(fetch), "counted", 1)
    assert fetch.numbers("accela", FIRST_DAY) == ["P-01", "P-02"]


def test_f22_a_day_that_is_never_counted_to_its_end_is_not_taken_for_whole(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site(fetch), "counted", 1)
    switch_on(fetch, "F22", kind="saturated", count="forever")
    with pytest.raises(SourceChanged, match="lists 1 records of 2026-11-01 and says there are more"):
        fetch.rows("accela", FIRST_DAY)


def test_f22_a_list_cut_at_the_counter_is_read_in_smaller_windows(fetch: Fetch) -> None:
    switch_on(fetch, "F22", kind="saturated", count="forever")
    assert fetch.numbers("accela", WEEK) == NUMBERS


def test_f22_a_pager_that_ends_early_is_noticed(fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site(fetch), "counted", 100)
    switch_on(fetch, "F22", kind="pager", count="forever")
    with pytest.raises(WindowMoved, match="12 counted, 10 received"):
        fetch.rows("accela", WEEK)


@pytest.mark.parametrize("kind", ["viewstate", "error"])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_f22_a_lost_session_is_started_over(fetch: Fetch, kind: str, after: int) -> None:
    switch_on(fetch, "F22", kind=kind, after=after)
    assert fetch.numbers("accela", WEEK) == NUMBERS
    assert len(fetch.events.named("fetch.session_lost")) == 1


@pytest.mark.parametrize("kind", ["viewstate", "error"])
def test_f22_sessions_that_are_always_lost_fail(fetch: Fetch, kind: str) -> None:
    switch_on(fetch, "F22", kind=kind, count="forever")
    with pytest.raises(SourceUnavailable, match="error page in 3 sessions"):
        fetch.rows("accela", WEEK)


def test_f22_a_single_record_is_listed_together_with_the_days_before(fetch: Fetch) -> None:
    accela = site(fetch)
    accela.table = accela.table.without([at for at in range(12) if at not in (0, 1, 11)])
    window = Window(date(2026, 11, 5), date(2026, 11, 7))
    assert fetch.numbers("accela", window) == ["P-01", "P-02", "P-12"]
    assert [days[0] for days in asked_days(fetch)] == ["11/05/2026", "11/04/2026", "11/03/2026", "11/01/2026"]


def test_f22_a_single_record_of_all_is_not_taken_for_none(fetch: Fetch) -> None:
    accela = site(fetch)
    accela.table = accela.table.without(range(1, 12))
    with pytest.raises(SourceChanged, match="the only record of 2026-11-01 to 2026-11-07 is not listed"):
        fetch.rows("accela", WEEK)


def test_a_window_without_records_is_empty(fetch: Fetch) -> None:
    assert fetch.rows("accela", Window(date(2026, 12, 1), date(2026, 12, 31))).is_empty()


def test_words_that_do_not_say_empty_are_no_empty_window(fetch: Fetch) -> None:
    with pytest.raises(SourceChanged, match="has neither the list"):
        fetch.rows("accela", Window(date(2026, 12, 1), date(2026, 12, 31)), empty_pattern="no such words")


@pytest.mark.parametrize("options", [{}, REPORT])
def test_records_of_other_days_than_asked_are_found_out(
    fetch: Fetch, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site(fetch), "_found", lambda days, quirks: [0, 11])  # whatever was asked
    with pytest.raises(
        SourceChanged, match="asked for 2026-11-01 to 2026-11-01, the portal gives a record of 2026-11-06"
    ):
        fetch.rows("accela", FIRST_DAY, **options)


def test_a_record_links_its_page(fetch: Fetch) -> None:
    links = fetch.rows("accela", FIRST_DAY)["permit link"]
    assert links[0] == f"https://{ACCELA}/ELM/Cap/CapDetail.aspx?Module=Building&capID=P-01"


def test_no_secret_of_the_session_is_kept_or_told(fetch: Fetch) -> None:
    pages = fetch.pages("accela", FIRST_DAY) + fetch.pages("accela", WEEK, **REPORT)
    for page in pages:
        assert not [word for word in SECRETS if word in f"{page.url} {page.request_body} {dict(page.headers)}"]
    assert not [word for word in SECRETS if word in str(fetch.events.all)]


def test_cookies_stay_in_the_run_that_got_them(fetch: Fetch) -> None:
    fetch.pages("accela", FIRST_DAY)
    fetch.pages("accela", FIRST_DAY)
    opened = [one for one in fetch.simulator.requests if one.method == "GET" and "CapHome" in one.path]
    assert [one.headers.get("cookie") for one in opened] == [None, None]
    posted = [one.headers["cookie"] for one in fetch.simulator.requests if one.method == "POST"]
    assert len(set(posted)) == 2


def test_a_report_is_a_workbook_of_the_days(fetch: Fetch) -> None:
    pages = fetch.pages("accela", FIRST_DAY, **REPORT)
    assert [page.kind for page in pages] == ["metadata", "index", "rows"]
    assert fetch.numbers("accela", FIRST_DAY, **REPORT) == ["P-01", "P-02"]


def test_a_report_without_rows_is_empty(fetch: Fetch) -> None:
    assert fetch.rows("accela", Window(date(2026, 12, 1), date(2026, 12, 2)), **REPORT).is_empty()


def test_a_report_whose_form_lost_a_field_is_named(fetch: Fetch) -> None:
    accela = REPORT["accela"] | {"fields": {"Council Districts": "ALL"}}
    with pytest.raises(SourceChanged, match=r"column Council Districts is gone \(found Council District\)"):
        fetch.rows("accela", FIRST_DAY, **REPORT | {"accela": accela})


def test_f22_a_report_whose_session_is_lost_is_ordered_again(fetch: Fetch) -> None:
    switch_on(fetch, "F22", kind="viewstate", on="index")
    assert fetch.numbers("accela", FIRST_DAY, **REPORT) == ["P-01", "P-02"]


@pytest.mark.parametrize("options", [{}, REPORT])
@pytest.mark.parametrize("kind", ["none", "seconds", "date", "garbage", "past"])
def test_f01_throttling_is_waited_out(fetch: Fetch, options: dict[str, Any], kind: str) -> None:
    switch_on(fetch, "F01", kind=kind, seconds=90, count=2, after=1)
    assert fetch.numbers("accela", WEEK, **options) == NUMBERS


@pytest.mark.parametrize("options", [{}, REPORT])
def test_f02_a_bad_gateway_while_paging_is_asked_again_and_not_for_ever(fetch: Fetch, options: dict[str, Any]) -> None:
    switch_on(fetch, "F02", status=502, after=2, on="any")
    assert fetch.numbers("accela", WEEK, **options) == NUMBERS
    switch_on(fetch, "F02", count="forever", on="rows")
    with pytest.raises(SourceUnavailable, match="HTTP 503, 6 times in a row"):
        fetch.rows("accela", WEEK, **options)


@pytest.mark.parametrize("options", [{}, REPORT])
@pytest.mark.parametrize("on", ["metadata", "rows"])
def test_f04_an_error_in_place_of_a_page_is_no_empty_window(fetch: Fetch, options: dict[str, Any], on: str) -> None:
    switch_on(fetch, "F04", on=on)
    with pytest.raises((SourceChanged, SourceUnavailable)):
        fetch.rows("accela", WEEK, **options)


@pytest.mark.parametrize("options", [{}, REPORT])
@pytest.mark.parametrize("kind", ["block", "captcha", "login"])
@pytest.mark.parametrize("code", [200, 403])
def test_f05_a_wall_stops_us(fetch: Fetch, options: dict[str, Any], kind: str, code: int) -> None:
    switch_on(fetch, "F05", on="rows", kind=kind, status=code)
    with pytest.raises(SourceRefused):
        fetch.rows("accela", WEEK, **options)


def test_f07_a_page_that_lacks_a_row_is_read_again(fetch: Fetch) -> None:
    switch_on(fetch, "F07", rows=0, after=3)
    assert fetch.numbers("accela", WEEK) == NUMBERS
    assert len(fetch.events.named("fetch.window_moved")) == 1


@pytest.mark.parametrize("cap", [2, 3])
def test_f08_other_pages_lose_nothing(fetch: Fetch, cap: int) -> None:
    switch_on(fetch, "F08", cap=cap)
    assert fetch.numbers("accela", WEEK) == NUMBERS


def test_f09_a_shuffled_list_is_not_taken_for_whole(fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site(fetch), "counted", 100)
    switch_on(fetch, "F09")
    with pytest.raises(WindowMoved, match=r"12 received, \d+ different"):
        fetch.rows("accela", WEEK)


@pytest.mark.parametrize("kind", ["insert", "delete"])
@pytest.mark.parametrize("where", ["served", "ahead"])
def test_f10_a_change_while_paging_is_read_again(
    fetch: Fetch, kind: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site(fetch), "counted", 100)
    switch_on(fetch, "F10", kind=kind, where=where, after=4)
    assert fetch.numbers("accela", WEEK) == sorted(site(fetch).table.rows["permit"])


@pytest.mark.parametrize(
    ("options", "change"),
    [({}, {"kind": "drop"}), ({}, {"kind": "rename", "to": "permits"}), (REPORT, {"kind": "drop"})],
)
def test_f12_a_column_that_is_gone_is_named(fetch: Fetch, options: dict[str, Any], change: dict[str, str]) -> None:
    switch_on(fetch, "F12", column="permit", **change)
    with pytest.raises(SourceChanged, match="column permit is gone"):
        fetch.rows("accela", WEEK, **options)
