"""A source is called well only when its publisher shows permits that are new."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from permit_leads.page import Window
from permit_leads.probe import Probe, fingerprint
from permit_leads.quality import Drift, Profile, as_json, kinds_of, merged_kinds
from permit_leads.sources_cli.doctor import as_text, examine, find_reasons

TODAY = date(2026, 11, 25)


def test_recent_permits_and_no_trouble_are_well() -> None:
    assert find_reasons(None, date(2026, 11, 15), None, 72, TODAY) == []


@pytest.mark.parametrize("newest", [None, date(2026, 11, 14), date(2016, 4, 18)])
def test_a_publisher_that_answers_without_new_permits_is_not_well(newest: date | None) -> None:
    assert find_reasons(None, newest, None, 72, TODAY) == [
        "the publisher answers, but shows no permit issued in the last 10 days"
    ]


def test_a_feed_that_is_rarer_may_be_older() -> None:
    assert find_reasons(None, date(2026, 10, 20), None, 24 * 31, TODAY) == []
    assert find_reasons(None, date(2026, 10, 10), None, 24 * 31, TODAY) == [
        "the publisher answers, but shows no permit issued in the last 38 days"
    ]


def test_a_publisher_that_does_not_answer_is_called_only_that() -> None:
    assert find_reasons("HTTP 503", None, "stale", 72, TODAY) == ["HTTP 503", "stale"]


def looked_at(**columns: str) -> Probe:
    seen = Probe("elm_permits", "https://data.elm.example/x", Window(None, None), newest_date=TODAY)
    rows = pl.DataFrame({name: [text] for name, text in columns.items()})
    seen.columns, seen.kinds = sorted(columns), kinds_of(rows)
    seen.fingerprint = fingerprint(seen.columns)
    return seen


def kept(**columns: str) -> dict[str, Any]:
    rows = pl.DataFrame({name: [text] for name, text in columns.items()})
    return as_json(Profile(run_day=date(2026, 11, 24), columns=set(columns), kinds=kinds_of(rows)))


def test_columns_that_came_went_or_changed_since_the_last_run_are_named() -> None:
    found = looked_at(PERMIT="B-1", COST="n/a", ISSUED="2026-11-24", ROOF="yes")
    verdict = examine(found, kept(PERMIT="7", COST="18,400", ISSUED="2026-11-20", OWNER="x"), None, 72, TODAY)
    assert verdict.is_well
    assert verdict.drift == Drift(["ROOF"], ["OWNER"], ["COST: number then, text now", "PERMIT: number then, text now"])
    assert "added: ROOF; not seen now: OWNER; changed: COST: number then, text now" in as_text(verdict)


def test_same_columns_are_called_the_same() -> None:
    columns = {"PERMIT": "B-1", "COST": "5"}
    verdict = examine(looked_at(**columns), kept(**columns), None, 72, TODAY)
    assert verdict.last_fingerprint == verdict.found.fingerprint
    assert "as in the run of 2026-11-24" in as_text(verdict)


def test_without_a_run_there_is_nothing_to_compare_with() -> None:
    assert examine(looked_at(PERMIT="B-1"), None, None, 72, TODAY).drift is None
    old_release = {"run_day": "2026-11-24"}
    assert "no run has kept any" in as_text(examine(looked_at(PERMIT="B-1"), old_release, None, 72, TODAY))


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "-2,000.50", "$3", ""], "number"),
        (["2026-11-24", "2026-11-24T00:00:00.000", None], "day"),
        (["11/24/26", "1/2/2026 08:00"], "day"),
        (["1", "B-1"], "text"),
        (["", " ", None], None),
    ],
)
def test_kind_of_a_column_is_that_of_all_that_it_says(texts: list[str | None], kind: str | None) -> None:
    assert kinds_of(pl.DataFrame({"A": texts}, schema={"A": pl.String})).get("A") == kind


def test_kinds_that_differ_from_page_to_page_are_text() -> None:
    assert merged_kinds({"A": "number", "B": "day"}, {"A": "text", "C": "day"}) == {"A": "text", "B": "day", "C": "day"}
