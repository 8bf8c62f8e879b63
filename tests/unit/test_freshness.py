"""The one rule of freshness, and what the state of a source says by it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from permit_leads.freshness import Feed, Judgement, is_behind, judge

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RUN = NOW - timedelta(hours=2)


@pytest.mark.parametrize(
    ("feed", "expected"),
    [
        (Feed(72, RUN, date(2026, 11, 20)), Judgement("fresh")),
        (Feed(72, RUN, date(2026, 11, 13)), Judgement("fresh")),
        (
            Feed(72, RUN, date(2026, 11, 12)),
            Judgement("stale", "permits_are_old", datetime(2026, 11, 12, tzinfo=UTC)),
        ),
        (Feed(72, None, date(2026, 11, 20)), Judgement("unknown", "no_good_run")),
        (Feed(72, RUN, None), Judgement("unknown", "no_day_of_issue")),
        (Feed(72, NOW - timedelta(hours=73), None), Judgement("stale", "run_is_old", NOW - timedelta(hours=73))),
        (
            Feed(72, NOW - timedelta(hours=73), date(2026, 11, 19)),
            Judgement("stale", "run_is_old", datetime(2026, 11, 19, tzinfo=UTC)),
        ),
        (Feed(72, RUN, date(2026, 11, 20), held_at=NOW), Judgement("stale", "held_back", RUN)),
    ],
)
def test_rule(feed: Feed, expected: Judgement) -> None:
    assert judge(feed, NOW) == expected


def test_rarer_feed_may_be_older() -> None:
    assert not is_behind(date(2026, 10, 20), 24 * 31, date(2026, 11, 23))
    assert is_behind(date(2026, 10, 15), 24 * 31, date(2026, 11, 23))
