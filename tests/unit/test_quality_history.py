"""What a run is compared with, and what is found when it differs."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from permit_leads.page import Window
from permit_leads.permit import FIELDS, PERMIT_SCHEMA, REJECTION_SCHEMA
from permit_leads.quality import ContactFilter, Finding, Observation, PageView, Profile, as_json, from_json
from permit_leads.quality.calendar import is_office_day, office_days
from permit_leads.quality.freshness import check_freshness
from permit_leads.quality.history import History
from permit_leads.quality.jurisdiction import check_jurisdiction
from permit_leads.quality.overlap import (
    check_change,
    check_overlap,
    check_pages,
    check_repeats,
    check_round_count,
)
from permit_leads.quality.profile import profile_page
from permit_leads.quality.shares import check_shares
from permit_leads.quality.volume import check_volume
from permit_leads.quality.words import check_places, check_words
from tests.unit.test_quality import codes, dataset

TODAY = date(2026, 10, 21)  # a Wednesday without a holiday near
WEEKS = Window(TODAY - timedelta(days=14), TODAY)
PAST_RUN_DAYS = [TODAY - timedelta(days=offset) for offset in (1, 2, 5, 6, 7)]


def daily(usual: int = 200) -> dict[date, int]:
    """Half a year of office days around a usual number, seeded."""
    noise = random.Random(5)
    days = office_days(TODAY - timedelta(days=190), TODAY - timedelta(days=1))
    return {day: round(usual * noise.uniform(0.85, 1.15)) for day in days}


def profile(run_day: date = TODAY, days: dict[date, int] | None = None, **changes: Any) -> Profile:
    """A run over two weeks that saw every day whole but its own."""
    counts = daily() if days is None else days
    seen = {day: count for day, count in counts.items() if run_day - timedelta(days=14) <= day < run_day}
    given: dict[str, Any] = {"rows": 2000, "permits": 2000, "days": Counter(seen), "span_days": 15}
    return Profile(run_day=run_day, **(given | changes))


def history(**changes: Any) -> History:
    return History([profile(day, **changes) for day in PAST_RUN_DAYS], daily())


def volume(days: dict[date, int]) -> list[Finding]:
    known = {day: count for day, count in daily().items() if day < TODAY - timedelta(days=1)}
    past = [profile(day) for day in PAST_RUN_DAYS]
    return check_volume(dataset(), profile(days=days), History(past, known), TODAY)


YESTERDAY = TODAY - timedelta(days=1)


def test_a_usual_day_is_no_finding() -> None:
    assert volume(daily()) == []


@pytest.mark.parametrize("count", [0, 12, 60])
def test_a_day_far_below_its_weekdays_band_is_said_the_next_morning(count: int) -> None:
    (finding,) = volume({**daily(), YESTERDAY: count})
    assert (finding.code, finding.severity) == ("volume_low", "warning")
    assert f"{count or 'no'} permits for Tuesday 2026-10-20" in finding.message


def test_a_flood_is_held_back_and_a_busy_day_is_not() -> None:
    assert codes(volume({**daily(), YESTERDAY: 2500})) == [("volume_high", "failure")]
    assert codes(volume({**daily(), YESTERDAY: 900})) == [("volume_high", "warning")]
    assert volume({**daily(), YESTERDAY: 380}) == []


def test_a_publisher_that_always_is_a_day_late_is_not_asked_too_early() -> None:
    late = [
        profile(day, days={one: n for one, n in daily().items() if one < day - timedelta(days=3)})
        for day in PAST_RUN_DAYS
    ]
    now = {day: count for day, count in daily().items() if day < TODAY - timedelta(days=3)}
    assert check_volume(dataset(), profile(days=now), History(late, daily()), TODAY) == []


def test_a_holiday_without_permits_is_right() -> None:
    assert not is_office_day(date(2026, 11, 26))
    assert not is_office_day(date(2026, 7, 3))  # 4 July 2026 is a Saturday
    assert is_office_day(TODAY)


def test_a_small_publisher_is_judged_by_its_week() -> None:
    small = daily(5)
    silent = {day: 0 if day >= TODAY - timedelta(days=8) else count for day, count in small.items()}
    past = History([profile(day, days=small) for day in PAST_RUN_DAYS], small)
    assert codes(check_volume(dataset(), profile(days=silent), past, TODAY)) == [("volume_low", "warning")]
    assert check_volume(dataset(), profile(days=small), past, TODAY) == []


def test_staleness_follows_the_longest_pause_so_far() -> None:
    rare = {TODAY - timedelta(days=7 * at): 3 for at in range(1, 27)}
    newest = TODAY - timedelta(days=7)
    assert check_freshness(dataset(freshness_hours=72), newest, TODAY, History(daily=rare)) == []
    assert codes(check_freshness(dataset(freshness_hours=72), newest, TODAY, History(daily=daily()))) == [
        ("stale", "warning")
    ]


def filled(**shares: int) -> dict[str, Any]:
    counts = {"description": 1900, "status_current": 2000} | shares
    return {"filled": Counter(counts), "distinct": Counter({"description": min(1800, counts["description"])})}


def test_a_field_that_loses_its_values_is_found_in_proportion() -> None:
    past = history(**filled())
    assert check_shares(dataset(), profile(**filled()), past) == []
    assert codes(check_shares(dataset(), profile(**filled(description=1600)), past)) == [("null_share", "warning")]
    assert codes(check_shares(dataset(), profile(**filled(description=0)), past)) == [("null_share", "failure")]


def test_values_that_cannot_be_read_any_more_are_found() -> None:
    past = history(**filled())
    some = profile(**filled(), refused=Counter({"est_project_cost": 300}))
    assert codes(check_shares(dataset(), some, past)) == [("values_refused", "warning")]
    known = history(**filled(est_project_cost=1500))
    most = profile(**filled(est_project_cost=100), refused=Counter({"est_project_cost": 1400}))
    assert ("values_refused", "failure") in codes(check_shares(dataset(), most, known))


def test_a_column_filled_by_rote_is_found() -> None:
    by_rote = filled() | {"distinct": Counter({"description": 2})}
    assert codes(check_shares(dataset(), profile(**by_rote), history(**filled()))) == [("values_collapsed", "failure")]


def dated(span_days: int | None, distinct: int) -> dict[str, Any]:
    counts = Counter({"issued_date": 2000})
    return {"filled": counts, "distinct": Counter({"issued_date": distinct}), "span_days": span_days}


def test_a_window_of_few_days_has_few_days_in_it() -> None:
    past = history(**dated(None, 700))
    assert check_shares(dataset(), profile(**dated(15, 14)), past) == []
    assert codes(check_shares(dataset(), profile(**dated(15, 1)), past)) == [("values_collapsed", "failure")]


def worded(**words: int) -> dict[str, Any]:
    return {"words": {"status_current": words}}


def test_unknown_words_are_found_by_their_share_and_declared_ones_are_known() -> None:
    past = history(**worded(Active=1500, Final=500))
    few, many = profile(**worded(Active=1950, PENDING=50)), profile(**worded(Active=1000, PENDING=1000))
    assert codes(check_words(dataset(), few, past)) == [("new_words", "warning")]
    assert ("new_words", "failure") in codes(check_words(dataset(), many, past))
    declared = dataset(values={"StatusCurrentMapped": {"Pending": "In Review"}})
    assert check_words(declared, few, past) == []
    assert check_words(dataset(), profile(**worded(Active=1400, Final=600)), past) == []


def test_words_that_change_places_are_found() -> None:
    past = history(**worded(Active=1500, Final=500))
    assert codes(check_words(dataset(), profile(**worded(Final=1900, Active=100)), past)) == [
        ("words_shifted", "warning")
    ]


def test_rows_of_another_place_are_found_with_and_without_history() -> None:
    past = history(words={"original_city": {"ELM": 2000}})
    assert codes(check_places(dataset(), profile(words={"original_city": {"ELM": 1990, "OAK": 10}}), past)) == []
    mixed = profile(words={"original_city": {"ELM": 1000, "PARIS": 1000}})
    assert codes(check_places(dataset(), mixed, past)) == [("wrong_place", "failure")]
    abroad = profile(words={"original_state": {"TX": 1000, "OK": 1000}})
    assert codes(check_places(dataset(), abroad, History())) == [("wrong_place", "failure")]


def test_known_permits_that_do_not_come_are_missed() -> None:
    stored = sum(count for day, count in daily().items() if day >= TODAY - timedelta(days=14))
    assert check_overlap(dataset(), profile(known=stored), history(), WEEKS) == []
    assert codes(check_overlap(dataset(), profile(known=stored - 100), history(), WEEKS)) == [
        ("rows_missing", "warning")
    ]
    assert codes(check_overlap(dataset(), profile(known=stored // 2), history(), WEEKS)) == [
        ("rows_missing", "failure")
    ]


def test_a_whole_list_that_is_shorter_than_ever_is_missed() -> None:
    whole = dataset(date_column=None)
    past = history(span_days=None)
    assert check_overlap(whole, profile(span_days=None, permits=1990), past, Window(None, None)) == []
    cut = profile(span_days=None, permits=1000)
    assert codes(check_overlap(whole, cut, past, Window(None, None))) == [("rows_missing", "failure")]


def test_repeats_pages_rewrites_and_round_numbers_are_found() -> None:
    past = history(known=1800, changed=90)
    assert codes(check_repeats(dataset(), profile(repeats=300), past)) == [("duplicate_keys", "warning")]
    assert codes(check_repeats(dataset(), profile(repeats=900), past)) == [("duplicate_keys", "failure")]
    assert codes(check_repeats(dataset(), profile(repeats=900), history(repeats=900))) == []
    assert codes(check_pages(["a", "b", "a"])) == [("duplicate_page", "failure")]
    assert codes(check_change(profile(known=1800, changed=1500), past)) == [("mass_change", "failure")]
    assert codes(check_change(profile(known=1800, changed=200), past)) == []
    assert codes(check_round_count(profile(rows=1000), None, past)) == [("round_count", "warning")]
    assert check_round_count(profile(rows=1000), 1000, past) == []


def permits(count: int, **values: object) -> pl.DataFrame:
    columns = {name: [values.get(name)] * count for name in PERMIT_SCHEMA}
    return pl.DataFrame(columns, schema=PERMIT_SCHEMA)


def test_a_contact_that_names_nobody_is_blanked_to_the_end_of_the_run() -> None:
    contacts = ContactFilter(dataset())
    cleaned, findings = contacts.clean(permits(60, contractor_phone="555"))
    assert cleaned["contractor_phone"].null_count() == 60
    assert codes(findings) == [("fake_contact", "warning")]
    assert contacts.clean(permits(3, contractor_phone="555"))[0]["contractor_phone"].null_count() == 3
    assert contacts.clean(permits(3, contractor_company_name="Elm Roofing"))[1] == []


def test_a_fake_contact_stays_fake_in_a_run_too_small_to_tell_until_it_names_many() -> None:
    contacts = ContactFilter(dataset(), known=["contractor_phone"])
    assert contacts.clean(permits(3, contractor_phone="555"))[0]["contractor_phone"].null_count() == 3
    numbers = pl.Series("contractor_phone", [f"555-{at:04}" for at in range(60)])
    assert contacts.clean(permits(60).with_columns(numbers))[0]["contractor_phone"].null_count() == 0
    assert contacts.fake == frozenset()


def test_a_profile_survives_json_and_holds_no_contact() -> None:
    frame = permits(3, status_current="Active", issued_date=TODAY, owner_name="Ann Oak", original_zip="78701")
    page = profile_page(["A"], 3, frame, pl.DataFrame(schema=REJECTION_SCHEMA))
    kept = as_json(page)
    assert from_json(kept) == page
    assert "Ann Oak" not in str(kept)
    assert page.words["status_current"] == {"Active": 3}
    assert page.words["zip_area"] == {"787": 3}
    assert set(page.filled) <= {field.name for field in FIELDS}


def test_a_permit_on_two_pages_is_a_repeat() -> None:
    seen = Observation()
    page = PageView(Profile(rows=2, permits=2), pl.Series(["a", "b"]), pl.Series(["a"]), 1, 0, pl.Series(["x", "y"]))
    seen.add("one", page)
    seen.add("two", page)
    closed = seen.close()
    assert (closed.rows, closed.repeats, closed.known, closed.changed) == (4, 2, 1, 2)


OURS = {
    "evidence": "its own portal",
    "read_on": date(2026, 11, 1),
    "cities": ["ELM"],
    "counties": ["48453"],
    "bounding_box": [-98.2, 30.0, -97.3, 30.7],
}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ({"original_city": {"ELM": 96, "Elm ": 1, "OAK": 3}}, []),
        ({"original_city": {"ELM": 90, "OAK": 10}}, [("wrong_jurisdiction", "warning")]),
        ({"original_city": {"ELM": 10, "OAK": 90}}, [("wrong_jurisdiction", "failure")]),
        ({"county_fips": {"48453": 10, "48201": 90}}, [("wrong_jurisdiction", "failure")]),
        ({"square": {"30,-98": 90, "31,-97": 10}}, []),
        ({"square": {"30,-98": 10, "30,-95": 90}}, [("wrong_jurisdiction", "failure")]),
        ({"original_city": {"OAK": 4}}, []),
        ({"original_city": None, "square": {}}, []),
    ],
)
def test_rows_outside_of_the_declared_jurisdiction_are_told_at_once(words: Any, found: list[tuple[str, str]]) -> None:
    seen = check_jurisdiction(dataset(jurisdiction=OURS), profile(words=words))
    assert codes(seen) == found
    assert all("OAK" in one.message or "48201" in one.message or "30,-95" in one.message for one in seen)


def test_a_dataset_that_declares_no_jurisdiction_is_not_asked() -> None:
    assert check_jurisdiction(dataset(), profile(words={"original_city": {"OAK": 90}})) == []


def test_a_declared_band_stands_in_until_history_has_taught_one() -> None:
    declared = dataset(volume={"low": 50, "high": 400, "source": "a count", "read_on": date(2026, 11, 1)})
    days = dict.fromkeys(office_days(TODAY - timedelta(days=14), TODAY - timedelta(days=1)), 5)
    assert codes(check_volume(declared, profile(days=days), History([], {}), TODAY))[:1] == [("volume_low", "warning")]
    assert check_volume(dataset(), profile(days=days), History([], {}), TODAY) == []
    flood = dict.fromkeys(days, 5000)
    assert ("volume_high", "failure") in codes(check_volume(declared, profile(days=flood), History([], {}), TODAY))
