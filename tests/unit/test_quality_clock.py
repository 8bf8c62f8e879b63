"""Plain days at 00:00 UTC that a source file takes for instants of its own zone: each would be the day before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from permit_leads.normalize import normalize
from permit_leads.quality import check_clock
from permit_leads.registry import Dataset, load_registry

REGISTRY = load_registry()
PORTLAND = REGISTRY["portland_permits"]
PACIFIC = ZoneInfo("America/Los_Angeles")


def page(first: datetime, count: int = 40) -> pl.DataFrame:
    """A row a day from an instant on; the first has no day."""
    days = [str(int((first + timedelta(days=at)).timestamp() * 1000)) for at in range(count)]
    numbers = [str(at) for at in range(count + 1)]
    return pl.DataFrame({"FOLDERNUMB": numbers, "PROP_ADDRE": numbers, "ISSUEDATE": [None, *days]})


def dataset(zone: str) -> Dataset:
    return PORTLAND.model_copy(update={"date_zone": zone})


def test_plain_days_hold_the_batch_back_and_say_what_to_do() -> None:
    rows = page(datetime(2026, 6, 1, tzinfo=UTC))
    (finding,) = check_clock(PORTLAND, rows)
    assert (finding.code, finding.severity) == ("plain_days", "failure")
    assert "ISSUEDATE" in finding.message
    assert 'date_zone = "+00:00"' in finding.message
    issued = (
        normalize(PORTLAND, rows, "", datetime(2026, 11, 23, tzinfo=UTC).date()).permits["issued_date"].drop_nulls()
    )
    assert issued[0] == datetime(2026, 5, 31, tzinfo=UTC).date(), "what would have been stored"


@pytest.mark.parametrize("zone", ["+00:00", "UTC"])
def test_plain_days_read_as_such_are_right(zone: str) -> None:
    assert check_clock(dataset(zone), page(datetime(2026, 6, 1, tzinfo=UTC))) == []


def test_midnights_of_the_own_zone_are_right_across_daylight_saving() -> None:
    assert check_clock(PORTLAND, page(datetime(2026, 2, 20, tzinfo=PACIFIC))) == []
    assert check_clock(PORTLAND, page(datetime(2026, 6, 1, 14, 17, 13, tzinfo=PACIFIC))) == []


def test_a_few_rows_prove_nothing() -> None:
    assert check_clock(PORTLAND, page(datetime(2026, 6, 1, tzinfo=UTC), count=19)) == []


def test_days_that_are_no_milliseconds_are_not_looked_at() -> None:
    detroit = REGISTRY["detroit_building_permits"]
    assert check_clock(detroit, pl.DataFrame({"issued_date": ["2026-06-01"] * 40})) == []
    assert check_clock(PORTLAND, pl.DataFrame({"ISSUEDATE": ["n/a"] * 40})) == []
    assert check_clock(PORTLAND, pl.DataFrame({"FOLDERNUMB": ["1"] * 40})) == []
