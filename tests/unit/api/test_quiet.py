"""When somebody may be told, on days with 23 and 25 hours too."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadledger.alerts.quiet import NeverAllowed, Quiet, next_allowed

AUSTIN = ZoneInfo("America/Chicago")
NIGHT = Quiet(time(22), time(6))
LUNCH = Quiet(time(12), time(13))


def local(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=AUSTIN)


@pytest.mark.parametrize(
    ("now", "quiet", "is_text", "expected"),
    [
        (local("2026-11-24", "12:00"), None, True, local("2026-11-24", "12:00")),
        (local("2026-11-24", "08:59"), None, True, local("2026-11-24", "09:00")),
        (local("2026-11-24", "21:00"), None, True, local("2026-11-25", "09:00")),
        (local("2026-11-28", "21:00"), None, True, local("2026-11-29", "12:00")),  # Saturday night
        (local("2026-11-29", "11:59"), None, True, local("2026-11-29", "12:00")),  # Sunday morning
        (local("2026-11-29", "11:59"), None, False, local("2026-11-29", "11:59")),
        (local("2026-11-24", "23:30"), NIGHT, False, local("2026-11-25", "06:00")),
        (local("2026-11-24", "05:59"), NIGHT, False, local("2026-11-24", "06:00")),
        (local("2026-11-24", "12:30"), LUNCH, False, local("2026-11-24", "13:00")),
        (local("2026-11-24", "12:30"), NIGHT, False, local("2026-11-24", "12:30")),
        (local("2026-11-24", "23:30"), NIGHT, True, local("2026-11-25", "09:00")),
        (local("2026-11-29", "11:00"), LUNCH, True, local("2026-11-29", "13:00")),
        (local("2026-03-08", "01:30"), Quiet(time(1), time(2, 30)), False, local("2026-03-08", "03:30")),  # no 2:30
        (local("2026-11-01", "00:30"), Quiet(time(0), time(6)), False, local("2026-11-01", "06:00")),  # 25 hours
    ],
)
def test_first_minute_at_which_it_may_go(now: datetime, quiet: Quiet | None, is_text: bool, expected: datetime) -> None:
    assert next_allowed(now.astimezone(UTC), AUSTIN, quiet, is_text=is_text) == expected.astimezone(UTC)


def test_quiet_hours_that_leave_nothing_are_refused() -> None:
    with pytest.raises(NeverAllowed):
        next_allowed(local("2026-11-24", "12:00"), AUSTIN, Quiet(time(8), time(21, 30)), is_text=True)


@given(
    st.integers(0, 365 * 24 * 60),
    st.sampled_from([None, NIGHT, LUNCH, Quiet(time(20, 15), time(12, 45))]),
)
def test_texts_go_only_in_legal_hours_and_never_later_than_needed(minutes: int, quiet: Quiet | None) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    at = next_allowed(now, AUSTIN, quiet, is_text=True)
    clock = at.astimezone(AUSTIN)
    assert time(12 if clock.weekday() == 6 else 9) <= clock.time() < time(21)
    assert at >= now
    assert at - now < timedelta(days=2)
    assert next_allowed(at, AUSTIN, quiet, is_text=True) == at
