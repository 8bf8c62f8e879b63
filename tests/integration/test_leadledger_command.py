"""`python -m leadledger`: what it says and how it ends when things are well, missing or wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from leadledger.loading import find_due
from leadledger.sandbox.place import database_name
from permit_leads.settings import REPOSITORY
from permit_leads.store import embedded


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    embedded.stop(tmp_path)


def leadledger(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leadledger", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, "LEADLEDGER_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_migrate_applies_the_chain_once(home: Path) -> None:
    first = leadledger(home, "migrate")
    assert first.returncode == 0, first.stderr
    assert "database: applied 20261123000100_roles" in first.stdout
    second = leadledger(home, "migrate")
    assert "database: no migration missing" in second.stdout.splitlines()
    built = [run.stdout.splitlines()[-1] for run in (first, second)]
    assert built == [f"sandbox: built {database_name()}", f"sandbox: {database_name()} is there"]


def test_db_url_is_one_that_psql_can_use(home: Path) -> None:
    owner, api = leadledger(home, "db-url").stdout, leadledger(home, "db-url", "--api").stdout
    for printed, user in ((owner, "postgres"), (api, "leadledger_api")):
        assert printed.count("\n") == 1
        with psycopg.connect(printed.strip()) as conn:
            assert conn.execute("select session_user").fetchone() == (user,)


def test_db_url_prefers_the_configured_server(home: Path) -> None:
    printed = leadledger(home, "db-url", DATABASE_URL="postgresql://owner@elsewhere/db")
    assert printed.stdout == "postgresql://owner@elsewhere/db\n"


def test_status_of_nothing_is_not_well(home: Path) -> None:
    shown = leadledger(home, "status")
    assert shown.returncode == 1
    parts = ("api", "web", "worker")
    assert shown.stdout.splitlines()[1:] == [f"{part:<10} NOT WELL  not running" for part in parts]
    assert not (home / "postgres").exists()


def test_down_of_nothing_is_no_error(home: Path) -> None:
    shown = leadledger(home, "down")
    assert shown.returncode == 0
    assert shown.stdout.count("was not running") == 6


def test_down_ends_the_database(home: Path) -> None:
    embedded.ensure_running(home)
    assert "database: ended" in leadledger(home, "down").stdout
    assert not embedded.is_running(home)


@pytest.mark.parametrize("command", ["migrate", "up"])
def test_unreachable_database_ends_with_3_and_no_secret(home: Path, command: str) -> None:
    ended = leadledger(home, command, DATABASE_URL="postgresql://owner:hidden@127.0.0.1:1/db")
    assert ended.returncode == 3
    assert "check DATABASE_URL" in ended.stderr
    assert "hidden" not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_broken_environment_ends_with_2_and_names_the_variable(home: Path) -> None:
    ended = leadledger(home, "status", BACKEND_PORT="many")
    assert ended.returncode == 2
    assert "BACKEND_PORT" in ended.stderr
    assert "many" not in ended.stderr


def test_port_that_is_none_is_refused_by_name(home: Path) -> None:
    ended = leadledger(home, "up", FRONTEND_PORT="70000")
    assert ended.returncode == 1
    assert "FRONTEND_PORT is no port" in ended.stderr


def test_sources_fetched_within_the_hour_are_not_due(database_url: str) -> None:
    with psycopg.connect(database_url) as conn:
        for source, status, minutes in (("new", "success", 59), ("old", "success", 61), ("failed", "failure", 5)):
            conn.execute(
                "insert into etl_state (source, status, last_success, updated_by)"
                " values (%s, %s, now() - %s * interval '1 minute', 'test')",
                [source, status, minutes],
            )
    assert find_due(database_url, ("failed", "new", "never_ran", "old")) == ("failed", "never_ran", "old")


@pytest.mark.parametrize("arguments", [[], ["upp"], ["up", "--now"]])
def test_unknown_command_ends_with_2(home: Path, arguments: list[str]) -> None:
    ended = leadledger(home, *arguments)
    assert ended.returncode == 2
    assert ended.stderr.startswith("usage: python -m leadledger")
