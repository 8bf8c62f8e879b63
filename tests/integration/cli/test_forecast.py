"""A window that would take long is priced before it is fetched, and needs consent."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from permit_leads.cli import main
from permit_leads.outcome import Outcome, Request
from simulators.publishers import Simulator, load_snapshot, serve

ROOT = Path(__file__).parents[3]
AUSTIN, SOUTHLAKE = "austin_issued_permits", "southlake_permits"
LONG = ["--since", "40d", "--delay", "0.1", "--dry-run"]


@dataclass(frozen=True)
class Operator:
    simulator: Simulator
    url: str
    patch: pytest.MonkeyPatch
    told: pytest.CaptureFixture[str]
    begun: list[Request] = field(default_factory=list)

    def begin(self, request: Request, *_: object) -> list[Outcome]:
        """Stands for the run itself, which is not what is looked at here."""
        self.begun.append(request)
        return []

    def run(self, *flags: str, source: str = AUSTIN, budget: str = "60") -> tuple[int, str, str]:
        """Exit code and what was printed, off a terminal."""
        self.patch.setenv("PERMIT_LEADS_SOURCES", source)
        self.patch.setenv("PERMIT_LEADS_BUDGET_MINUTES", budget)
        code = main(flags, run=self.begin)
        return (code, *self.told.readouterr())


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with serve(load_snapshot(only=[AUSTIN, SOUTHLAKE])) as running:
        yield running


@pytest.fixture
def operator(
    simulator: Simulator, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Operator:  # fmt: skip
    simulator.restore()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("LEADLEDGER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PERMIT_LEADS_CONNECT_TO", simulator.url)
    return Operator(simulator, database_url, monkeypatch, capsys)


def test_long_window_is_priced_by_the_publishers_own_count(operator: Operator) -> None:
    code, printed, told = operator.run(*LONG, budget="0")
    assert (code, printed) == (2, "")
    counted = re.search(r"event=forecast source=\S+ rows=(\d+) requests=(\d+) spacing_seconds=0.1 minutes=", told)
    assert counted is not None, told
    assert 1000 < int(counted[1]) < 10_000
    assert int(counted[2]) == 5  # robots.txt, metadata, two counts, and one page of at most 10,000
    assert "add --yes to go on" in told
    assert operator.begun == []
    assert not any("$limit" in request.raw_query for request in operator.simulator.requests)
    with psycopg.connect(operator.url) as conn:
        assert conn.execute("select count(*) from etl_runs").fetchone() == (0,)


def test_yes_goes_on_above_the_budget(operator: Operator) -> None:
    code, _, told = operator.run(*LONG, "--yes", budget="0")
    assert code == 0, told
    assert len(operator.begun) == 1


@pytest.mark.parametrize(("typed", "status"), [("y\n", 0), ("\n", 2)])
def test_on_a_terminal_somebody_is_asked(operator: Operator, tmp_path: Path, typed: str, status: int) -> None:
    there, here = pty.openpty()
    own = {"PYTHONPATH": str(ROOT), "PERMIT_LEADS_SOURCES": SOUTHLAKE, "PERMIT_LEADS_BUDGET_MINUTES": "0"}
    try:
        os.write(there, typed.encode())
        command = [sys.executable, "-m", "permit_leads", *LONG]
        told = subprocess.run(
            command, cwd=tmp_path, env={**os.environ, **own}, stdin=here, capture_output=True, text=True, timeout=60
        )
    finally:
        os.close(there)
        os.close(here)
    assert told.returncode == status, told.stderr
    assert "Fetch all the same? [y/N]" in told.stderr
    assert "[y/N]" not in told.stdout  # which may be a program's
    assert bool(operator.simulator.requests) == (status == 0), told.stderr


def test_short_window_asks_nobody_first_and_passes_the_usual_budget(operator: Operator) -> None:
    code, _, told = operator.run("--since", "7d", "--dry-run")
    assert code == 0, told
    assert 'requests="5 or more"' in told
    assert operator.simulator.requests == []
    assert len(operator.begun) == 1


def test_delay_makes_the_price_higher(operator: Operator) -> None:
    code, _, told = operator.run("--since", "24h", "--delay", "3600", budget="60")
    assert code == 2
    assert "austin_issued_permits: 5 × 3600 s" in told
    assert operator.simulator.requests == []


def test_file_is_priced_without_asking(operator: Operator) -> None:
    code, _, told = operator.run(*LONG, source=SOUTHLAKE, budget="0")
    assert code == 2
    assert "southlake_permits: 3 × " in told
    assert operator.simulator.requests == []


def test_replay_costs_its_publisher_nothing(operator: Operator) -> None:
    _, _, told = operator.run("--replay", "--dry-run", budget="0")
    assert "event=forecast requests=0 minutes=0" in told
    assert operator.simulator.requests == []
