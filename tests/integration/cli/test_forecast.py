"""A window that would take long is priced before it is fetched, and needs consent."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from simulators.publishers import Simulator, load_snapshot, serve

ROOT = Path(__file__).parents[3]
SOURCES = ["austin_issued_permits", "southlake_permits"]
LONG = ["--since", "40d", "--delay", "0.2"]


@dataclass(frozen=True)
class Operator:
    simulator: Simulator
    url: str
    folder: Path

    def environment(self, source: str, budget: str) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": self.url,
            "LEADLEDGER_HOME": str(self.folder / "home"),
            "PERMIT_LEADS_CONNECT_TO": self.simulator.url,
            "PERMIT_LEADS_SOURCES": source,
            "PERMIT_LEADS_BUDGET_MINUTES": budget,
        }

    def run(
        self, *flags: str, source: str = SOURCES[0], budget: str = "60", stdin: int = subprocess.DEVNULL
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "permit_leads", "--dry-run", *flags],
            cwd=self.folder,
            env=self.environment(source, budget),
            stdin=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def answer(self, text: str, *flags: str, budget: str) -> subprocess.CompletedProcess[str]:
        """The same on a terminal where somebody types this."""
        there, here = pty.openpty()
        try:
            os.write(there, text.encode())
            return self.run(*flags, budget=budget, stdin=here)
        finally:
            os.close(there)
            os.close(here)


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with serve(load_snapshot(only=SOURCES)) as running:
        yield running


@pytest.fixture
def operator(simulator: Simulator, database_url: str, tmp_path: Path) -> Operator:
    simulator.restore()
    return Operator(simulator, database_url, tmp_path)


def asked_for_rows(operator: Operator) -> int:
    return sum("$limit" in request.raw_query for request in operator.simulator.requests)


def test_long_window_is_priced_by_the_publishers_own_count(operator: Operator) -> None:
    told = operator.run(*LONG, budget="0")
    assert told.returncode == 2
    assert told.stdout == ""
    counted = re.search(
        r"event=forecast source=\S+ rows=(\d+) requests=(\d+) spacing_seconds=0.2 minutes=", told.stderr
    )
    assert counted is not None, told.stderr
    assert 1000 < int(counted[1]) < 10_000
    assert int(counted[2]) == 5  # robots.txt, metadata, two counts, and one page of at most 10,000
    assert "add --yes to go on" in told.stderr
    assert asked_for_rows(operator) == 0
    with psycopg.connect(operator.url) as conn:
        assert conn.execute("select count(*) from etl_runs").fetchone() == (0,)


def test_yes_goes_on_above_the_budget(operator: Operator) -> None:
    told = operator.run(*LONG, "--yes", budget="0")
    assert told.returncode == 0, told.stderr
    assert asked_for_rows(operator) == 1


@pytest.mark.parametrize(("typed", "status", "rows_pages"), [("y\n", 0, 1), ("\n", 2, 0)])
def test_on_a_terminal_somebody_is_asked(operator: Operator, typed: str, status: int, rows_pages: int) -> None:
    told = operator.answer(typed, *LONG, budget="0")
    assert told.returncode == status, told.stderr
    assert "Fetch all the same? [y/N]" in told.stdout + told.stderr
    assert asked_for_rows(operator) == rows_pages, told.stderr


def test_short_window_asks_nobody_first_and_passes_the_usual_budget(operator: Operator) -> None:
    told = operator.run("--since", "7d")
    assert told.returncode == 0, told.stderr
    assert 'requests="5 or more"' in told.stderr
    assert sum("count(" in request.query[0][1] for request in operator.simulator.requests if request.query) == 2


def test_delay_makes_the_price_higher(operator: Operator) -> None:
    told = operator.run("--since", "24h", "--delay", "3600", budget="60")
    assert told.returncode == 2
    assert "austin_issued_permits: 5 × 3600 s" in told.stderr
    assert operator.simulator.requests == []


def test_file_is_priced_without_asking(operator: Operator) -> None:
    told = operator.run(*LONG, source=SOURCES[1], budget="0")
    assert told.returncode == 2
    assert "southlake_permits: 3 × " in told.stderr
    assert operator.simulator.requests == []


def test_replay_costs_its_publisher_nothing(operator: Operator) -> None:
    told = operator.run("--replay", budget="0")
    assert "event=forecast requests=0 minutes=0" in told.stderr
    assert operator.simulator.requests == []
