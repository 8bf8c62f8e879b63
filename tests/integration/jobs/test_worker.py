"""Workers in processes of their own: they bring sources in on schedule, never two at once, and may be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from permit_leads.store import state
from permit_leads.store.db import connect
from simulators.publishers import Simulator, load_snapshot, serve
from simulators.publishers.faults import Fault

ROOT = Path(__file__).parents[3]
SOURCE = "southlake_permits"
PATIENCE = Fault("F01", kind="seconds", seconds=600.0, count="forever")  # the run waits, and is alive
WORKER = [sys.executable, "-m", "leadledger", "worker"]


@dataclass(frozen=True)
class Site:
    """A folder, a database and a publisher for workers."""

    simulator: Simulator
    url: str
    folder: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": self.url,
            "LEADLEDGER_HOME": str(self.folder / "home"),
            "PERMIT_LEADS_CONNECT_TO": self.simulator.url,
            "PERMIT_LEADS_SOURCES": SOURCE,
        }

    def start(self, *flags: str) -> subprocess.Popen[bytes]:
        """A worker with its commands in a group of their own."""
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                [*WORKER, *flags], cwd=self.folder, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.started.append(worker)
        return worker

    def work_off(self) -> None:
        """A worker that ends when nothing is left that it can do now."""
        assert self.start("--once").wait(timeout=120) == 0, self.log[-3000:]

    @property
    def log(self) -> str:
        return (self.folder / "worker.log").read_text()

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as conn:
            return conn.execute(query.encode()).fetchall()

    def change(self, statement: str) -> None:
        with psycopg.connect(self.url) as conn:
            conn.execute(statement.encode())

    def jobs(self) -> list[tuple[object, ...]]:
        """Jobs of the source, but for the weekly one, which is due or not."""
        return self.ask(
            "select status::text, attempts, scheduled_at is not null from procrastinate.procrastinate_jobs"
            " where task_name = 'bring_in'"
        )

    def wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        give_up_at = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < give_up_at, f"never: {what}\n{self.log[-3000:]}"
            time.sleep(0.05)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with serve(load_snapshot(only=[SOURCE])) as simulator:
        site = Site(simulator, database_url, tmp_path)
        yield site
        for worker in site.started:
            if worker.poll() is None:  # the test has failed
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait(timeout=30)


def test_worker_brings_in_what_is_due_once_and_writes_the_archive_file(site: Site) -> None:
    site.work_off()
    assert site.ask("select status from etl_state") == [("success",)]
    ((count,),) = site.ask("select count(*) from permits")
    assert count
    assert site.jobs() == []  # what went well leaves the queue
    assert len(list((site.folder / "home" / "archived").glob("archived_permits_*.csv"))) == 1
    run_count = site.ask("select count(*) from etl_runs where kind = 'sync'")
    site.work_off()
    assert site.ask("select count(*) from etl_runs where kind = 'sync'") == run_count


@pytest.mark.long
def test_killed_worker_loses_no_job_and_doubles_nothing(site: Site) -> None:
    site.simulator.faults.add(PATIENCE)
    killed = site.start()
    site.wait_until(lambda: site.ask("select status from etl_state") == [("running",)], "the run began")
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait(timeout=30)
    assert site.jobs() == [("doing", 0, False)]

    site.simulator.restore()
    site.change("delete from host_turns")  # the publisher's ten minutes are over
    site.change("update etl_state set lease_expires_at = now() - interval '1 second'")
    site.change("update procrastinate.procrastinate_workers set last_heartbeat = now() - interval '1 minute'")
    site.work_off()
    assert "event=job.retried" in site.log
    assert f"event=run.lease_lost source={SOURCE}" in site.log
    assert site.jobs() == []
    ends = "select status, error_message like 'lease lost: %' from etl_runs where kind = 'sync' order by started_at"
    assert site.ask(ends) == [("failure", True), ("success", None)]
    assert site.ask("select count(*), count(distinct permit_id) from permit_versions") == site.ask(
        "select count(*), count(distinct permit_key) from permits"
    )


def test_worker_makes_the_file_somebody_asked_for(site: Site) -> None:
    site.change(
        "with made as (insert into accounts (name, created_by) values ('Test', gen_random_uuid())"
        " returning account_id, created_by), owner as (insert into members (account_id, user_id, role)"
        " select account_id, created_by, 'owner' from made)"
        " insert into exports (account_id, requested_by, format, filter)"
        " select account_id, created_by, 'csv', '{}' from made"
    )
    site.work_off()
    ((state, row_count, byte_count),) = site.ask("select state, row_count, byte_count from exports")
    ((lead_count,),) = site.ask("select count(*) from leads where openness in ('open', 'likely')")
    (file,) = (site.folder / "home" / "exports").rglob("*.csv")
    assert (state, row_count, byte_count) == ("done", lead_count, file.stat().st_size)
    assert lead_count
    assert site.ask("select 1 from procrastinate.procrastinate_jobs where task_name = 'make_export'") == []


def test_worker_waits_for_a_replay_by_hand_and_starts_nothing(site: Site) -> None:
    with connect(site.url) as conn:
        state.begin(conn, SOURCE, uuid4(), "somebody's replay", lease_seconds=600)
    site.work_off()
    assert 'reason="run' in site.log
    assert "by somebody's replay is at work" in site.log
    assert site.jobs() == [("todo", 1, True)]
    assert site.simulator.requests == []


def test_worker_that_is_told_to_end_ends_its_command_in_good_order(site: Site) -> None:
    site.simulator.faults.add(PATIENCE)
    worker = site.start("--grace", "0")
    site.wait_until(lambda: site.ask("select status from etl_state") == [("running",)], "the run began")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=60) == 0
    assert site.ask("select status from etl_state") == [("failure",)]
    assert site.jobs() == [("todo", 1, True)]


def test_source_that_takes_hours_holds_up_nothing_else(site: Site) -> None:
    site.simulator.faults.add(PATIENCE)
    site.start("--concurrency", "1", "--grace", "0")
    site.wait_until(lambda: site.ask("select status from etl_state") == [("running",)], "the run began")
    site.change(
        "select procrastinate.procrastinate_defer_jobs_v1(array[row('default', 'apply_suppressions', 0, null, null,"
        " '{}', null)::procrastinate.procrastinate_job_to_defer_v1])"
    )
    waiting = "select count(*) from procrastinate.procrastinate_jobs where task_name = 'apply_suppressions'"
    site.wait_until(lambda: site.ask(waiting) == [(0,)], "the other lane did its job")
    assert site.ask("select status from etl_state") == [("running",)]
