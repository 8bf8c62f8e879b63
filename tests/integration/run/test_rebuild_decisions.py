"""What operators decided and what was restored comes back from the archive too, and what was left out stays out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from permit_leads import cli
from permit_leads.export.archived import archive_day, archive_name
from permit_leads.restore import command
from permit_leads.state_cli import main as decide
from permit_leads.store import db, holds
from permit_leads.window import OPERATOR_ZONE, resolve
from simulators.publishers import Fault, Simulator, load_snapshot, serve
from tests.conftest import _fresh_database
from tests.integration.run.town import Town, ask, dump, dump_as_of, hashes

SOUTHLAKE, HOST = "southlake_permits", "southlake.recorded.invalid"
HELD = (
    "select decision, decided_by, reason, codes, held_at, decided_at, accepted_run_id from held_runs order by held_at"
)
AUDIT = "select source, action, actor, reason, recorded_at from etl_audit_entries where action like '%held%' order by 5"
RUNS = "select run_id, kind, status, window_since, started_at from etl_runs where kind <> 'replay' order by started_at"
MakeStore = Callable[[], str]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with serve(load_snapshot(only=[SOUTHLAKE])) as running:
        yield running


@pytest.fixture
def town(simulator: Simulator, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Town:
    simulator.restore()
    for name, value in {"DATABASE_URL": database_url, "LEADLEDGER_HOME": str(tmp_path), "ETL_ACTOR": "ada"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return Town(simulator, SOUTHLAKE, HOST, tmp_path, 450)


@pytest.fixture
def new_store(template_database: str) -> Iterator[MakeStore]:
    with ExitStack() as stack:

        def make() -> str:
            databases = _fresh_database(template_database)
            stack.callback(lambda: next(databases, None))
            return next(databases)

        yield make


def hold(town: Town, url: str, start: int, count: int = 100) -> str:
    """A file cut to so many rows, some of them new, is held back."""
    table = town.resource.table
    town.resource.table = replace(
        table, rows=load_snapshot(only=[SOUTHLAKE])[0].resources[0].table.rows[start:][:count]
    )
    assert "held back" in str(town.run(url).error)
    with closing(db.connect(url)) as conn:
        (waiting,) = holds.waiting(conn)
    town.resource.table = table
    return str(waiting.run_id)


def test_accepted_batch_is_told_at_its_decision_and_a_rejected_one_stays_out(
    town: Town, database_url: str, new_store: MakeStore, simulator: Simulator
) -> None:
    simulator.faults.add(Fault("F23", host=HOST, kind="gzip"))
    town.good(database_url)
    town.good(database_url)  # a 304: the archived page stands for it
    assert ask(database_url, "select count(*) from raw_pages where status = 304") == [(1,)]
    rejected = hold(town, database_url, 380)
    assert decide(["reject", "--run", rejected, "--reason", "a cut file"]) == 0
    accepted = hold(town, database_url, 400)
    held_at, before = datetime.now(UTC), dump(database_url)
    assert decide(["accept", "--run", accepted, "--reason", "the city dropped its old permits"]) == 0
    after = datetime.now(UTC)
    town.good(database_url)
    hold(town, database_url, 0, 0)  # waits
    assert dump_as_of(database_url, held_at) == before
    rebuilt = new_store()
    assert town.good(rebuilt, is_replay=True).permit_new_count == 500
    assert hashes(rebuilt) == hashes(database_url)
    for query in (HELD, AUDIT, RUNS):
        assert ask(rebuilt, query) == ask(database_url, query)
    assert [decision for decision, *_ in ask(rebuilt, HELD)] == ["rejected", "accepted", None]
    assert dump_as_of(rebuilt, held_at) == before
    assert len(dump_as_of(rebuilt, after)[0]) == 500


def test_restored_file_is_restored_again_in_its_place_in_history(
    town: Town, database_url: str, new_store: MakeStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    day = now.astimezone(OPERATOR_ZONE).date()
    town.good(database_url)
    with closing(db.connect(database_url)) as conn:
        archive_day(conn, tmp_path / archive_name(day), resolve(day.isoformat(), day.isoformat(), now))
    lost = new_store()
    monkeypatch.setenv("DATABASE_URL", lost)
    shutil.rmtree(town.archive_folder / "manifest")
    assert command.main(["--file", str(tmp_path / archive_name(day))]) == 0
    town.resource.table = town.resource.table.without([0, 1])
    town.good(lost, is_reconcile=True)
    rebuilt = new_store()
    monkeypatch.setenv("DATABASE_URL", rebuilt)
    assert cli.main(["--replay", "--source", SOUTHLAKE]) == 0
    assert hashes(rebuilt) == hashes(lost)
    kinds = "select kind, status, restored_from_sha256 is not null from etl_runs order by started_at"
    assert ask(rebuilt, kinds) == [("restore", "success", True), ("reconcile", "success", False)]
    assert cli.main(["--replay"]) == 0  # all that is archived, also of a source that cannot be fetched from here
    assert hashes(rebuilt) == hashes(lost)
    ((sha256,),) = ask(lost, "select restored_from_sha256 from etl_runs where kind = 'restore'")
    (town.archive_folder / "pages" / sha256[:2] / f"{sha256}.zst").unlink()
    broken = new_store()
    told = town.run(broken, is_replay=True)  # the runs after it are whole, and yet not all there was
    assert told.status == "failure"
    assert f"archived page {sha256} is missing" in str(told.error)
    assert ask(broken, "select count(*) from permits") == [(0,)]


def test_run_whose_manifest_is_pending_is_not_told_before_somebody_says_that_it_was(
    town: Town, database_url: str, new_store: MakeStore
) -> None:
    town.good(database_url)
    (manifest,) = (town.archive_folder / "manifest").rglob("*.jsonl")
    pending = town.archive_folder / "pending" / f"dataset={SOUTHLAKE}" / manifest.name
    pending.parent.mkdir(parents=True, exist_ok=True)
    manifest.rename(pending)
    rebuilt = new_store()
    assert town.run(rebuilt, is_replay=True).record_count == 0
    assert "archive.unknown_run" in [name for name, _ in town.told.events]
    pending.rename(town.archive_folder / "manifest" / f"dataset={SOUTHLAKE}" / pending.name)
    town.good(rebuilt, is_replay=True)
    assert hashes(rebuilt) == hashes(database_url)
