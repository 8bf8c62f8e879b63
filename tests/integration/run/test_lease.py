"""A run whose lease was taken over stores nothing any more, however late it comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from permit_leads.outcome import Outcome, Request
from permit_leads.registry import load_registry
from permit_leads.run import run_all
from permit_leads.settings import load_settings
from permit_leads.store import permits
from simulators.publishers import Simulator, load_snapshot, serve

SOURCE = "southlake_permits"


@dataclass
class Pausing:
    """Progress of a run that stands still when its first page is stored, until it is let go."""

    is_there: threading.Event = field(default_factory=threading.Event)
    goes_on: threading.Event = field(default_factory=threading.Event)

    def event(self, name: str, **fields: object) -> None:
        if name == "page":
            self.is_there.set()
            assert self.goes_on.wait(timeout=60)


class Silent:
    def event(self, name: str, **fields: object) -> None:
        pass


@dataclass
class Worlds:
    """One source and its store, for runs in threads of their own."""

    simulator: Simulator
    url: str
    home: Path
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def run(self, name: str, progress: Pausing | Silent) -> None:
        settings = load_settings().model_copy(
            update={
                "connect_to": self.simulator.url,
                "home": self.home,
                "archive_url": f"file://{self.home}/archive",
            }
        )
        request = Request((SOURCE,), None, None, (), None, is_dry_run=False, is_replay=False, out_dir=Path())
        (self.outcomes[name],) = run_all(request, {SOURCE: load_registry()[SOURCE]}, settings, progress, actor=name)

    @contextmanager
    def running(self, name: str, progress: Pausing | Silent) -> Iterator[None]:
        thread = threading.Thread(target=self.run, args=(name, progress))
        thread.start()
        yield
        thread.join(timeout=60)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as conn:
            return conn.execute(query.encode()).fetchall()

    def expire_lease(self) -> None:
        """What two minutes without a heartbeat do."""
        with psycopg.connect(self.url) as conn:
            conn.execute("update etl_state set lease_expires_at = now() - interval '1 second'")

    def wait_for_holder(self, name: str) -> None:
        give_up_at = time.monotonic() + 30
        while self.ask("select updated_by from etl_state") != [(name,)]:
            assert time.monotonic() < give_up_at
            time.sleep(0.02)


@pytest.fixture
def worlds(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worlds]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    with serve(load_snapshot(only=[SOURCE])) as simulator:
        yield Worlds(simulator, database_url, tmp_path)


def test_run_that_was_taken_over_comes_back_and_stores_nothing(worlds: Worlds) -> None:
    frozen = Pausing()
    with worlds.running("frozen", frozen):
        assert frozen.is_there.wait(timeout=60)
        worlds.expire_lease()
        with worlds.running("successor", Silent()):
            worlds.wait_for_holder("successor")
            frozen.goes_on.set()
    lost, won = worlds.outcomes["frozen"], worlds.outcomes["successor"]
    assert (lost.status, won.status) == ("failure", "success")
    assert lost.error is not None
    assert "no longer holds the lease" in lost.error
    stored_by = "select distinct run_id from permit_versions union select distinct run_id from raw_pages"
    assert worlds.ask(stored_by) == [(won.run_id,)]
    assert worlds.ask("select count(*) from permits") == [(won.permit_new_count,)]
    assert worlds.ask("select status, error_message, lease_run_id from etl_state") == [("success", None, None)]
    ends = worlds.ask("select run_id, status from etl_runs")
    assert set(ends) == {(lost.run_id, "failure"), (won.run_id, "success")}


def test_successor_does_not_wait_for_ever_for_a_run_that_does_not_end(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permits, "PATIENCE_SECONDS", 1)
    frozen = Pausing()
    with worlds.running("frozen", frozen):
        assert frozen.is_there.wait(timeout=60)
        worlds.expire_lease()
        worlds.run("successor", Silent())
        frozen.goes_on.set()
    assert [outcome.status for outcome in worlds.outcomes.values()] == ["failure", "failure"]
    told = worlds.outcomes["successor"].error
    assert told is not None
    assert "a run that lost its lease is still open after 1 s" in told
    assert worlds.ask("select count(*) from permits") == [(0,)]
