"""Permits that stand in several rows: which one counts, whatever the order, and what is said of undeclared ones."""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from permit_leads.normalize.grain import BestRanks, rank_of
from tests.unit.normalize.elm import elm, run

Row = dict[str, str | None]
DAYS: dict[str, Any] = {"StatusDate": {"column": "day", "parse": "iso_date"}}
DECLARED = elm(DAYS, grain={"rows": "one for each contact", "newest_by": ["StatusDate"]})
UNDECLARED = elm(DAYS)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "num": st.sampled_from(["1", "2", "3"]),
            "what": st.sampled_from(["roof", "pool", "fence"]),
            "day": st.sampled_from(["2026-01-01", "2026-02-01", "2026-03-01", None]),
        }
    ),
    min_size=1,
    max_size=12,
)


def kept(rows: list[Row], page_size: int) -> dict[str, tuple[str, str]]:
    """What is said last of each permit when the rows come in pages of this size."""
    ranks = BestRanks()
    said: dict[str, tuple[str, str]] = {}
    for start in range(0, len(rows), page_size):
        found = run(DECLARED, rows[start : start + page_size])
        permits = ranks.without_lesser(found.permits, found.ranks)
        rows_said = permits.select("permit_key", "description", "status_date").rows()
        said |= {key: (what, str(day)) for key, what, day in rows_said}
    return said


@settings(max_examples=40)
@given(ROWS, st.integers(1, 5), st.integers(1, 5), st.randoms(use_true_random=False))
def test_neither_order_nor_pages_decide_which_row_counts(
    rows: list[Row], size: int, other_size: int, rng: random.Random
) -> None:
    shuffled = list(rows)
    rng.shuffle(shuffled)
    assert kept(rows, size) == kept(shuffled, other_size)


@settings(max_examples=40)
@given(ROWS)
def test_the_newest_row_counts(rows: list[Row]) -> None:
    newest = {row["num"]: max(str(one["day"] or "") for one in rows if one["num"] == row["num"]) for row in rows}
    assert {key: day.replace("None", "") for key, (_, day) in kept(rows, 4).items()} == newest


def test_declared_rows_are_repeats_and_no_conflict() -> None:
    found = run(
        DECLARED, [{"num": "1", "what": "a", "day": "2026-02-01"}, {"num": "1", "what": "b", "day": "2026-01-01"}]
    )
    assert found.permits["description"].to_list() == ["a"]
    assert (found.repeat_count, found.conflicts) == (1, ())


@pytest.mark.parametrize(("what", "conflicts"), [("b", ("1",)), ("a", ())])
def test_rows_that_differ_without_a_declared_grain_are_told(what: str, conflicts: tuple[str, ...]) -> None:
    found = run(UNDECLARED, [{"num": "1", "what": "a"}, {"num": "2", "what": "x"}, {"num": "1", "what": what}])
    assert found.conflicts == conflicts
    assert found.repeat_count == 1


def test_values_of_rows_that_do_not_count_are_not_refused() -> None:
    dataset = elm(
        DAYS | {"EstProjectCost": {"column": "cost", "parse": "usd"}},
        grain={"rows": "any", "newest_by": ["StatusDate"]},
    )
    rows = [{"num": "1", "what": "x", "day": "2026-02-01", "cost": "5"}, {"num": "1", "what": "x", "cost": "much"}]
    assert run(dataset, rows).rejections.is_empty()


def test_the_mark_is_the_same_on_every_machine_and_in_every_year() -> None:
    """A replay years later must choose the same of two rows of one day."""
    texts = pl.DataFrame({"page_sha256": "ab", "page_row": 0, "num": "1", "what": "roof", "day": None})
    ranks = rank_of(DECLARED, pl.DataFrame({"status_date": "2026-02-01"}), texts)
    assert ranks.to_list() == ["2026-02-01 1381ce7e3266956b"]


def test_without_a_grain_every_permit_of_a_page_stays() -> None:
    permits = pl.DataFrame({"permit_key": ["1", "2"]})
    assert BestRanks().without_lesser(permits, None).height == 2
