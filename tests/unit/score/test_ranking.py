"""The ranking arithmetic: order, filter and shown score must be one and the same thing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permit_leads.score.ranking import (
    EPOCH,
    LOWEST_RANK_KEY,
    age_points,
    min_rank_key,
    points_at,
    points_to_score,
    rank_key,
    score_at,
    waterfall,
)

TODAY = date(2026, 11, 23)
points = st.integers(-600, 600)
days = st.dates(date(1980, 1, 1), date(2040, 1, 1))
maybe_days = st.none() | days
reasons = st.lists(st.tuples(st.text(max_size=8), st.integers(-250, 60), st.none()), max_size=14)


def test_even_odds_show_fifty_and_twenty_points_double_them() -> None:
    assert [points_to_score(p) for p in (-20, 0, 20, 40)] == [33, 50, 67, 80]


@given(points)
def test_score_is_between_0_and_100_and_never_falls_as_points_rise(p: int) -> None:
    assert 0 <= points_to_score(p) <= points_to_score(p + 1) <= 100


def test_two_weeks_halve_the_odds() -> None:
    assert age_points(TODAY - timedelta(days=14), TODAY) == -20
    assert age_points(TODAY, TODAY) == 0


@given(days, st.integers(0, 20_000))
def test_age_never_adds_points_to_a_permit_of_the_past(today: date, age_days: int) -> None:
    assert age_points(today - timedelta(days=min(age_days, today.toordinal() - 1)), today) <= 0


def test_a_lead_without_a_date_counts_as_of_the_epoch() -> None:
    assert age_points(None, TODAY) == age_points(EPOCH, TODAY)
    assert rank_key(7, None) == rank_key(7, EPOCH)


@given(points, maybe_days, days)
def test_rank_key_gives_back_points_plus_age(p: int, rank_date: date | None, today: date) -> None:
    assert points_at(rank_key(p, rank_date), today) == p + age_points(rank_date, today)


@given(points, maybe_days, days, st.integers(-3, 100))
def test_filter_on_rank_key_is_exactly_the_filter_on_score(
    p: int, rank_date: date | None, today: date, min_score: int
) -> None:
    key = rank_key(p, rank_date)
    assert (key >= min_rank_key(min_score, today)) == (score_at(key, today) >= min_score)


@given(points, maybe_days, st.integers(0, 100), days)
def test_filter_holds_at_its_very_edge(p: int, rank_date: date | None, min_score: int, today: date) -> None:
    edge = min_rank_key(min_score, today)
    if edge != LOWEST_RANK_KEY:
        assert score_at(edge, today) >= min_score
        assert score_at(edge - 1, today) < min_score


@given(points, maybe_days, points, maybe_days, days)
def test_order_by_rank_key_never_contradicts_the_shown_score(
    p: int, rank_date: date | None, other: int, other_date: date | None, today: date
) -> None:
    first, second = rank_key(p, rank_date), rank_key(other, other_date)
    if first >= second:
        assert score_at(first, today) >= score_at(second, today)


@given(reasons, maybe_days, days)
def test_waterfall_sums_exactly_to_the_shown_score(
    given_reasons: list[tuple[str, int, None]], rank_date: date | None, today: date
) -> None:
    age = age_points(rank_date, today)
    total = sum(reason[1] for reason in given_reasons)
    steps = waterfall(given_reasons, age)
    assert len(steps) == len(given_reasons) + 1
    assert sum(steps) == score_at(rank_key(total, rank_date), today)


@given(reasons)
def test_waterfall_steps_point_the_way_of_their_points(given_reasons: list[tuple[str, int, None]]) -> None:
    steps = waterfall(given_reasons, 0)
    assert all(step * reason[1] >= 0 for step, reason in list(zip(steps, given_reasons, strict=False))[1:])


def test_no_minimum_lets_every_lead_through_and_above_100_is_refused() -> None:
    assert min_rank_key(0, TODAY) == LOWEST_RANK_KEY
    with pytest.raises(ValueError, match="at most 100"):
        min_rank_key(101, TODAY)
