"""New permits by themselves, and the keys and days of whole lists."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import polars as pl

from permit_leads.page import Window
from permit_leads.permit import PERMIT_SCHEMA
from permit_leads.quality import Profile, as_json, from_json, profile_new
from permit_leads.quality.fresh import check_fresh
from permit_leads.quality.history import History
from permit_leads.quality.overlap import check_growth, check_overlap
from tests.unit.test_quality import codes, dataset

TODAY = date(2026, 10, 21)
EVERYTHING = Window(None, None)


def new(permits: int = 20, **filled: int) -> Profile:
    """So many new permits, of which so many have a value; values differ from permit to permit."""
    return Profile(permits=permits, filled=Counter(filled), distinct=Counter(filled))


def after(*fresh: Profile, before: int = 12, usual: Profile | None = None) -> tuple[Profile, History]:
    """Today's run with the first of these as its new permits, the others the runs before it, then usual ones."""
    past = [*fresh[1:], *[usual or new(description=20, est_project_cost=4)] * before]
    return Profile(permits=300, fresh=fresh[0]), History([Profile(permits=300, rows=300, fresh=one) for one in past])


def test_new_permits_like_those_before_are_no_finding() -> None:
    assert check_fresh(dataset(), *after(new(description=19, est_project_cost=2))) == []


def test_a_column_that_is_empty_on_all_new_permits_is_said_the_same_morning() -> None:
    (finding,) = check_fresh(dataset(), *after(new(est_project_cost=4)))
    assert (finding.code, finding.severity) == ("null_share", "failure")
    assert "description is filled on 0% of the 20 newest permits" in finding.message


def test_a_rarely_filled_column_is_said_when_enough_mornings_are_together() -> None:
    empty = new(description=20)
    assert check_fresh(dataset(), *after(empty, empty)) == []
    assert codes(check_fresh(dataset(), *after(empty, empty, empty, empty))) == [("null_share", "warning")]


def test_a_column_that_jumps_from_day_to_day_by_itself_is_left_alone() -> None:
    profile, _ = after(new(description=20))
    days = [new(description=20, est_project_cost=20 if at % 4 == 0 else 0) for at in range(12)]
    past = History([Profile(permits=300, rows=300, fresh=one) for one in days])
    assert check_fresh(dataset(), profile, past) == []


def test_new_permits_that_all_say_the_same_are_said() -> None:
    rote = Profile(permits=20, filled=Counter(description=20), distinct=Counter(description=2))
    profile, past = after(rote, usual=new(description=20))
    assert codes(check_fresh(dataset(), profile, past)) == [("values_collapsed", "warning")]


def test_new_permits_of_another_city_are_held_back() -> None:
    there = new(description=20, est_project_cost=4)
    there.words = {"original_city": {"SPRINGFIELD": 16}}
    profile, past = after(there)
    for run in past.runs:
        run.words = {"original_city": {"AUSTIN": 300}}
    assert codes(check_fresh(dataset(), profile, past)) == [("wrong_place", "failure")]


def test_new_permits_are_remembered_with_the_run() -> None:
    permits = pl.DataFrame({"permit_num": ["1"], "original_city": ["ELM"]}, schema_overrides=PERMIT_SCHEMA)
    missing = [pl.lit(None, kind).alias(name) for name, kind in PERMIT_SCHEMA.items() if name not in permits.columns]
    fresh = profile_new(permits.with_columns(missing))
    kept = from_json(as_json(Profile(permits=3, fresh=fresh)))
    assert kept.fresh is not None
    assert (kept.fresh.permits, kept.fresh.filled["original_city"]) == (1, 1)
    assert kept.fresh.words["original_city"] == {"ELM": 1}
    assert from_json({}).fresh is None


def test_keys_that_fall_together_among_new_rows_are_said() -> None:
    profile, past = after(new(6))
    profile.rows, profile.repeats = 300, 10
    assert codes(check_growth(dataset(), profile, past)) == [("duplicate_keys", "warning")]
    for run in past.runs:
        run.repeats = 8
    assert check_growth(dataset(), profile, past) == []


def test_a_whole_list_under_new_numbers_is_held_back() -> None:
    past = History([Profile(rows=1300, permits=1300, known=1280)] * 3)
    assert codes(check_overlap(dataset(), Profile(permits=1303, known=0), past, EVERYTHING)) == [
        ("keys_changed", "failure")
    ]
    assert check_overlap(dataset(), Profile(permits=1303, known=1290), past, EVERYTHING) == []


def test_days_that_went_missing_from_a_whole_list_are_said_and_what_rolls_off_is_not() -> None:
    days = Counter({TODAY - timedelta(days=at): 10 for at in range(1, 40)})
    past = History([Profile(rows=390, permits=390, known=380, days=days)])
    short = Counter({day: count for day, count in days.items() if day < TODAY - timedelta(days=4)})
    later = Counter({day: count for day, count in days.items() if day > TODAY - timedelta(days=20)})
    found = check_overlap(dataset(), Profile(run_day=TODAY, permits=385, known=385, days=short), past, EVERYTHING)
    assert codes(found) == [("rows_missing", "warning")]
    assert "40 permits issued since 2026-09-21" in found[0].message
    assert check_overlap(dataset(), Profile(run_day=TODAY, permits=385, known=385, days=later), past, EVERYTHING) == []


def test_new_permits_outside_the_declared_jurisdiction_are_held_back() -> None:
    elm = dataset(jurisdiction={"evidence": "the layer's name", "read_on": date(2026, 11, 25), "cities": ["AUSTIN"]})
    there = new(description=20, est_project_cost=4)
    there.words = {"original_city": {"SPRINGFIELD": 6, "AUSTIN": 10}}
    assert codes(check_fresh(elm, *after(there))) == [("wrong_jurisdiction", "failure")]


def test_a_city_that_the_source_file_says_itself_proves_nothing() -> None:
    declared = {"evidence": "the layer's name", "read_on": date(2026, 11, 25), "cities": ["AUSTIN"]}
    elm = dataset(jurisdiction=declared, constants={"OriginalCity": "AUSTIN"})
    there = new(description=20, est_project_cost=4)
    there.words = {"original_city": {"SPRINGFIELD": 16}}
    assert "wrong_jurisdiction" not in [code for code, _ in codes(check_fresh(elm, *after(there)))]
