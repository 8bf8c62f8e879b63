"""A batch that fails a check shows nowhere, is kept, and goes in or stays out as an operator says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import psycopg
import pytest

from permit_leads.outcome import Outcome, Request
from permit_leads.registry import load_registry
from permit_leads.run import run_all
from permit_leads.settings import Settings, load_settings
from permit_leads.state_cli import main
from simulators.publishers import Simulator, load_snapshot, serve

SOUTHLAKE = "southlake_permits"
HOST = "southlake.recorded.invalid"


class Silent:
    def event(self, name: str, **fields: object) -> None:
        pass


class Desk:
    """One source, its simulated publisher and its store."""

    def __init__(self, simulator: Simulator, url: str, home: Path) -> None:
        self.resource = simulator.hosts[HOST].resources[0]
        self.url, self.registry = url, {SOUTHLAKE: load_registry()[SOUTHLAKE]}
        self.settings: Settings = load_settings().model_copy(
            update={"connect_to": simulator.url, "home": home, "archive_url": f"file://{home}/archive"}
        )

    def run(self, *, is_replay: bool = False, is_reconcile: bool = False) -> Outcome:
        request = Request((SOUTHLAKE,), None, None, (), None, False, is_replay, Path(), is_reconcile)
        (outcome,) = run_all(request, self.registry, self.settings, Silent())
        return outcome

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as conn:
            return conn.execute(query.encode()).fetchall()

    def permit_count(self) -> object:
        return self.ask("select count(*) from permits")[0][0]

    def give(self, count: int, start: int = 0) -> None:
        """The publisher's file holds so many of its rows."""
        table = self.resource.table
        self.resource.table = replace(table, rows=table.rows.slice(start, count))


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with serve(load_snapshot(only=[SOUTHLAKE])) as running:
        yield running


@pytest.fixture
def desk(simulator: Simulator, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    simulator.restore()
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("LEADLEDGER_HOME", str(tmp_path))
    monkeypatch.setenv("ETL_ACTOR", "ada")
    made = Desk(simulator, database_url, tmp_path)
    made.give(450)
    assert made.run().error is None
    simulator.restore()
    return made


def hold_back(desk: Desk) -> str:
    """A file that was cut to its last hundred rows, fifty of them new."""
    desk.give(100, 400)
    outcome = desk.run()
    assert outcome.error is not None
    assert outcome.error.startswith("held back: 100 permits in the whole list, 450 are usual")
    ((run_id, status),) = desk.ask("select run_id::text, status from etl_runs order by started_at desc limit 1")
    assert status == "held"
    return str(run_id)


def test_nothing_of_a_held_batch_shows_and_the_watermark_stays(desk: Desk, simulator: Simulator) -> None:
    before = desk.ask("select watermark, last_success from etl_state")
    hold_back(desk)
    assert desk.permit_count() == 450
    assert desk.ask("select watermark, last_success from etl_state") == before
    assert desk.ask("select status, error_message like 'held back: %' from etl_state") == [("failure", True)]
    assert desk.ask("select codes, decision from held_runs") == [(["rows_missing"], None)]
    assert desk.run(is_replay=True).record_count == 450  # a replay reads what was let in, nothing else
    simulator.restore()
    assert desk.run().error is None
    assert desk.ask("select decision from held_runs") == [("superseded",)]


def test_accepting_stores_the_held_pages_and_keeps_who_and_why(
    desk: Desk, simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = hold_back(desk)
    simulator.hosts[HOST].resources[0].table = replace(desk.resource.table, rows=desk.resource.table.rows.head(0))
    assert main(["accept", "--run", run_id, "--reason", "the city dropped its old permits"]) == 0
    assert "50 permits new" in capsys.readouterr().out
    assert desk.permit_count() == 500
    assert desk.ask("select status, watermark is not null, error_message from etl_state") == [("success", True, None)]
    audited = desk.ask("select actor, action, reason from etl_audit_entries order by entry_id desc limit 1")
    assert audited == [("ada", f"accepted held run {run_id}", "the city dropped its old permits")]
    assert desk.run(is_replay=True).record_count == 550
    assert main(["accept", "--run", run_id, "--reason", "again"]) == 2
    assert "was accepted by ada already" in capsys.readouterr().err
    simulator.restore()
    desk.give(100, 400)
    assert desk.run().error is None  # what was accepted is usual now


def test_accepted_reconcile_withdraws_what_its_pages_lacked_and_leaves_the_watermark(desk: Desk) -> None:
    before = desk.ask("select watermark, last_success from etl_state")
    table = desk.resource.table
    rows = table.rows.slice(4, 446).with_columns(pl.lit("").alias("Status"))
    desk.resource.table = replace(table, rows=rows)
    outcome = desk.run(is_reconcile=True)
    assert outcome.error is not None
    assert outcome.error.startswith("held back: ")
    ((run_id, kind),) = desk.ask("select run_id::text, kind from held_runs")
    assert kind == "reconcile"
    assert desk.ask("select count(*) from permits where withdrawn_at is not null") == [(0,)]
    assert main(["accept", "--run", str(run_id), "--reason", "the city prints no status any more"]) == 0
    told = desk.ask("select count(*) filter (where withdrawn_at is not null), count(status_current) from permits")
    assert told == [(4, 4)]  # the four that are gone keep what was last said of them
    assert desk.ask("select watermark, last_success from etl_state") == before
    assert desk.ask("select kind, status, permit_changed_count from etl_runs order by started_at desc limit 1") == [
        ("reconcile", "success", 450)
    ]


def test_rejecting_leaves_the_batch_out(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    run_id = hold_back(desk)
    assert main(["held"]) == 0
    assert run_id in capsys.readouterr().out
    assert main(["reject", "--run", run_id, "--reason", "cut file"]) == 0
    assert desk.permit_count() == 450
    assert desk.ask("select decision, decided_by, reason from held_runs") == [("rejected", "ada", "cut file")]
    assert main(["accept", "--run", run_id, "--reason", "after all"]) == 2


def test_a_decision_needs_a_held_run_and_a_reason(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["accept", "--run", "6ec56c23-5dc9-4a6d-9a3e-cf4f34d4d4fd", "--reason", "why not"]) == 2
    assert "is no run that was held back" in capsys.readouterr().err
    assert main(["accept", "--run", "6ec56c23-5dc9-4a6d-9a3e-cf4f34d4d4fd", "--reason", " "]) == 2
    assert main(["reject", "--run", "nonsense", "--reason", "x"]) == 2
