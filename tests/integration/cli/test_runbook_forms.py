"""Each form of `python -m permit_leads` that the runbook prints, run as printed against recorded publishers."""

from __future__ import annotations

import csv
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from permit_leads.registry import load_registry
from permit_leads.store import state
from permit_leads.store.db import connect
from simulators.publishers import Simulator, load_snapshot, serve

ROOT = Path(__file__).parents[3]
AUSTIN, NEW_YORK, CARY = "austin_issued_permits", "nyc_dob_now_permits", "cary_permits"
NOBODY = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def recorded() -> Iterator[Simulator]:
    with serve(load_snapshot(only=[AUSTIN, NEW_YORK, CARY])) as simulator:
        yield simulator


@pytest.fixture
def simulator(recorded: Simulator) -> Simulator:
    """The recorded publishers with no request counted yet."""
    recorded.restore()
    return recorded


@pytest.fixture
def operator(simulator: Simulator, database_url: str, tmp_path: Path) -> Operator:
    return Operator(database_url, tmp_path, simulator.url)


@dataclass
class Operator:
    """Types lines of the runbook in an empty folder; `poetry run` uses the repository's own Python."""

    database_url: str
    folder: Path
    connect_to: str

    def environment(self, **changes: str) -> dict[str, str]:
        shims = self.folder / "shims"
        if not shims.exists():
            shims.mkdir()
            (shims / "poetry").write_text('#!/bin/sh\nshift\nexec "$@"\n')
            (shims / "poetry").chmod(0o755)
        return {
            **os.environ,
            "PATH": f"{shims}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": self.database_url,
            "LEADLEDGER_HOME": str(self.folder / "home"),
            "PERMIT_LEADS_CONNECT_TO": self.connect_to,
            "PERMIT_LEADS_SOURCES": AUSTIN,
            **changes,
        }

    def run(self, line: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            shlex.split(line),
            cwd=self.folder,
            env=self.environment(**changes),
            capture_output=True,
            text=True,
            timeout=120,
        )

    def run_json(self, line: str, **changes: str) -> dict[str, Any]:
        told = self.run(f"{line} --json", **changes)
        seen: dict[str, Any] = json.loads(told.stdout)
        assert seen["exit_code"] == told.returncode == 0, told.stderr
        return seen

    def fetch(self, query: LiteralString) -> list[tuple[Any, ...]]:
        with connect(self.database_url) as conn:
            return conn.execute(query).fetchall()

    @property
    def log(self) -> list[str]:
        return (self.folder / "etl_output.log").read_text().splitlines()


@pytest.mark.parametrize(
    ("line", "has_files"),
    [
        ("poetry run python -m permit_leads --since 24h --formats csv", True),
        ("poetry run python -m permit_leads --since 2024-01-15 --until 2024-01-16 --formats csv", True),
        ('poetry run python -m permit_leads --since "2024-01-15 00:00:00" --until "2024-01-15 23:59:59"', False),
    ],
)
def test_form_of_the_runbook_runs_as_printed(operator: Operator, line: str, has_files: bool) -> None:
    told = operator.run(line)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "Watermarks stay where they were" in told.stdout
    assert "since_utc=" in operator.log[0]
    assert any(f"event=page source={AUSTIN}" in entry for entry in operator.log)
    ((kind, status, record_count),) = operator.fetch("select kind, status, record_count from public.etl_runs")
    assert (kind, status) == ("window", "success")
    assert operator.fetch("select watermark, status from public.etl_state") == [(None, "success")]
    files = sorted((operator.folder / "exports").glob("permits_*.csv")) if has_files else []
    assert len(files) == has_files
    for file in files:
        with file.open(encoding="utf-8", newline="") as lines:
            assert len(list(csv.DictReader(lines))) == record_count
    assert (operator.folder / "exports").exists() == has_files


def test_window_of_days_holds_those_days_and_no_other(operator: Operator) -> None:
    operator.run("poetry run python -m permit_leads --since 2024-01-15 --until 2024-01-16 --formats csv")
    days = operator.fetch("select min(issued_date), max(issued_date), count(*) > 0 from public.permits")
    assert days == [(date(2024, 1, 15), date(2024, 1, 16), True)]


@pytest.mark.long
def test_delay_keeps_requests_to_a_host_apart(operator: Operator, simulator: Simulator) -> None:
    started = time.monotonic()
    told = operator.run("poetry run python -m permit_leads --since 7d --formats csv --delay 2")
    assert told.returncode == 0, told.stderr
    assert len(simulator.requests) >= 3
    assert time.monotonic() - started >= 2 * (len(simulator.requests) - 1)


def test_no_selector_takes_every_source_from_its_watermark(operator: Operator) -> None:
    chosen, dataset = f"{NEW_YORK},{CARY}", load_registry()[NEW_YORK]
    first = operator.run_json("python -m permit_leads", PERMIT_LEADS_SOURCES=chosen)
    assert [source["dataset_id"] for source in first["sources"]] == [NEW_YORK, CARY]
    today = max(row[0] for row in operator.fetch("select watermark from public.etl_state"))
    assert first["sources"][0]["window_since"] == str(today - timedelta(days=dataset.backfill_days))
    again = operator.run_json("python -m permit_leads", PERMIT_LEADS_SOURCES=chosen)
    assert again["sources"][0]["window_since"] == str(today - timedelta(days=dataset.overlap_days))
    for source in again["sources"]:
        written = source["permit_new_count"], source["permit_changed_count"], source["lead_written_count"]
        assert written == (0, 0, 0)


