"""What quality finds, how grave it is, and what it tells the operator to do."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from permit_leads.page import Window
from permit_leads.quality import Finding, Profile, Seen, business_days, check_columns, check_run
from permit_leads.quality.columns import check_drift
from permit_leads.quality.counts import check_counts, check_empty, check_rejections, check_yield
from permit_leads.quality.freshness import check_freshness
from permit_leads.quality.history import History
from permit_leads.quality.shares import check_odd_dates
from permit_leads.registry import Dataset, FieldRule, Publisher

TODAY = date(2026, 11, 23)  # a Monday


def dataset(**changes: Any) -> Dataset:
    given: dict[str, Any] = {
        "id": "some_county",
        "title": "Permits",
        "protocol": "csv",
        "url": "https://some-county.example/permits.csv",
        "key": ("PERMIT_NO",),
        "date_column": "ISSUEDDATE",
        "fields": {
            "PermitNum": FieldRule(column="PERMIT_NO"),
            "IssuedDate": FieldRule(column="ISSUEDDATE", parse="us_date"),
            "Description": FieldRule(first_of=("WORK", "PURPOSE")),
        },
        "publisher": Publisher(name="Some County", state="TX", time_zone="America/Chicago"),
    }
    return Dataset(**(given | changes))


def codes(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.severity) for finding in findings]


def run(**changes: Any) -> list[Finding]:
    given: dict[str, Any] = {
        "kind": "sync",
        "window": Window(date(2026, 11, 10), TODAY),
        "today": TODAY,
        "record_count": 200,
        "expected_count": 200,
        "fatal_count": 0,
        "permit_count": 200,
        "has_rows_in_window": True,
        "newest_known_date": date(2026, 11, 20),
    }
    return check_run(dataset(), Seen(**(given | changes)))


def test_a_good_run_has_no_findings() -> None:
    assert run() == []
    assert run(expected_count=None) == []


@pytest.mark.parametrize(("received", "words"), [(199, "1 missing"), (203, "3 too many")])
def test_rows_other_than_announced_fail_and_say_the_difference(received: int, words: str) -> None:
    (finding,) = check_counts(received, 200)
    assert (finding.code, finding.severity) == ("count_mismatch", "failure")
    assert words in finding.message


def test_rejections_up_to_the_limit_pass_and_beyond_it_fail() -> None:
    assert check_rejections(dataset(rejection_limit=0.01), 200, 2) == []
    (finding,) = check_rejections(dataset(rejection_limit=0.01), 200, 3)
    assert (finding.code, finding.severity) == ("rejections_over_limit", "failure")
    assert "3 of 200 rows (1.5%)" in finding.message


def test_rows_without_a_single_permit_are_a_failure() -> None:
    (finding,) = check_yield(dataset(), 200, 0)
    assert (finding.code, finding.severity) == ("no_permits_in_rows", "failure")
    assert check_yield(dataset(), 200, 1) == check_yield(dataset(), 0, 0) == []


def test_zero_rows_where_the_store_has_rows_is_a_failure() -> None:
    assert codes(run(record_count=0, expected_count=0))[0] == ("rows_vanished", "failure")


def test_zero_rows_over_many_business_days_is_a_warning_and_over_a_weekend_a_note() -> None:
    long, weekend = Window(date(2026, 11, 9), TODAY), Window(date(2026, 11, 21), date(2026, 11, 22))
    assert codes(check_empty(dataset(), long, TODAY, 0, has_rows_in_window=False)) == [("empty_window", "warning")]
    assert codes(check_empty(dataset(), weekend, TODAY, 0, has_rows_in_window=False)) == [("empty_window", "note")]


def test_days_to_come_do_not_count_as_empty_days() -> None:
    window = Window(TODAY, date(2027, 1, 31))
    assert codes(check_empty(dataset(), window, TODAY, 0, has_rows_in_window=False)) == [("empty_window", "note")]


def test_a_whole_file_without_rows_is_a_broken_feed() -> None:
    whole = check_empty(dataset(date_column=None), Window(None, None), TODAY, 0, has_rows_in_window=False)
    assert codes(whole) == [("empty_dataset", "failure")]


def test_an_empty_archive_is_no_broken_feed() -> None:
    empty = run(kind="replay", record_count=0, expected_count=None, has_rows_in_window=False)
    assert codes(empty) == [("nothing_archived", "note")]
    (finding,) = run(kind="replay", record_count=0, expected_count=None, has_rows_in_window=True)
    assert (finding.code, finding.severity) == ("rows_vanished", "failure")
    assert "ARCHIVE_URL" in finding.message


def test_some_rows_are_never_an_empty_window() -> None:
    assert check_empty(dataset(), Window(None, None), TODAY, 1, has_rows_in_window=False) == []


def test_an_old_newest_date_is_stale_and_a_weekend_is_not() -> None:
    assert check_freshness(dataset(freshness_hours=72), date(2026, 11, 18), TODAY) == []
    (finding,) = check_freshness(dataset(freshness_hours=72), date(2026, 11, 17), TODAY)
    assert (finding.code, finding.severity) == ("stale", "warning")
    assert "2026-11-17, 4 business days ago" in finding.message


def test_a_sync_that_brings_only_old_rows_is_stale_but_a_replay_is_not_asked() -> None:
    old = date(2026, 10, 1)
    assert codes(run(newest_known_date=old, newest_date=old)) == [("stale", "warning")]
    assert run(newest_known_date=old, newest_date=TODAY) == []
    assert run(kind="replay", newest_known_date=old, newest_date=old) == []


def test_one_future_date_is_a_slip_and_many_are_another_meaning() -> None:
    def found(count: int) -> list[Finding]:
        days = Counter({TODAY: 200 - count, date(2027, 1, 2): count})
        return check_odd_dates(dataset(), Profile(permits=200, days=days), History(), TODAY)

    assert codes(found(0)) == []
    assert codes(found(1)) == [("future_dates", "note")]
    assert codes(found(6)) == [("future_dates", "warning")]
    assert codes(found(60)) == [("future_dates", "failure")]
    assert "60 of 200 permits" in found(60)[0].message
    assert "2027-01-02" in found(60)[0].message


def test_a_column_that_is_gone_names_itself_and_the_nearest_new_one() -> None:
    (finding,) = check_columns(dataset(), ["PERMIT_NO", "ISSUED_DT", "WORK"])
    assert (finding.code, finding.severity) == ("column_gone", "failure")
    assert "ISSUEDDATE is gone (nearest new column: ISSUED_DT)" in finding.message


def test_a_column_unlike_any_other_lists_what_is_there() -> None:
    (finding,) = check_columns(dataset(), ["PERMIT_NO", "ISSUEDDATE", "ZZZ"])
    assert "WORK is gone (columns not read so far: ZZZ)" in finding.message


def test_one_of_several_alternatives_is_enough() -> None:
    assert check_columns(dataset(), ["PERMIT_NO", "ISSUEDDATE", "PURPOSE"]) == []


def test_an_alias_stands_for_the_column_it_drifted_from() -> None:
    drifting = dataset(column_aliases={"Permit Number": "PERMIT_NO"})
    assert check_columns(drifting, ["Permit Number", "ISSUEDDATE", "WORK"]) == []


def test_where_nulls_are_left_out_only_key_and_date_are_missed() -> None:
    json = dataset(protocol="socrata")
    assert check_columns(json, ["PERMIT_NO", "ISSUEDDATE"]) == []
    assert codes(check_columns(json, ["PERMIT_NO", "WORK"])) == [("column_gone", "failure")]
    assert check_columns(json, []) == []


def test_a_column_no_run_had_is_a_note_and_one_that_all_had_is_missed() -> None:
    past = History([Profile(columns={"PERMIT_NO", "ISSUEDDATE", "WORK"})])
    new = check_drift(dataset(), Profile(columns={"PERMIT_NO", "ISSUEDDATE", "WORK", "ROOF_AGE"}), past)
    assert codes(new) == [("column_new", "note")]
    assert "ROOF_AGE" in new[0].message
    assert codes(check_drift(dataset(), Profile(columns={"PERMIT_NO", "WORK"}), past)) == [("column_gone", "warning")]
    assert check_drift(dataset(), Profile(columns={"PERMIT_NO"}), History()) == []


def test_business_days_leave_weekends_out() -> None:
    assert business_days(date(2026, 11, 20), date(2026, 11, 23)) == 2
    assert business_days(date(2026, 11, 21), date(2026, 11, 22)) == 0
    assert business_days(date(2026, 11, 1), date(2026, 11, 30)) == 21
    assert business_days(TODAY, date(2026, 11, 1)) == 0
