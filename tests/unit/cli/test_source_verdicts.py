"""A source is called well only when its publisher shows permits that are new."""

from __future__ import annotations

from datetime import date

import pytest

from permit_leads.sources_cli import find_reasons

TODAY = date(2026, 11, 25)


def test_recent_permits_and_no_trouble_are_well() -> None:
    assert find_reasons(None, date(2026, 11, 11), None, TODAY) == []


@pytest.mark.parametrize("newest", [None, date(2026, 11, 10), date(2016, 4, 18)])
def test_a_publisher_that_answers_without_new_permits_is_not_well(newest: date | None) -> None:
    assert find_reasons(None, newest, None, TODAY) == [
        "the publisher answers, but shows no permit issued in the last 14 days"
    ]


def test_a_publisher_that_does_not_answer_is_called_only_that() -> None:
    assert find_reasons("HTTP 503", None, "stale", TODAY) == ["HTTP 503", "stale"]
