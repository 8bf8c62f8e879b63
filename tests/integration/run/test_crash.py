"""A run killed at any boundary between its stages leaves nothing half done, and its rerun equals one clean run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from permit_leads.archive import Archive
from permit_leads.store.queries import load_queries
from simulators.publishers import Simulator, load_snapshot, serve
from tests.integration.run.doomed import BOUNDARIES, DATASET

ROOT = Path(__file__).parents[3]
QUERIES = load_queries(Path(__file__).with_name("ledgers.sql"))
AFTER_COMMIT = {"committed", "manifest written", "confirmed"}
LEAST_PAGES = 4  # a count, two pages of rows, a count; how many there are goes by the days of the week
Fingerprint = list[tuple[object, ...]]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with serve(load_snapshot(only=[DATASET])) as running:
        yield running


@pytest.fixture
def runs(simulator: Simulator, database_url: str, tmp_path: Path) -> Iterator[Runs]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database_url,
        "LEADLEDGER_HOME": str(tmp_path / "home"),
        "PERMIT_LEADS_CONNECT_TO": simulator.url,
    }
    command = [sys.executable, "-m", "tests.integration.run.doomed"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        yield Runs(database_url, tmp_path, process)
        assert process.stdin is not None
        process.stdin.close()


@dataclass
class Runs:
    """Runs of one dataset, living or doomed, on one store and one archive."""

    url: str
    folder: Path
    process: subprocess.Popen[str]

    def go(self, boundary: str = "", count: int = 1) -> int:
        """Status of a run that is killed when it reaches the boundary for the count-th time."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{boundary} {count}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def finish(self) -> None:
        assert self.go() == 0, (self.folder / "etl_output.log").read_text()[-2000:]

    def fingerprint(self) -> Fingerprint:
        with psycopg.connect(self.url) as conn:
            return sorted(conn.execute(QUERIES["fingerprint"]).fetchall())

    def committed(self) -> list[UUID]:
        with psycopg.connect(self.url) as conn:
            return sorted(run_id for (run_id,) in conn.execute(QUERIES["committed_runs"]))

    def archived(self) -> tuple[list[UUID], list[UUID]]:
        """The runs whose manifest counts, and those whose manifest is pending."""
        archive = Archive((self.folder / "home" / "archive").as_uri())
        return sorted(run.run_id for run in archive.runs(DATASET)), archive.pending(DATASET)

    def page_count(self) -> int:
        """How many pages the last committed run archived."""
        archive = Archive((self.folder / "home" / "archive").as_uri())
        return sum(1 for _ in archive.pages(archive.runs(DATASET)[0]))

    def expire_lease(self) -> None:
        """What two minutes of silence do."""
        with psycopg.connect(self.url) as conn:
            conn.execute("update etl_state set lease_expires_at = now() - interval '1 second'")

    def start_anew(self) -> None:
        """An empty store and an empty archive, as before the first run."""
        shutil.rmtree(self.folder / "home", ignore_errors=True)
        with psycopg.connect(self.url) as conn:
            conn.execute(QUERIES["empty"])


def deaths(page_count: int) -> list[tuple[str, int]]:
    """Each boundary, those of a page at several pages; between archiving one and fetching the next nothing happens."""
    pages = {"page archived": range(1, page_count + 1), "page stored": (1, 3, page_count)}
    return [(boundary, count) for boundary in BOUNDARIES for count in pages.get(boundary, (1,))]


@pytest.mark.long
def test_run_killed_at_each_boundary_leaves_all_or_nothing_and_its_rerun_equals_a_clean_run(runs: Runs) -> None:
    runs.finish()
    expected = runs.fingerprint()
    assert all(
        row_count for name, row_count, _ in expected if name in {"permits", "permit_versions", "leads", "events"}
    )
    page_count = runs.page_count()
    assert page_count >= LEAST_PAGES
    for boundary, count in deaths(page_count):
        runs.start_anew()
        assert runs.go(boundary, count) == -signal.SIGKILL, (boundary, count)
        if boundary in AFTER_COMMIT:
            assert runs.fingerprint() == expected, (boundary, count)
        else:
            assert [row_count for _, row_count, _ in runs.fingerprint()] == [0] * 7, (boundary, count)
        runs.expire_lease()
        runs.finish()
        assert runs.fingerprint() == expected, (boundary, count)
        assert runs.archived() == (runs.committed(), []), (boundary, count)
        assert len(runs.committed()) == 1 + (boundary in AFTER_COMMIT)


def test_killed_run_is_recorded_as_failed_by_the_next_one(runs: Runs) -> None:
    runs.go("applied")
    runs.expire_lease()
    runs.finish()
    with psycopg.connect(runs.url) as conn:
        ends = conn.execute("select status, error_message from etl_runs order by started_at").fetchall()
    assert ends == [
        ("failure", "lease lost: the run ended without a word and was followed by another"),
        ("success", None),
    ]


def test_second_identical_run_writes_no_permit_version_or_lead(runs: Runs) -> None:
    runs.finish()
    expected = runs.fingerprint()
    with psycopg.connect(runs.url) as conn:
        before = conn.execute(QUERIES["written_at"]).fetchone()
    runs.finish()
    assert runs.fingerprint() == expected
    with psycopg.connect(runs.url) as conn:
        assert conn.execute(QUERIES["written_at"]).fetchone() == before
        counts = "select permit_new_count, permit_changed_count, lead_written_count from etl_runs order by started_at"
        assert conn.execute(counts).fetchall()[-1] == (0, 0, 0)
