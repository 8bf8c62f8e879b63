"""Permits that stand in several rows, as a run and its history tell of them."""

from __future__ import annotations

import polars as pl

from permit_leads.quality import Observation, PageView, Profile
from permit_leads.quality.overlap import check_grain
from permit_leads.registry_facts import Grain
from tests.unit.test_quality import codes, dataset
from tests.unit.test_quality_history import history, profile


def test_permits_whose_rows_differ_are_told_until_the_grain_is_declared() -> None:
    seen = profile(conflicts=7)
    seen.examples = ["A", "B", "C"]
    (found,) = check_grain(dataset(), seen, history())
    assert (found.code, found.severity) == ("undeclared_grain", "warning")
    assert "7 permits (such as A, B, C) stand in several rows that say different things" in found.message
    assert codes(check_grain(dataset(), seen, history(conflicts=7))) == [("undeclared_grain", "note")]
    many = profile(conflicts=300)
    assert codes(check_grain(dataset(), many, history(conflicts=7))) == [("undeclared_grain", "warning")]
    assert check_grain(dataset(), profile(conflicts=0), history()) == []
    assert check_grain(dataset(grain=Grain(rows="one a contact")), seen, history()) == []


def test_a_permit_that_says_something_else_on_another_page_is_a_conflict() -> None:
    seen = Observation()
    for page, said in (("one", "x"), ("two", "y"), ("three", "x")):
        view = PageView(Profile(rows=1, permits=1), pl.Series(["a"]), pl.Series(["a"]), 0, 0, pl.Series([said]))
        seen.add(page, view)
    closed = seen.close()
    assert (closed.repeats, closed.conflicts) == (2, 1)
