"""What operators type as --since and --until, read against a fixed now."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permit_leads.errors import UsageError
from permit_leads.page import Window
from permit_leads.window import Instants, describe, local_window, resolve

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)  # Monday 12:30 in Chicago


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", "2026-11-23T18:00:00"),
        ("24h", "2026-11-22T18:30:00"),
        ("7d", "2026-11-16T18:30:00"),
        ("2w", "2026-11-09T18:30:00"),
        ("2024-01-15", "2024-01-15T06:00:00"),
        ("2024-07-15", "2024-07-15T05:00:00"),
        ("2024-01-15 00:00:00", "2024-01-15T06:00:00"),
        ("2024-01-15T08:15", "2024-01-15T14:15:00"),
        ("2024-01-15T00:00:00Z", "2024-01-15T00:00:00"),
        ("2024-01-15T00:00:00-08:00", "2024-01-15T08:00:00"),
        ("2024-01-15 00:00:00+0130", "2024-01-14T22:30:00"),
        ("2024-01-15T00:00:00.25Z", "2024-01-15T00:00:00.250000"),
    ],
)
def test_since_is_read_in_every_form(text: str, expected: str) -> None:
    assert resolve(text, None, NOW) == Instants(utc(expected), NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-16", "2024-01-17T05:59:59.999999"),
        ("2024-01-15 23:59:59", "2024-01-16T05:59:59.999999"),
        ("2024-01-15 23:59", "2024-01-16T05:59:59.999999"),
        ("2024-01-15T23:59:59Z", "2024-01-15T23:59:59.999999"),
        ("24h", "2026-11-22T18:30:00"),
    ],
)
def test_until_includes_the_last_unit_written(text: str, expected: str) -> None:
    assert resolve("2024-01-15", text, NOW).until == utc(expected)


def test_one_and_the_same_day_is_a_window_of_one_day() -> None:
    instants = resolve("2024-01-15", "2024-01-15", NOW)
    assert local_window(instants.since, instants.until, "America/Chicago") == Window(
        date(2024, 1, 15), date(2024, 1, 15)
    )


def test_today_may_be_the_last_day_though_it_is_not_over() -> None:
    assert resolve("2026-11-23", "2026-11-23", NOW).until == utc("2026-11-24T05:59:59.999999")


def test_skipped_hour_widens_the_window() -> None:
    instants = resolve("2024-03-10 02:30:00", "2024-03-10 02:30:00", NOW)
    assert instants == Instants(utc("2024-03-10T07:30:00"), utc("2024-03-10T08:30:00.999999"))


def test_repeated_hour_widens_the_window() -> None:
    instants = resolve("2024-11-03 01:30:00", "2024-11-03 01:30:00", NOW)
    assert instants == Instants(utc("2024-11-03T06:30:00"), utc("2024-11-03T07:30:00.999999"))


@pytest.mark.parametrize(
    "text",
    ["yesterdayy", "0h", "00d", "-5h", "", " 24h", "24", "24 h", "1.5d", "24H", "nan", "2024-02-30", "2024-13-01",
     "2024-1-5", "20240115", "01/15/2024", "2024-01-15 25:00", "2024-01-15T00:00:00+99:00", "0001-01-01", "9999-12-31",
     "99999999999999999999w", "3000w0d", "٢٤h", "2024-01-15T00:00:00.1234567"],
)  # fmt: skip
def test_unreadable_since_names_what_was_seen_and_two_examples(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(text, None, NOW)
    message = str(caught.value)
    assert message.startswith(f"--since {text!r}")
    assert "--since 24h" in message
    assert "--since 2024-01-15" in message


def test_reversed_window_is_refused() -> None:
    with pytest.raises(UsageError, match="comes after --until"):
        resolve("2024-01-17", "2024-01-16", NOW)


def test_window_that_begins_in_the_future_is_refused() -> None:
    with pytest.raises(UsageError, match="lies in the future"):
        resolve("2026-11-24", None, NOW)


def test_until_alone_is_refused() -> None:
    with pytest.raises(UsageError, match="needs a --since"):
        resolve(None, "2024-01-16", NOW)


def test_nothing_asked_is_nothing_bound() -> None:
    instants = resolve(None, None, NOW)
    assert instants == Instants(None, None)
    assert describe(instants) == {}
    assert local_window(instants.since, instants.until, "America/Chicago") == Window(None, None)


@pytest.mark.parametrize(
    ("zone", "since", "until"),
    [
        ("America/Chicago", date(2024, 1, 15), date(2024, 1, 16)),
        ("America/New_York", date(2024, 1, 15), date(2024, 1, 17)),
        ("America/Los_Angeles", date(2024, 1, 14), date(2024, 1, 16)),
    ],
)
def test_each_publisher_gets_the_days_of_its_own_zone_that_the_window_touches(
    zone: str, since: date, until: date
) -> None:
    instants = resolve("2024-01-15", "2024-01-16", NOW)
    assert local_window(instants.since, instants.until, zone) == Window(since, until)


def test_window_is_described_on_both_clocks() -> None:
    assert describe(resolve("2024-01-15 00:00:00", "2024-01-15 23:59:59", NOW)) == {
        "since_utc": "2024-01-15T06:00:00Z",
        "since_chicago": "2024-01-15 00:00:00 CST",
        "until_utc": "2024-01-16T05:59:59Z",
        "until_chicago": "2024-01-15 23:59:59 CST",
    }


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_gives_a_window_or_a_usage_error(since: str, until: str) -> None:
    try:
        instants = resolve(since, until, NOW)
    except UsageError:
        return
    assert instants.since is not None
    assert instants.until is not None
    assert instants.since <= instants.until
