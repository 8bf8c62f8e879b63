"""What etl_state_helper.py shows of runs, watches and changes by hand."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from permit_leads.page import Window
from permit_leads.store import runs, state
from permit_leads.store.db import connect
from tests.integration.scripts.shell import SOURCE, Shell, sync


@pytest.fixture
def shell(database_url: str, tmp_path: Path) -> Shell:
    return Shell(database_url, tmp_path)


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection]:
    with connect(database_url) as conn:
        yield conn


def test_get_shows_as_many_runs_as_asked_for_and_the_seconds_of_each_stage(
    shell: Shell, conn: psycopg.Connection
) -> None:
    sync(conn)
    sync(conn)
    conn.execute(
        "update public.etl_runs set finished_at = started_at + interval '2 s',"
        """ stage_seconds = '{"fetch": 1.25, "store": 0.5}'"""
    )
    conn.commit()
    told = shell.run(f"python scripts/etl_state_helper.py get --source {SOURCE} --runs 1").stdout
    assert "last runs: 1\n" in told
    assert "seconds=2.0 stages=fetch:1.25,store:0.5 run_id=" in told


def test_recorded_run_without_a_living_lease_is_shown_as_lost(conn: psycopg.Connection) -> None:
    run_id = uuid4()
    state.begin(conn, SOURCE, run_id, "test", lease_seconds=60)
    runs.begin_run(conn, run_id, SOURCE, "sync", Window(None, None), datetime.now(UTC))
    assert state.recent_runs(conn, SOURCE, 1)[0].status == "running"
    state.heartbeat(conn, SOURCE, run_id, records=1, lease_seconds=-1)
    (run,) = state.recent_runs(conn, SOURCE, 5)
    assert (run.status, run.error_message) == ("failure", "lease lost: the run ended without a word")


def test_watch_appends_a_line_a_change_and_ends_well_on_ctrl_c(shell: Shell, conn: psycopg.Connection) -> None:
    sync(conn)
    line = f"python scripts/etl_state_helper.py get --source {SOURCE} --watch 30"
    watching = shell.start(f"exec {line}")
    assert watching.stdout is not None
    assert watching.stdout.readline().startswith(f"{SOURCE} success ")
    watching.send_signal(signal.SIGINT)
    rest, trouble = watching.communicate(timeout=10)
    assert (watching.returncode, rest, trouble) == (0, "", "")


def test_update_and_init_answer_in_json_too(shell: Shell, conn: psycopg.Connection) -> None:
    sync(conn)
    line = f"python scripts/etl_state_helper.py update --source {SOURCE} --status failure --error again --json"
    assert json.loads(shell.run(line).stdout)["replay_from"] == "2026-10-01"
    told = json.loads(shell.run(f"python scripts/etl_state_helper.py init --source {SOURCE} --json").stdout)
    assert (told["is_new"], told["status"]) == (False, "failure")


def test_audit_tells_who_changed_what_and_why_newest_first(shell: Shell, conn: psycopg.Connection) -> None:
    sync(conn)
    for reason in ("first", "second  look"):
        state.mark(conn, SOURCE, state.Change("failure", "ada", reason), overlap_days=14)
    conn.commit()
    told = shell.run("python scripts/etl_state_helper.py audit").stdout.splitlines()
    assert [line.split(" ", 1)[1] for line in told] == [
        f'ada {SOURCE} update --status failure reason="second look"',
        f'ada {SOURCE} update --status failure reason="first"',
    ]
    line = f"python scripts/etl_state_helper.py audit --source {SOURCE} --last 1 --json"
    (entry,) = json.loads(shell.run(line).stdout)["entries"]
    assert (entry["before"]["status"], entry["after"]["status"]) == ("failure", "failure")
