"""A run killed in the middle leaves nothing behind, and its rerun equals one clean run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from permit_leads.store.queries import load_queries
from simulators.publishers import Simulator, load_snapshot, serve

ROOT = Path(__file__).parents[3]
AUSTIN = "austin_issued_permits"
SINCE = "150d"  # three pages of real rows
QUERIES = load_queries(Path(__file__).with_name("ledgers.sql"))
Fingerprint = list[tuple[object, ...]]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with serve(load_snapshot(only=[AUSTIN])) as running:
        yield running


def start(folder: Path, url: str, simulator: Simulator) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": url,
        "LEADLEDGER_HOME": str(folder / "home"),
        "PERMIT_LEADS_CONNECT_TO": simulator.url,
    }
    command = [sys.executable, "-m", "permit_leads", "--source", AUSTIN, "--since", SINCE]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def finish(folder: Path, url: str, simulator: Simulator) -> None:
    assert start(folder, url, simulator).wait(timeout=240) == 0, (folder / "etl_output.log").read_text()[-2000:]


def fingerprint(url: str) -> Fingerprint:
    with psycopg.connect(url) as conn:
        return sorted(conn.execute(QUERIES["fingerprint"]).fetchall())


def kill_after(process: subprocess.Popen[bytes], log: Path, event: str, count: int) -> None:
    """kill -9 as soon as the log has so many lines of an event."""
    deadline = time.monotonic() + 240
    while not log.exists() or log.read_text().count(event) < count:
        assert process.poll() is None, log.read_text()[-2000:]
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()


def expire_lease(url: str) -> None:
    """What two minutes of silence do."""
    with psycopg.connect(url) as conn:
        conn.execute("update etl_state set lease_expires_at = now() - interval '1 second'")


def start_anew(url: str) -> None:
    """An empty store, as before the first run."""
    with psycopg.connect(url) as conn:
        conn.execute(QUERIES["empty"])


def test_killed_run_leaves_no_row_and_its_rerun_equals_one_clean_run(
    simulator: Simulator, database_url: str, tmp_path: Path
) -> None:
    finish(tmp_path, database_url, simulator)
    expected = fingerprint(database_url)
    assert all(
        row_count for name, row_count, _ in expected if name in {"permits", "permit_versions", "leads", "events"}
    )
    start_anew(database_url)
    for kill_at in (1, 3):
        (tmp_path / "etl_output.log").unlink()
        process = start(tmp_path, database_url, simulator)
        kill_after(process, tmp_path / "etl_output.log", "event=page", kill_at)
        assert [row_count for _, row_count, _ in fingerprint(database_url)] == [0] * 7
        expire_lease(database_url)
    finish(tmp_path, database_url, simulator)
    assert fingerprint(database_url) == expected
    with psycopg.connect(database_url) as conn:
        ends = conn.execute("select status, error_message is not null from etl_runs order by started_at").fetchall()
    assert ends == [("failure", True), ("failure", True), ("success", False)]


def test_second_identical_run_writes_no_permit_version_or_lead(
    simulator: Simulator, database_url: str, tmp_path: Path
) -> None:
    finish(tmp_path, database_url, simulator)
    expected = fingerprint(database_url)
    with psycopg.connect(database_url) as conn:
        before = conn.execute(QUERIES["written_at"]).fetchone()
    finish(tmp_path, database_url, simulator)
    assert fingerprint(database_url) == expected
    with psycopg.connect(database_url) as conn:
        assert conn.execute(QUERIES["written_at"]).fetchone() == before
        counts = "select permit_new_count, permit_changed_count, lead_written_count from etl_runs order by started_at"
        assert conn.execute(counts).fetchall()[-1] == (0, 0, 0)
