"""scripts/health-check.sh against small servers that are well, or sick in every way seen so far."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path

import pytest

from permit_leads.store.db import connect
from tests.integration.scripts.product import PAGE, Answer, serving
from tests.integration.scripts.shell import ROOT, SOURCE, sync

SCRIPT = ROOT / "scripts" / "health-check.sh"


@dataclass
class Checker:
    database_url: str
    home: Path
    changes: dict[str, str] = field(default_factory=dict)

    def run(self, url: str | None, *flags: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        addresses = {} if url is None else {"FRONTEND_URL": url, "BACKEND_URL": url}
        environment = {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "LEADLEDGER_HOME": str(self.home),
            "PERMIT_LEADS_SOURCES": SOURCE,
            **addresses,
            **self.changes,
        }
        return subprocess.run(
            [SCRIPT, *flags], env=environment, cwd=cwd or self.home, capture_output=True, text=True, timeout=60
        )


@pytest.fixture
def checker(database_url: str, tmp_path: Path) -> Checker:
    """A checker whose one source ran well a moment ago."""
    with connect(database_url) as conn:
        sync(conn)
    return Checker(database_url, tmp_path)


def change_state(checker: Checker, assignment: str) -> None:
    with connect(checker.database_url) as conn:
        conn.execute(f"update public.etl_state set {assignment}".encode())


def test_all_well_is_exit_0(checker: Checker) -> None:
    with serving() as url:
        told = checker.run(url)
    assert told.returncode == 0, told.stdout + told.stderr
    assert [line.split()[:2] for line in told.stdout.splitlines()] == [
        ["frontend", "ok"],
        ["backend", "ok"],
        ["database", "ok"],
        ["payments", "ok"],
        ["etl", "ok"],
    ]


def test_json_says_the_same(checker: Checker) -> None:
    with serving(database=Answer('{"database_status": "error", "payments_status": "off"}')) as url:
        told = checker.run(url, "--json")
    seen = json.loads(told.stdout)
    assert (told.returncode, seen["is_well"]) == (1, False)
    assert {check["name"]: check["is_well"] for check in seen["checks"]} == {
        "frontend": True,
        "backend": True,
        "database": False,
        "payments": True,
        "etl": True,
    }


SICK_FRONTENDS = [
    (Answer("oops", 500, "text/html"), "answers 500"),
    (Answer("gone", 404, "text/html"), "answers 404"),
    (Answer("", 307, "text/html", "/login"), "sends visitors to log in"),
    (Answer("", 302, "text/html", "/"), "does not answer"),
    (Answer("{}"), "expected a page"),
]
SICK_BACKENDS = [
    (Answer('{"status": "ok"}', 500), "answers 500"),
    (Answer("", 204), "answers 204"),
    (Answer("", 302, "text/html", "/login"), "answers 302"),
    (PAGE, "not with JSON"),
    (Answer('{"status": "degraded"}'), 'status = "degraded"'),
]
SICK_DATABASES = [
    (Answer('{"database_status": "degraded"}'), '"degraded"'),
    (Answer('{"database_status": "error"}'), '"error"'),
    (Answer('{"database_status": null}'), "database_status = null"),
    (Answer('{"status": "connected"}'), "database_status = null"),
    (Answer('{"database_status": true}'), "database_status = true"),
    (Answer('["connected"]'), "database_status = null"),
    (Answer(""), "not with JSON"),
    (PAGE, "not with JSON"),
    (Answer('{"database_status": "connected"}', 500), "answers 500"),
    (Answer("{}", 401), "answers 401"),
]


@pytest.mark.parametrize(
    ("frontend", "backend", "database"),
    list(zip_longest(SICK_FRONTENDS, SICK_BACKENDS, SICK_DATABASES)),
)
def test_every_sick_endpoint_is_named_and_no_other(
    checker: Checker,
    frontend: tuple[Answer, str] | None,
    backend: tuple[Answer, str] | None,
    database: tuple[Answer, str],
) -> None:
    sick = {"root": frontend, "health": backend, "database": database}
    with serving(**{part: case[0] for part, case in sick.items() if case}) as url:
        told = checker.run(url)
    assert told.returncode == 1
    lines = [line for line in told.stdout.splitlines() if not line.startswith("payments")]
    for line, case in zip(lines, (*sick.values(), None), strict=True):
        assert line.split()[1] == ("FAILED" if case else "ok")
        assert case is None or case[1] in line


@pytest.mark.parametrize(
    ("status", "verdict", "says"),
    [
        ('"ok"', "ok", "worked off"),
        ('"off"', "ok", "nothing can be bought here"),
        ('"waiting"', "FAILED", "python -m leadledger billing events"),
        ('"differs"', "FAILED", "python -m leadledger billing compare"),
        ('"requests"', "FAILED", "python -m leadledger refunds list"),
        ('"unknown"', "FAILED", "not known"),
        ("null", "FAILED", "payments_status = null"),
        ("[]", "FAILED", "payments_status = []"),
    ],
)
def test_payments_that_stand_still_are_sick(checker: Checker, status: str, verdict: str, says: str) -> None:
    with serving(database=Answer('{"database_status": "connected", "payments_status": ' + status + "}")) as url:
        told = checker.run(url)
    assert told.returncode == (verdict == "FAILED")
    (line,) = (line for line in told.stdout.splitlines() if line.startswith("payments"))
    assert line.split()[1] == verdict
    assert says in line


def test_backend_older_than_payments_is_a_warning(checker: Checker) -> None:
    with serving(database=Answer('{"database_status": "connected"}')) as url:
        told = checker.run(url)
    assert told.returncode == 0
    assert "payments  warn" in told.stdout


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("status = 'failure', error_message = 'column ISSUEDDATE is gone'", "failure: column ISSUEDDATE is gone"),
        ("last_success = now() - interval '30 days'", "stale"),
        ("status = null", "unknown"),
        ("last_success = null", "unknown"),
        ("status = 'running', lease_expires_at = now() - interval '1 second'", "lease lost"),
        (
            "status = 'running', lease_expires_at = now() + interval '1 minute', last_run = now() - interval '7 hours'",
            "running for more than 6 hours",
        ),
    ],
)
def test_sick_source_is_named(checker: Checker, assignment: str, says: str) -> None:
    change_state(checker, assignment)
    with serving() as url:
        told = checker.run(url)
    assert told.returncode == 1
    assert f"etl       FAILED  {SOURCE}: " in told.stdout
    assert says in told.stdout


LONG_AGO = datetime.now(UTC).date() - timedelta(days=40)


def age_permits(checker: Checker) -> None:
    """The feed goes on answering, but its newest permit is old."""
    with connect(checker.database_url) as conn:
        conn.execute("update public.permits set issued_date = %s", (LONG_AGO,))


def test_feed_that_answers_but_stands_still_is_sick(checker: Checker) -> None:
    age_permits(checker)
    with serving() as url:
        told = checker.run(url)
    assert told.returncode == 1
    assert (
        f"etl       FAILED  {SOURCE}: stale: runs go well, but the newest permit was issued on {LONG_AGO}"
        in told.stdout
    )


def test_recorded_rows_that_are_old_are_a_warning_that_names_them(checker: Checker) -> None:
    age_permits(checker)
    with connect(checker.database_url) as conn:
        conn.execute("update public.etl_runs set simulated_note = 'recorded rows'")
    with serving() as url:
        told, as_json = checker.run(url), json.loads(checker.run(url, "--json").stdout)
    assert told.returncode == 0
    assert f"etl       warn    0 sources are fresh, 1 not: {SOURCE}: stale" in told.stdout
    assert f"issued on {LONG_AGO} (recorded rows)" in told.stdout
    assert [(check["verdict"], check["is_well"]) for check in as_json["checks"]][-1] == ("warn", True)


def test_data_without_a_day_of_issue_is_a_warning(checker: Checker) -> None:
    with connect(checker.database_url) as conn:
        conn.execute("update public.permits set issued_date = null")
    with serving() as url:
        told = checker.run(url)
    assert told.returncode == 0
    assert (
        f"etl       warn    0 sources are fresh, 1 not: {SOURCE}: unknown: no permit carries a day of issue"
        in told.stdout
    )


def test_source_that_is_running_now_and_was_well_before_is_well(checker: Checker) -> None:
    change_state(checker, "status = 'running', last_run = now(), lease_expires_at = now() + interval '1 minute'")
    with serving() as url:
        assert checker.run(url).returncode == 0


def test_enabled_source_that_never_ran_is_sick(checker: Checker) -> None:
    with connect(checker.database_url) as conn:
        conn.execute("update public.etl_state set source = 'elsewhere'")
    with serving() as url:
        told = checker.run(url)
    assert told.returncode == 1
    assert f"{SOURCE}: unknown: never ran" in told.stdout


def test_database_that_is_down_is_named_without_its_password(checker: Checker) -> None:
    checker.database_url = "postgresql://owner:hunter2@127.0.0.1:1/leadledger"
    with serving() as url:
        told = checker.run(url)
    assert told.returncode == 1
    assert "etl       FAILED" in told.stdout
    assert "hunter2" not in told.stdout + told.stderr


def test_nothing_answers_at_all(checker: Checker) -> None:
    told = checker.run("http://127.0.0.1:1")
    assert told.returncode == 1
    assert told.stdout.count("does not answer") == 4


def test_hanging_servers_cost_no_more_than_the_patience(checker: Checker) -> None:
    """Ten seconds by default; here one, so that the test need not sit them out."""
    assert "PATIENCE=${HEALTH_CHECK_SECONDS:-10}" in SCRIPT.read_text(encoding="utf-8")
    checker.changes["HEALTH_CHECK_SECONDS"] = "1"
    slow = Answer("{}", seconds=60)
    started = time.monotonic()
    with serving(root=slow, health=slow, database=slow) as url:
        told = checker.run(url)
        assert time.monotonic() - started < 30  # half of what the servers take, for a machine that is busy
    assert told.returncode == 1
    silent = [line.split()[0] for line in told.stdout.splitlines() if "does not answer: " in line]
    assert silent == ["frontend", "backend", "database", "payments"]


@pytest.mark.parametrize("patience", ["0", "ten", "-1"])
def test_patience_that_is_none_is_refused(checker: Checker, patience: str) -> None:
    checker.changes["HEALTH_CHECK_SECONDS"] = patience
    told = checker.run(None)
    assert (told.returncode, told.stdout) == (2, "")
    assert f"HEALTH_CHECK_SECONDS is {patience}" in told.stderr


def test_addresses_are_those_that_make_up_chose(checker: Checker) -> None:
    (checker.home / "run").mkdir()
    with serving() as url:
        for name in ("api", "web"):
            record = {"pid": 1, "port": int(url.rpartition(":")[2]), "health_path": "/health"}
            (checker.home / "run" / f"{name}.json").write_text(json.dumps(record))
        told = checker.run(None)
    assert told.returncode == 0, told.stdout


def test_no_colour_where_there_is_no_terminal(checker: Checker) -> None:
    with serving() as url:
        assert "\x1b" not in checker.run(url).stdout


def test_unknown_flag_is_refused_with_usage(checker: Checker) -> None:
    told = checker.run(None, "--fast")
    assert told.returncode == 2
    assert "--fast is not known here" in told.stderr
    assert "--json" in told.stderr
