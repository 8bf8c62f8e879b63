"""Late, back-dated, edited, deleted and renumbered rows: all are caught within a sync and a reconcile."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import psycopg
import pytest

from permit_leads.outcome import Outcome, Request
from permit_leads.registry import Dataset, load_registry
from permit_leads.run import run_all
from permit_leads.settings import Settings
from permit_leads.store.events import Event, events_after, newest_event_id
from simulators.publishers import Fault, Simulator, load_snapshot, serve

NEW_YORK = "nyc_dob_now_permits"
HOST = "data.cityofnewyork.us"


class Silent:
    """Says nothing."""

    def event(self, name: str, **fields: object) -> None:
        """Nothing."""


class Portal:
    """New York's real rows behind the simulator, and a store that follows them."""

    def __init__(self, simulator: Simulator, url: str, folder: Path) -> None:
        self.resource = simulator.hosts[HOST].resources[0]
        self.simulator = simulator
        self.url = url
        self.settings = Settings(database_url=url, home=folder, connect_to=simulator.url)
        self.dataset = load_registry()[NEW_YORK].model_copy(update={"spacing_seconds": 0.0, "rejection_limit": 1.0})

    def run(self, *, is_reconcile: bool, dataset: Dataset | None = None) -> Outcome:
        request = Request((NEW_YORK,), None, None, (), None, False, False, Path(), is_reconcile)
        (outcome,) = run_all(request, {NEW_YORK: dataset or self.dataset}, self.settings, Silent())
        return outcome

    def caught_up(self) -> None:
        for is_reconcile in (False, True):
            outcome = self.run(is_reconcile=is_reconcile)
            assert outcome.error is None, outcome.error

    def listed(self) -> dict[str, str | None]:
        """Key and description of every row as the publisher has it now."""
        rows = self.resource.table.rows
        keys = rows.select(pl.concat_str(*self.dataset.key, separator="|")).to_series()
        return dict(zip(keys, rows["job_description"], strict=True))

    def stored(self) -> dict[str, str | None]:
        with psycopg.connect(self.url) as conn:
            return dict(
                conn.execute("select permit_key, description from permits where withdrawn_at is null").fetchall()
            )

    def events(self, after: int = 0) -> list[Event]:
        with psycopg.connect(self.url) as conn:
            return events_after(conn, after, 100_000)

    def newest(self) -> int:
        with psycopg.connect(self.url) as conn:
            return newest_event_id(conn)

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as conn:
            return conn.execute(statement).fetchall()


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with serve(load_snapshot(only=[NEW_YORK])) as running:
        yield running


@pytest.fixture
def portal(simulator: Simulator, database_url: str, tmp_path: Path) -> Portal:
    simulator.restore()
    portal = Portal(simulator, database_url, tmp_path)
    portal.caught_up()
    return portal


def mutate(portal: Portal, rng: random.Random, count: int) -> None:
    """So many rows back-dated, edited, deleted, renumbered and late, by the luck of a seed."""
    table = portal.resource.table
    places = rng.sample(range(table.rows.height), 5 * count)
    back, edited, gone, renumbered, late = (places[at * count : (at + 1) * count] for at in range(5))
    old = pl.lit("2021-03-04T00:00:00.000")
    key, row_id = portal.dataset.key[0], ":id"
    more = pl.concat([table.take(late)]).with_columns(
        pl.concat_str(pl.col(key), pl.lit("-L")).alias(key),
        pl.concat_str(pl.col(row_id), pl.lit("-late")).alias(row_id),
        old.alias(portal.dataset.date_column or ""),
    )
    table = table.changed(back, {portal.dataset.date_column or "": old})
    table = table.changed(edited, {"job_description": pl.lit(f"edited {rng.random()}")})
    table = table.changed(renumbered, {key: pl.concat_str(pl.col(key), pl.lit("-R"))})
    portal.resource.table = table.without(gone).with_rows(more)


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_to_rows_is_caught_in_two_cycles(portal: Portal, seed: int) -> None:
    assert portal.stored().keys() == portal.listed().keys()
    mutate(portal, random.Random(seed), 8)
    portal.caught_up()
    listed, stored = portal.listed(), portal.stored()
    assert stored.keys() == listed.keys()
    edited = {key: text for key, text in listed.items() if text and text.startswith("edited")}
    assert {key: stored[key] for key in edited} == edited
    assert edited
    assert portal.rows("select permit_key from permits group by permit_key having count(*) > 1") == []
    newest = portal.newest()
    portal.caught_up()
    assert portal.newest() == newest


def test_deleted_permit_is_withdrawn_and_comes_back_when_it_is_published_again(portal: Portal) -> None:
    before, table = portal.newest(), portal.resource.table
    portal.resource.table = table.without([0])
    assert portal.run(is_reconcile=True).error is None
    (gone,) = [event for event in portal.events(before) if event.kind == "permit.withdrawn"]
    assert gone.detail == {"reason": "no longer listed"}
    assert portal.rows(
        "select count(*) from leads join permits using (permit_id) "
        "where withdrawn_at is not null and openness <> 'closed'"
    ) == [(0,)]
    portal.resource.table = table
    assert portal.run(is_reconcile=True).error is None
    (back,) = [event for event in portal.events(gone.event_id) if event.kind == "permit.changed"]
    assert (back.permit_id, back.version, back.detail) == (gone.permit_id, 3, {"reason": "republished"})
    assert portal.stored().keys() == portal.listed().keys()


@pytest.mark.parametrize("kind", ["login", "private", "block"])
def test_source_that_closes_withdraws_nothing(portal: Portal, kind: str) -> None:
    portal.simulator.faults.add(Fault("F05", host=HOST, kind=kind))
    assert portal.run(is_reconcile=True).error is not None
    assert portal.rows("select count(*) from permits where withdrawn_at is not null") == [(0,)]


def test_too_many_withdrawals_at_once_are_held_back(portal: Portal) -> None:
    table = portal.resource.table
    portal.resource.table = table.without(range(table.rows.height // 4))
    outcome = portal.run(is_reconcile=True)
    assert outcome.status == "failure"
    assert portal.rows("select count(*) from permits where withdrawn_at is not null") == [(0,)]


def test_full_replace_that_touches_every_row_changes_nothing(portal: Portal) -> None:
    newest = portal.newest()
    portal.simulator.faults.add(Fault("F11", host=HOST, on="count", after=0))
    portal.caught_up()
    assert portal.newest() == newest