def test_source_marked_as_failed_is_fetched_again_from_its_last_window(operator: Operator) -> None:
    line = f"python -m permit_leads --source {NEW_YORK}"
    first = operator.run_json(line)
    helper = f"python {ROOT}/scripts/etl_state_helper.py"
    mark = f'update --source {NEW_YORK} --status failure --error "Manual reset for replay"'
    assert operator.run(f"{helper} {mark}").returncode == 0
    again = operator.run_json(line)
    assert first["sources"][0]["window_since"] is not None
    assert again["sources"][0]["window_since"] == first["sources"][0]["window_since"]
    assert operator.fetch("select status, replay_from from public.etl_state") == [("success", None)]


def test_replay_asks_no_publisher_and_changes_nothing(operator: Operator) -> None:
    first = operator.run_json("python -m permit_leads --since 2024-01-15 --until 2024-01-16")
    before = operator.fetch("select permit_id, version, recorded_at from public.permits order by permit_id")
    replay = operator.run_json("python -m permit_leads --replay", PERMIT_LEADS_CONNECT_TO=NOBODY)
    (source,) = replay["sources"]
    assert (replay["kind"], replay["exit_code"]) == ("replay", 0)
    assert source["permit_unchanged_count"] == first["sources"][0]["permit_new_count"] > 0
    assert operator.fetch("select permit_id, version, recorded_at from public.permits order by permit_id") == before


def test_dry_run_counts_and_stores_nothing(operator: Operator) -> None:
    seen = operator.run_json("python -m permit_leads --since 2024-01-15 --until 2024-01-16 --dry-run")
    assert (seen["is_dry_run"], seen["exit_code"]) == (True, 0)
    assert seen["sources"][0]["permit_new_count"] > 0
    stored = """
        select (select count(*) from public.permits), (select count(*) from public.etl_state),
               (select count(*) from public.etl_runs), (select count(*) from public.raw_pages)
    """
    assert operator.fetch(stored) == [(0, 0, 0, 0)]


def test_window_without_rows_is_exit_0_and_says_so(operator: Operator) -> None:
    told = operator.run("python -m permit_leads --since 2001-01-06 --until 2001-01-07 --formats csv")
    assert told.returncode == 0, told.stdout
    assert "has no records in this window" in told.stdout
    (permits,) = (operator.folder / "exports").glob("permits_*.csv")
    assert permits.read_text().count("\n") == 1


def test_one_source_that_fails_leaves_the_others_alone(operator: Operator) -> None:
    told = operator.run(f"python -m permit_leads --since 24h --source chicago_building_permits --source {AUSTIN}")
    assert told.returncode == 5
    assert "chicago_building_permits: " in told.stdout
    trouble = [line for line in operator.log if any(word in line.lower() for word in ("error", "fail", "exception"))]
    assert trouble
    assert all("source=chicago_building_permits" in line for line in trouble)
    assert operator.fetch("select source, status from public.etl_state order by source") == [
        (AUSTIN, "success"),
        ("chicago_building_permits", "failure"),
    ]


def test_all_sources_that_fail_are_exit_4(operator: Operator) -> None:
    told = operator.run("python -m permit_leads --since 24h --source chicago_building_permits")
    assert told.returncode == 4


def test_database_that_is_down_is_exit_3_before_anything_is_fetched(operator: Operator, simulator: Simulator) -> None:
    told = operator.run("python -m permit_leads", DATABASE_URL="postgresql://owner:hunter2@127.0.0.1:1/leadledger")
    assert (told.returncode, told.stdout) == (3, "")
    assert simulator.requests == []
    assert "hunter2" not in told.stderr + "".join(operator.log)


@pytest.mark.parametrize(
    "flags", ["--since yesterdayy", "--since 2024-02-30", "--source nowhere_permits", "--formats pdf", "--delay nan"]
)
def test_wrong_line_asks_nobody_and_leaves_the_folder_empty(
    operator: Operator, simulator: Simulator, flags: str
) -> None:
    told = operator.run(f"python -m permit_leads {flags}")
    assert (told.returncode, told.stdout) == (2, "")
    assert simulator.requests == []
    assert [path.name for path in operator.folder.iterdir()] == ["shims"]


def test_log_grows_while_the_run_is_on_and_an_end_from_outside_is_recorded(operator: Operator) -> None:
    run = subprocess.Popen(
        [sys.executable, "-m", "permit_leads", "--since", "24h", "--delay", "3600", "--yes"],
        cwd=operator.folder,
        env=operator.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        wait_for_line(operator.folder / "etl_output.log", "event=run.started")
        with connect(operator.database_url) as conn:
            wait_for_status(conn, "running")
            run.send_signal(signal.SIGTERM)
            run.communicate(timeout=90)
            assert run.returncode == 128 + signal.SIGTERM
            wait_for_status(conn, "failure")
    finally:
        run.kill()
        run.communicate()


def wait_for_line(log: Path, text: str) -> None:
    give_up_at = time.monotonic() + 60
    while not (log.exists() and text in log.read_text()):
        assert time.monotonic() < give_up_at, f"{text} never came"
        time.sleep(0.05)


def wait_for_status(conn: psycopg.Connection, status: str) -> None:
    give_up_at = time.monotonic() + 60
    while True:
        row = state.read(conn, AUSTIN)
        conn.rollback()
        if row is not None and row.status == status:
            return
        assert time.monotonic() < give_up_at, f"still {row}"
        time.sleep(0.05)
