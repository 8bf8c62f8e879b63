"""Reasons add up, whatever they are."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from leadledger.leads.reasons import explain, top_reasons
from permit_leads.score.ranking import points_to_score

TODAY = date(2026, 11, 23)
REASONS = st.lists(
    st.tuples(st.sampled_from(["base.roofing.direct", "openness.open"]), st.integers(-90, 90), st.none())
)


@given(REASONS, st.integers(0, 4000))
def test_points_sum_to_the_total_and_steps_to_the_score(reasons: list[tuple[str, int, None]], age_days: int) -> None:
    explained = explain(reasons, TODAY - timedelta(days=age_days), TODAY)
    total = sum(int(str(one["points"])) for one in explained)
    assert sum(int(str(one["score_delta"])) for one in explained) == points_to_score(total)
    assert explained[-1]["rule"] == "age"


def test_lead_without_a_day_says_so() -> None:
    assert explain([], None, TODAY)[-1]["evidence"] == "no day is published"


def test_top_reasons_are_the_strongest_either_way_without_the_base() -> None:
    reasons = [
        ("base.roofing.direct", 99, None),
        ("openness.open", 22, None),
        ("cost.from_10k", 7, None),
        ("property.commercial", -13, None),
        ("cost.token", -4, None),
    ]
    assert [one["rule"] for one in top_reasons(reasons)] == ["openness.open", "property.commercial", "cost.from_10k"]


def test_rule_of_an_older_model_is_shown_by_its_id() -> None:
    assert top_reasons([("gone.rule", 5, None)])[0]["label"] == "gone.rule"
