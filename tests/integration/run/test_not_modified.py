"""A file that has not changed is not sent again: its archived page stands for it, in the run and in a replay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from permit_leads.outcome import Outcome, Request
from permit_leads.registry import load_registry
from permit_leads.run import run_all
from permit_leads.settings import Settings
from permit_leads.store.queries import load_queries
from simulators.publishers import Fault, Simulator, load_snapshot, serve
from tests.unit.fetch.fakes import Events

SOUTHLAKE, HOST = "southlake_permits", "southlake.recorded.invalid"
QUERIES = load_queries(Path(__file__).with_name("ledgers.sql"))


class Told(Events):
    def event(self, name: str, **fields: object) -> None:
        self(name, **fields)


class Runs:
    """Runs of Southlake's file against the simulator, one after the other."""

    def __init__(self, url: str, folder: Path, simulator: Simulator) -> None:
        self.simulator = simulator
        self._folder = folder
        self._settings = Settings.model_validate(
            {"database_url": url, "home": folder / "home", "connect_to": simulator.url, "contact": "a@elm.example"}
        )

    def run(self, *, is_replay: bool = False) -> tuple[Outcome, Told]:
        request = Request((SOUTHLAKE,), None, None, (), None, False, is_replay, self._folder)
        told = Told()
        (outcome,) = run_all(request, load_registry(), self._settings, told)
        assert outcome.error is None
        return outcome, told

    @property
    def sent(self) -> list[dict[str, str]]:
        return [asked.headers for asked in self.simulator.requests if asked.path.endswith(".csv")]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with serve(load_snapshot(only=[SOUTHLAKE])) as running:
        yield running


@pytest.fixture
def southlake(database_url: str, tmp_path: Path, simulator: Simulator) -> Runs:
    simulator.restore()
    return Runs(database_url, tmp_path, simulator)


def test_an_unchanged_file_stands_for_all_its_rows_also_in_a_replay(southlake: Runs, database_url: str) -> None:
    southlake.simulator.faults.add(Fault("F23", host=HOST, kind="gzip"))
    first, _ = southlake.run()
    again, told = southlake.run()
    assert len(told.named("fetch.not_modified")) == 1
    assert "if-none-match" in southlake.sent[1]
    assert (again.record_count, again.permit_changed_count) == (first.record_count, 0)
    assert again.permit_unchanged_count == first.permit_new_count > 0
    assert "not_modified" in {finding.code for finding in again.findings}
    with psycopg.connect(database_url) as conn:
        pages = conn.execute(QUERIES["pages"]).fetchall()
    assert [status for status, _ in pages] == [200, 304]
    assert len({sha256 for _, sha256 in pages}) == 1
    replayed, _ = southlake.run(is_replay=True)
    assert replayed.permit_unchanged_count == first.permit_new_count
    assert replayed.permit_new_count == replayed.permit_changed_count == 0


def test_a_changed_file_and_one_dated_in_the_future_come_whole(southlake: Runs) -> None:
    southlake.simulator.faults.add(Fault("F23", host=HOST, kind="future"))
    southlake.run()
    southlake.simulator.faults.add(Fault("F10", host=HOST, kind="update", after=0, column="Status"))
    changed, told = southlake.run()
    assert changed.permit_changed_count == 1
    assert not told.named("fetch.not_modified")


def test_a_page_gone_from_the_archive_is_fetched_whole(southlake: Runs, tmp_path: Path) -> None:
    first, _ = southlake.run()
    for page in (tmp_path / "home").rglob("*.zst"):
        page.unlink()
    again, told = southlake.run()
    assert again.record_count == first.record_count
    assert not told.named("fetch.not_modified")
    assert "if-none-match" not in southlake.sent[-1]
