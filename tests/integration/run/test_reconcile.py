"""Late, back-dated, edited, deleted and renumbered rows: all are caught within a sync and a reconcile."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest

from permit_leads.outcome import Outcome, Request
from permit_leads.registry import Dataset, load_registry
from permit_leads.run import run_all
from permit_leads.settings import Settings
from permit_leads.store.events import Event, events_after, newest_event_id
from simulators.publishers import Fault, Simulator, load_snapshot, serve
from simulators.publishers.socrata.dataset import SocrataDataset

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

    def run(self, *, is_reconcile: bool, dataset: Dataset | None = None, **options: Any) -> Outcome:
        asked: dict[str, Any] = {"since": None, "until": None, "is_replay": False} | options
        request = Request(
            (NEW_YORK,), formats=(), delay_seconds=None, is_dry_run=False, out_dir=Path(), is_reconcile=is_reconcile,
            **asked,
        )  # fmt: skip
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


def test_rows_that_a_rolling_list_dropped_are_not_withdrawn_but_newer_ones_are(portal: Portal) -> None:
    table = portal.resource.table
    oldest_first = table.typed[portal.dataset.date_column or ""].arg_sort().to_list()
    portal.resource.table = table.without([*oldest_first[:5], oldest_first[-1]])
    rolling = portal.dataset.model_copy(update={"is_rolling": True})
    assert portal.run(is_reconcile=True, dataset=rolling).error is None
    assert portal.rows("select count(*) from permits where withdrawn_at is not null") == [(1,)]


def touch(portal: Portal, places: list[int], text: str) -> list[str]:
    """Rewrite the description of these rows, and say that they were written now; their keys."""
    written = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    table = portal.resource.table.changed(places, {"job_description": pl.lit(text), ":updated_at": pl.lit(written)})
    portal.resource.table = table
    return table.take(places).select(pl.concat_str(*portal.dataset.key, separator="|")).to_series().to_list()


def oldest_places(portal: Portal, count: int) -> list[int]:
    """Rows that no window of a daily run meets."""
    return portal.resource.table.typed[portal.dataset.date_column or ""].arg_sort()[:count].to_list()


def test_edits_of_old_rows_are_seen_by_the_next_sync(portal: Portal) -> None:
    keys = touch(portal, oldest_places(portal, 4), "edited long after")
    outcome = portal.run(is_reconcile=False)
    assert outcome.error is None
    assert {portal.stored()[key] for key in keys} == {"edited long after"}
    assert outcome.expected_count == outcome.record_count
    assert outcome.permit_changed_count == 4
    beyond = [page for page in portal.simulator.requests if "IS%20NULL" in page.raw_query]
    assert len(beyond) == 3  # count, rows, count


def test_more_touched_rows_than_believed_are_left_to_a_reconcile(portal: Portal) -> None:
    keys = touch(portal, oldest_places(portal, 60), "edited in a replacement")
    outcome = portal.run(is_reconcile=False, dataset=portal.dataset.model_copy(update={"touched_limit": 50}))
    assert outcome.error is None
    (found,) = [finding for finding in outcome.findings if finding.code == "full_replace"]
    assert "60 rows of other days were written since the last run, more than touched_limit (50)" in found.message
    assert outcome.permit_changed_count == 0
    assert portal.run(is_reconcile=True).permit_changed_count == 60
    assert {portal.stored()[key] for key in keys} == {"edited in a replacement"}


def test_touched_rows_do_not_hide_that_the_window_is_empty(portal: Portal) -> None:
    table, column = portal.resource.table, portal.dataset.date_column or ""
    recent = table.typed[column] > datetime.now(UTC).replace(tzinfo=None) - timedelta(days=60)
    portal.resource.table = table.without([at for at, is_recent in enumerate(recent) if is_recent])
    touch(portal, oldest_places(portal, 4), "edited long after")
    outcome = portal.run(is_reconcile=False)
    assert outcome.status == "failure"
    assert "where the store already holds permits" in (outcome.error or "")


def test_freshness_goes_by_the_rows_and_not_by_what_the_portal_says_of_itself(portal: Portal) -> None:
    written = pl.lit(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    table, column = portal.resource.table, portal.dataset.date_column or ""
    shift = pl.col(column).str.head(10).str.to_date().dt.offset_by("-60d").dt.strftime("%Y-%m-%dT00:00:00.000")
    portal.resource.table = table.changed(range(table.rows.height), {":updated_at": written, column: shift})
    assert isinstance(portal.resource, SocrataDataset)
    portal.resource.updated_at = datetime.now(UTC)  # rowsUpdatedAt, Last-Modified and ETag say that all is new
    fresh_store = portal.dataset.model_copy(update={"id": "another_store"})
    request = Request(("another_store",), None, None, (), None, False, False, Path())
    (outcome,) = run_all(request, {"another_store": fresh_store}, portal.settings, Silent())
    assert outcome.error is None
    assert "stale" in {finding.code for finding in outcome.findings}


def test_replay_of_many_runs_gives_what_was_there(portal: Portal) -> None:
    touch(portal, oldest_places(portal, 4), "edited long after")
    assert portal.run(is_reconcile=False).error is None
    newest = portal.newest()
    outcome = portal.run(is_reconcile=False, is_replay=True)
    assert outcome.error is None
    assert outcome.permit_unchanged_count == len(portal.listed())
    assert portal.newest() == newest


@pytest.mark.parametrize("is_beyond", [True, False])
def test_replay_of_some_days_takes_nothing_back_that_another_run_brought(portal: Portal, is_beyond: bool) -> None:
    places = oldest_places(portal, 4)
    days = portal.resource.table.typed[portal.dataset.date_column or ""].gather(places)
    keys = touch(portal, places, "edited long after")
    noon = days.dt.offset_by("12h").dt.replace_time_zone("UTC").sort().to_list()
    first, last = noon[0], noon[-1]
    brought: dict[str, Any] = {} if is_beyond else {"since": first, "until": last}
    assert portal.run(is_reconcile=False, **brought).permit_changed_count == 4
    newest, later = portal.newest(), last + timedelta(days=30)
    outcome = portal.run(is_reconcile=False, is_replay=True, since=later, until=later)
    assert outcome.error is None
    assert portal.newest() == newest
    assert {portal.stored()[key] for key in keys} == {"edited long after"}


def test_full_replace_that_touches_every_row_changes_nothing(portal: Portal) -> None:
    newest = portal.newest()
    portal.simulator.faults.add(Fault("F11", host=HOST, on="count", after=0))
    portal.caught_up()
    assert portal.newest() == newest
