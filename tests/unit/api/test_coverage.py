"""Fresh, stale, unknown, disabled; covered, stale, not covered: words that must not be mixed up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadledger.leads.coverage import Snapshot, cover, find_stale_since, judge_freshness, list_counties
from leadledger.leads.filters import LeadFilter

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def dataset(dataset_id: str = "austin", county_fips: str | None = "48453", **changes: Any) -> dict[str, Any]:
    row = {
        "dataset_id": dataset_id,
        "publisher": dataset_id.title(),
        "county_fips": county_fips,
        "is_enabled": True,
        "disabled_reason": None,
        "freshness_hours": 72,
        "last_success": NOW - timedelta(hours=2),
        "newest_issued_date": NOW.date() - timedelta(days=1),
        "simulated_note": None,
        **changes,
    }
    freshness, reason = judge_freshness(row, NOW)
    stale_since = find_stale_since(row, NOW)
    return {**row, "freshness": freshness, "freshness_reason": reason, "stale_since": stale_since}


def snapshot(*datasets: dict[str, Any], **counties: frozenset[str]) -> Snapshot:
    return Snapshot(NOW, datasets, counties)


def no_zips() -> frozenset[str]:
    raise AssertionError("nobody asked for ZIPs")


def test_recent_run_with_recent_permits_is_fresh() -> None:
    assert judge_freshness(dataset(), NOW) == ("fresh", None)


@pytest.mark.parametrize(
    ("changes", "freshness", "says"),
    [
        ({"last_success": NOW - timedelta(hours=73)}, "stale", "older than 72 hours"),
        ({"newest_issued_date": NOW.date() - timedelta(days=11)}, "stale", "2026-11-12"),
        ({"last_success": None}, "unknown", "no run has succeeded"),
        ({"newest_issued_date": None}, "unknown", "no permit carries a day"),
        ({"is_enabled": False, "disabled_reason": "no public feed"}, "disabled", "no public feed"),
        ({"is_enabled": False}, "disabled", "not fetched"),
    ],
)
def test_what_is_not_fresh_says_why(changes: dict[str, Any], freshness: str, says: str) -> None:
    judged, reason = judge_freshness(dataset(**changes), NOW)
    assert judged == freshness
    assert says in (reason or "")


def test_feed_that_answers_but_stands_still_is_stale() -> None:
    frozen = dataset(last_success=NOW, newest_issued_date=NOW.date() - timedelta(days=60))
    assert frozen["freshness"] == "stale"


def test_place_of_a_fresh_dataset_is_covered() -> None:
    covered = cover(snapshot(dataset()), LeadFilter(county=["48453"]), None, is_found=False)
    assert covered["state"] == "covered"


def test_county_that_permits_reach_into_is_covered() -> None:
    seen = snapshot(dataset(), austin=frozenset({"48491"}))
    assert cover(seen, LeadFilter(county=["48491"]), None, is_found=False)["state"] == "covered"


def test_place_nobody_publishes_for_is_not_covered() -> None:
    assert cover(snapshot(dataset()), LeadFilter(county=["17031"]), None, is_found=False) == {
        "verdict": "not_covered",
        "state": "not_covered",
        "sample_note": None,
        "datasets": [],
    }


def test_place_whose_dataset_never_ran_is_not_covered() -> None:
    assert cover(snapshot(dataset(last_success=None)), LeadFilter(), None, is_found=False)["state"] == "not_covered"


def test_place_of_only_stale_datasets_is_stale() -> None:
    old = dataset(last_success=NOW - timedelta(days=30))
    assert cover(snapshot(old), LeadFilter(county=["48453"]), None, is_found=False)["state"] == "stale"


def test_one_fresh_dataset_of_several_covers() -> None:
    old = dataset("old", last_success=NOW - timedelta(days=30))
    covered = cover(snapshot(old, dataset()), LeadFilter(), None, is_found=False)
    assert covered["state"] == "covered"
    assert [one["dataset_id"] for one in covered["datasets"]] == ["old", "austin"]


def test_zip_is_covered_where_leads_were_seen() -> None:
    seen = snapshot(dataset(), dataset("chicago", "17031"))
    covered = cover(seen, LeadFilter(zip=["60601"]), frozenset({"chicago"}), is_found=False)
    assert [one["dataset_id"] for one in covered["datasets"]] == ["chicago"]


def test_counties_are_those_of_loaded_datasets() -> None:
    seen = snapshot(dataset(), dataset("never", "17031", last_success=None), austin=frozenset({"48491", "48453"}))
    assert list_counties(seen) == [
        {"county_fips": "48453", "name": "Travis County", "state": "TX"},
        {"county_fips": "48491", "name": "Williamson County", "state": "TX"},
    ]


def test_a_held_delivery_makes_the_source_stale_in_plain_words() -> None:
    row = dataset(last_success=NOW, held_at=NOW, held_codes=["rows_missing", "null_share", "rows_missing"])
    judged, reason = judge_freshness(row, NOW)
    assert judged == "stale"
    assert "held back until a person has looked at it" in str(reason)
    assert "it lacks permits that were there before and a column has lost its values" in str(reason)
    assert find_stale_since(row, NOW) == NOW
    assert find_stale_since(dataset(), NOW) is None
