"""How long to wait, and for what."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from permit_leads.fetch.retry import backoff_seconds, is_retried, retry_after_seconds

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


@pytest.mark.parametrize("value", ["-1", "1.5", "in a while", "", None, "12 s", "١٢", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_unusable_retry_after_is_ignored(value: str | None) -> None:
    assert retry_after_seconds(value, None, NOW) is None


def test_seconds_are_taken_as_they_are() -> None:
    assert retry_after_seconds(" 120 ", None, NOW) == 120


@pytest.mark.parametrize("value", ["901", "99999999999999999999", http_date(NOW + timedelta(days=3))])
def test_no_wait_is_longer_than_fifteen_minutes(value: str) -> None:
    assert retry_after_seconds(value, None, NOW) == 900


def test_a_date_is_compared_with_the_date_of_the_response() -> None:
    theirs = NOW + timedelta(hours=5)
    assert retry_after_seconds(http_date(theirs + timedelta(seconds=30)), http_date(theirs), NOW) == 30


def test_a_date_is_compared_with_our_clock_when_the_response_has_none() -> None:
    assert retry_after_seconds(http_date(NOW + timedelta(seconds=30)), None, NOW) == 30


def test_a_date_in_the_past_means_now() -> None:
    assert retry_after_seconds(http_date(NOW - timedelta(hours=1)), http_date(NOW), NOW) == 0


@pytest.mark.parametrize("text", ["Monday, 23-Nov-26 12:00:30 GMT", "Mon Nov 23 12:00:30 2026"])
def test_the_two_obsolete_forms_of_a_date_are_read(text: str) -> None:
    assert retry_after_seconds(text, http_date(NOW), NOW) == 30


@pytest.mark.parametrize("status", [202, 408, 429, 500, 502, 503, 504, 520, 599])
def test_what_may_go_through_later_is_asked_again(status: int) -> None:
    assert is_retried(status)


@pytest.mark.parametrize("status", [200, 204, 301, 304, 400, 401, 403, 404, 410, 451])
def test_what_will_not_change_is_not_asked_again(status: int) -> None:
    assert not is_retried(status)


def test_jitter_is_full_and_bounded() -> None:
    waits = [backoff_seconds(3, random.Random(seed)) for seed in range(200)]
    assert min(waits) < 0.5
    assert 7.5 < max(waits) <= 8.0
    assert all(backoff_seconds(40, random.Random(seed)) <= 60 for seed in range(50))
