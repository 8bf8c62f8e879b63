"""scripts/etl_state_helper.py, run as the runbook prints it."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from permit_leads.state_cli import main
from permit_leads.store import state
from permit_leads.store.db import connect
from tests.integration.scripts.shell import ROOT, SCRIPT, SOURCE, Shell, sync


@pytest.fixture
def shell(database_url: str, tmp_path: Path) -> Shell:
    return Shell(database_url, tmp_path)


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection]:
    with connect(database_url) as conn:
        yield conn


def test_list_shows_a_status_word_the_runbook_greps_for(shell: Shell, conn: psycopg.Connection) -> None:
    sync(conn)
    told = shell.run('python scripts/etl_state_helper.py list | grep -E "(success|failure|running)"')
    assert told.returncode == 0
    (line,) = told.stdout.splitlines()
    assert line.split()[:3] == [SOURCE, "success", "fresh"]
    assert "2026-11-20" in line


def test_headings_of_the_list_do_not_satisfy_the_grep(shell: Shell) -> None:
    told = shell.run('python scripts/etl_state_helper.py list | grep -E "(success|failure|running)"')
    assert (told.returncode, told.stdout) == (1, "")


def test_list_as_json_holds_every_source_of_the_registry(shell: Shell, conn: psycopg.Connection) -> None:
    sync(conn)
    seen = json.loads(shell.run("python scripts/etl_state_helper.py list --json").stdout)
    known = {source["source"]: source for source in seen["sources"]}
    assert known[SOURCE]["status"] == "success"
    assert known[SOURCE]["watermark"] == "2026-11-20"
    assert known[SOURCE]["records_processed"] == 12
    assert all(source["status"] == "unknown" for name, source in known.items() if name != SOURCE)


def test_get_prints_the_record_the_next_window_and_the_last_runs(shell: Shell, conn: psycopg.Connection) -> None:
    sync(conn)
    told = shell.run(f"python scripts/etl_state_helper.py get --source {SOURCE}")
    assert told.returncode == 0
    assert "status: success\n" in told.stdout
    assert re.search(r"next_window: 2026-11-06\.\.\d{4}-\d\d-\d\d\n", told.stdout)
    assert "last runs: 1\n" in told.stdout
    assert "sync success window=2026-10-01..2026-11-20" in told.stdout


def test_feed_that_stands_still_is_stale_and_says_since_when(shell: Shell, conn: psycopg.Connection) -> None:
    sync(conn, newest=date(2026, 3, 2))
    told = shell.run(f"python scripts/etl_state_helper.py get --source {SOURCE}").stdout
    assert "status: success\nfreshness: stale\nproblem: stale: runs go well, but the newest permit was issued" in told
    assert "newest_issued_date: 2026-03-02\nstale_since: 2026-03-02T00:00:00Z\n" in told
    (line,) = shell.run(f"python scripts/etl_state_helper.py list | grep {SOURCE}").stdout.splitlines()
    assert line.split()[:3] == [SOURCE, "success", "stale"]
    assert "issued on 2026-03-02" in line


def test_get_is_the_same_text_as_long_as_nothing_changes(shell: Shell, conn: psycopg.Connection) -> None:
    sync(conn)
    line = f"python scripts/etl_state_helper.py get --source {SOURCE}"
    assert shell.run(line).stdout == shell.run(line).stdout


def test_monitor_loop_of_the_runbook_shows_progress(shell: Shell, conn: psycopg.Connection) -> None:
    run_id = uuid4()
    state.begin(conn, SOURCE, run_id, "test")
    state.heartbeat(conn, SOURCE, run_id, records=41)
    conn.commit()
    loop = f"while true; do\n  python scripts/etl_state_helper.py get --source {SOURCE}\n  sleep 30\ndone"
    told = shell.run(loop.replace("sleep 30", "break"))
    assert "status: running\n" in told.stdout
    assert "records_processed: 41\n" in told.stdout


def test_run_that_died_is_shown_as_failure(shell: Shell, conn: psycopg.Connection) -> None:
    state.begin(conn, SOURCE, uuid4(), "test", lease_seconds=0)
    conn.commit()
    told = shell.run(f"python scripts/etl_state_helper.py get --source {SOURCE}")
    assert "status: failure\n" in told.stdout
    assert "lease lost" in told.stdout


def test_update_to_failure_rewinds_and_is_audited(shell: Shell, conn: psycopg.Connection) -> None:
    sync(conn)
    told = shell.run(
        f"python scripts/etl_state_helper.py update --source {SOURCE} --status failure"
        ' --error "Manual reset for replay"'
    )
    assert told.returncode == 0
    assert "starts again at 2026-10-01" in told.stdout
    seen = json.loads(shell.run(f"python scripts/etl_state_helper.py get --source {SOURCE} --json").stdout)
    assert (seen["status"], seen["error_message"]) == ("failure", "Manual reset for replay")
    assert (seen["watermark"], seen["next_window"]["since"]) == ("2026-11-20", "2026-10-01")
    audit = conn.execute("select actor, action, reason from public.etl_audit_entries").fetchall()
    assert audit == [("ada", "update --status failure", "Manual reset for replay")]


def test_update_of_a_source_that_never_ran_gives_it_a_state(shell: Shell) -> None:
    told = shell.run(f"python scripts/etl_state_helper.py update --source {SOURCE} --status failure --error x")
    assert told.returncode == 0


def test_update_keeps_the_records_it_is_told(shell: Shell, conn: psycopg.Connection) -> None:
    sync(conn)
    shell.run(f"python scripts/etl_state_helper.py update --source {SOURCE} --status success --records 5")
    row = state.read(conn, SOURCE)
    assert row is not None
    assert row.records_processed == 5


def test_update_is_refused_while_a_run_is_at_work_unless_forced(shell: Shell, conn: psycopg.Connection) -> None:
    state.begin(conn, SOURCE, uuid4(), "cron")
    conn.commit()
    line = f"python scripts/etl_state_helper.py update --source {SOURCE} --status failure --error reset"
    refused = shell.run(line)
    assert refused.returncode == 1
    assert "cron is at work" in refused.stderr
    assert "--force" in refused.stderr
    assert shell.run(f"{line} --force").returncode == 0


def test_init_of_a_new_source_warns_that_nothing_will_fetch_it(shell: Shell, conn: psycopg.Connection) -> None:
    told = shell.run("python scripts/etl_state_helper.py init --source new_county_permits")
    assert told.returncode == 0
    assert "no source 'new_county_permits'" in told.stderr
    assert state.read(conn, "new_county_permits") is not None


def test_init_never_resets(shell: Shell, conn: psycopg.Connection) -> None:
    sync(conn)
    before = state.read(conn, SOURCE)
    told = shell.run(f"python scripts/etl_state_helper.py init --source {SOURCE}")
    assert told.returncode == 0
    assert "stays as it is (success)" in told.stdout
    conn.rollback()
    assert state.read(conn, SOURCE) == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("", "usage:"),
        ("lst", "invalid choice"),
        ("list --jsn", "--jsn"),
        ("get", "--source"),
        (f"get --source {SOURCE} --runs 0", "count from 1"),
        (f"get --source {SOURCE} --watch 0", "seconds from 1"),
        ("audit --source austin_isued_permits", "did you mean austin_issued_permits"),
        ("get --source austin_isued_permits", "did you mean austin_issued_permits"),
        (f"update --source {SOURCE} --status failed --error x", "expected success, failure, running"),
        (f"update --source {SOURCE} --status failure", "needs --error"),
        (f"update --source {SOURCE} --status failure --error '  '", "needs --error"),
        (f"update --source {SOURCE} --status success --records many", "whole number"),
        (f"update --source {SOURCE} --status success --records=-1", "whole number"),
        ("update --source nowhere_permits --status failure --error x", "'nowhere_permits' is unknown"),
        ("init --source 'New County'", "small letters"),
        ("init --source ''", "small letters"),
    ],
)
def test_wrong_use_is_exit_2_and_changes_nothing(
    shell: Shell,
    conn: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: str,
    says: str,
) -> None:
    monkeypatch.setenv("DATABASE_URL", shell.database_url)
    assert main(shlex.split(arguments)) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert says in told.err
    assert state.list_states(conn) == []


def test_unreachable_database_is_exit_3_with_nothing_on_stdout_and_no_password(shell: Shell) -> None:
    down = "postgresql://owner:hunter2@127.0.0.1:1/leadledger"
    told = shell.run("python scripts/etl_state_helper.py list", DATABASE_URL=down)
    assert (told.returncode, told.stdout) == (3, "")
    assert "does not answer" in told.stderr
    assert "hunter2" not in told.stderr


def test_database_without_tables_is_exit_3(shell: Shell) -> None:
    empty = shell.database_url.rpartition("/")[0] + "/postgres"
    told = shell.run("python scripts/etl_state_helper.py list", DATABASE_URL=empty)
    assert (told.returncode, told.stdout) == (3, "")
    assert "not migrated" in told.stderr


def test_look_at_the_state_starts_no_server(shell: Shell) -> None:
    told = shell.run("python scripts/etl_state_helper.py list", DATABASE_URL="")
    assert (told.returncode, told.stdout) == (3, "")
    assert "not running" in told.stderr
    assert list(shell.home.iterdir()) == []


def test_any_folder_will_do(shell: Shell, tmp_path: Path) -> None:
    assert shell.run(f"python {SCRIPT} list", cwd=tmp_path).returncode == 0


def bare_python(folder: Path) -> Path:
    """A Python without any package, first on the path under the name python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder / "bin"


def test_python_without_packages_hands_over_to_the_repositorys_own(shell: Shell, tmp_path: Path) -> None:
    path = f"{bare_python(tmp_path / 'bare')}:{os.environ['PATH']}"
    told = shell.run("python scripts/etl_state_helper.py list", PATH=path)
    assert told.returncode == 0, told.stderr
    assert SOURCE in told.stdout


def test_missing_packages_are_one_line_of_help(shell: Shell, tmp_path: Path) -> None:
    copy = tmp_path / "clone"
    shutil.copytree(ROOT / "scripts", copy / "scripts")
    shutil.copytree(ROOT / "permit_leads", copy / "permit_leads", ignore=shutil.ignore_patterns("__pycache__"))
    path = f"{bare_python(tmp_path / 'bare')}:{os.environ['PATH']}"
    told = shell.run("python scripts/etl_state_helper.py list", cwd=copy, PATH=path)
    assert (told.returncode, told.stdout) == (3, "")
    assert len(told.stderr.splitlines()) == 1
    assert "make up" in told.stderr
