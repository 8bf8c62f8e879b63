"""Questions as clauses: multiplied out, joined, and refused where they cannot be said."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from leadledger.alerts.clauses import MOST_CLAUSES, OF_THE_LIST, WATCHED, CannotWatch, compile_clauses
from leadledger.alerts.searches import OF_A_PAGE
from leadledger.leads.filters import LeadSearch


def clauses(**asked: Any) -> list[dict[str, Any]]:
    return compile_clauses(asked, lambda text: [[[word]] for word in text.split()])


def test_every_field_of_the_list_is_watched_or_refused_by_name() -> None:
    """A place's name is its ZIPs or county by then; a territory is refused."""
    assert set(LeadSearch.model_fields) - WATCHED - OF_THE_LIST == {*OF_A_PAGE, "place", "territory_id"}


def test_plain_question_is_one_clause() -> None:
    asked = {"trade": ["roofing", "hvac"], "min_cost": 5, "issued_since": date(2026, 11, 1), "q": "tear off"}
    assert clauses(**asked) == [
        {"trades": ["hvac", "roofing"], "min_cost": 5, "issued_since": "2026-11-01", "words": ["off", "tear"]}
    ]


def test_groups_are_multiplied_out_and_what_excludes_itself_is_left_out() -> None:
    either = [{"trade": ["roofing"], "min_cost": 10}, {"trade": ["hvac"]}, {"trade": ["pool"]}]
    found = clauses(trade=["roofing", "hvac"], min_cost=20, any=either, all=[{"max_cost": 90}])
    assert found == [
        {"trades": ["roofing"], "min_cost": 20, "max_cost": 90},
        {"trades": ["hvac"], "min_cost": 20, "max_cost": 90},
    ]


def test_question_that_excludes_itself_has_no_clause() -> None:
    assert clauses(has_contractor=True, all=[{"has_contractor": False}]) == []


def test_groups_in_groups() -> None:
    inner = {"any": [{"zip": ["78701"]}, {"zip": ["78702"]}]}
    assert clauses(any=[inner, {"county": ["48453"]}]) == [
        {"zips": ["78701"]},
        {"zips": ["78702"]},
        {"counties": ["48453"]},
    ]


def test_scores_become_points_and_those_that_leave_nothing_out_nothing() -> None:
    assert clauses(min_score=0, max_score=100) == [{}]
    (found,) = clauses(min_score=50, max_score=80)
    assert found["min_points"] <= 0 < found["below_points"]


def test_area_is_rings_with_longitude_first() -> None:
    square = {"type": "Polygon", "coordinates": [[[-98, 30], [-97, 30], [-97, 31], [-98, 30]]]}
    assert clauses(polygon=square) == [{"areas": [[["((-98.0,30.0),(-97.0,30.0),(-97.0,31.0))"]]]}]
    assert clauses(bbox="-98,30,-97,31", lat=30.5, lon=-97.5, miles=3.0) == [
        {"west": -98.0, "south": 30.0, "east": -97.0, "north": 31.0, "circles": [[30.5, -97.5, 3.0]]}
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {"colour": "red"},
        {"all": [{"any": [{"min_cost": n} for n in range(9)]}, {"any": [{"max_cost": n} for n in range(9)]}]},
        {"trade": [str(n) for n in range(60)], "zip": [str(n) for n in range(100)]},
    ],
)
def test_what_cannot_be_watched_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(CannotWatch):
        clauses(**asked)
    assert MOST_CLAUSES == 64
