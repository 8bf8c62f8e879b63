"""A case of each fault that can strike a file, judged as benchmarks.faults judges all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.faults.adapters import adapters
from benchmarks.faults.case import Result, play_all
from benchmarks.faults.clean import Watch, recorded_rows
from benchmarks.faults.modes import menu
from benchmarks.faults.playing import quick_folder
from benchmarks.faults.stage import Server, stages
from permit_leads.registry import load_registry
from tests.conftest import HOME

# One mode of each fault of the menu; those of services and portals are asked in tests/integration/fetch.
CHOSEN = (
    "F01 429, Retry-After garbage",
    "F02 500 for good",
    "F05 captcha page",
    "F07 short page",
    "F09 unordered pages",
    "F11 all permits renumbered",
    "F12 address emptied in new rows",
    "F13 padded permit",
    "F14 cost in huge in new rows",
    "F15 days as zone",
    "F16 the older half only",
    "F17 private",
    "F18 new permits share a key",
    "F19 another city's new rows",
    "F20 contact filled by rote",
    "F23 future validator",
    "F24 robots.txt disallow",
    "F25 cut for good",
    "F25 UTF-16 unsaid",
)


@pytest.fixture
def results() -> Iterator[list[Result]]:
    (csv,) = [adapter for adapter in adapters() if adapter.name == "csv"]
    with quick_folder() as folder, stages(server := Server(Path(os.environ[HOME]), folder), [csv]) as get:
        stage = get(csv)
        stage.play_history(runs=6)
        yield list(play_all(stage, [mode for mode in menu() if mode.name in CHOSEN]))
        server.drop(stage.name)


@pytest.mark.long
def test_no_fault_makes_a_run_say_success_over_wrong_rows_or_shows_a_refused_batch(results: list[Result]) -> None:
    assert {one.mode for one in results} == set(CHOSEN)
    assert [one for one in results if one.verdict == "missed"] == []
    assert [one for one in results if one.visible_bad_rows] == []


def test_a_quarter_of_real_days_with_holidays_raises_no_alarm() -> None:
    dataset_id = "nyc_dob_now_permits"
    watch = Watch(load_registry()[dataset_id], recorded_rows(dataset_id))
    assert [str(alarm) for alarm in watch.mornings() if alarm.day in watch.judged_days] == []
