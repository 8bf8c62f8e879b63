"""The archive gives the store back as it was, and every day of it; what is not whole gives nothing."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard

from permit_leads import cli
from permit_leads.context import Accepting
from permit_leads.store import db, holds
from permit_leads.store.ledgers import permit_id_hash
from simulators.publishers import Simulator, load_snapshot, serve
from tests.conftest import _fresh_database
from tests.integration.run.town import Moment, Town, ask, counts, dump, dump_as_of, hashes

NEW_YORK, HOST = "nyc_dob_now_permits", "data.cityofnewyork.us"
ROWS, RUNS, CHANGES = 150, 5, 1
MakeStore = Callable[[], str]


@dataclass(frozen=True)
class Lived:
    """A store that has seen runs of every kind over changing rows, and what stood in it after each."""

    town: Town
    url: str
    moments: list[Moment]

    @property
    def last(self) -> Moment:
        return self.moments[-1]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with serve(load_snapshot(only=[NEW_YORK])) as running:
        yield running


@pytest.fixture(scope="module")
def new_store(template_database: str) -> Iterator[MakeStore]:
    with ExitStack() as stack:

        def make() -> str:
            databases = _fresh_database(template_database)
            stack.callback(lambda: next(databases, None))
            return next(databases)

        yield make


@pytest.fixture
def town(simulator: Simulator, tmp_path: Path) -> Town:
    simulator.restore()
    return Town(simulator, NEW_YORK, HOST, tmp_path, ROWS)


@pytest.fixture(scope="module")
def lived(simulator: Simulator, new_store: MakeStore, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """What the tests that use it leave as it is."""
    town, url = Town(simulator, NEW_YORK, HOST, tmp_path_factory.mktemp("lived"), ROWS), new_store()
    rng, moments = random.Random(1), list[Moment]()
    kinds: list[dict[str, Any]] = [{}, {"is_reconcile": True}, {"since": datetime.now(UTC) - timedelta(days=90)}]
    for number in range(RUNS):
        if moments:
            moments[-1] = replace(moments[-1], until=datetime.now(UTC))
            town.change(rng, CHANGES)
        town.good(url, **kinds[number % len(kinds)])
        permits, leads = dump(url)
        now = datetime.now(UTC)
        moments.append(Moment(now, now, permits, leads))
    assert {True, False} == {row[3] for row in moments[-1].permits}  # some are withdrawn
    assert all(counts(url).values()), counts(url)
    return Lived(town, url, moments)


def test_store_and_its_whole_past_come_back_from_the_archive(lived: Lived, new_store: MakeStore) -> None:
    rebuilt = new_store()
    outcome = lived.town.good(rebuilt, is_replay=True)
    assert hashes(rebuilt) == hashes(lived.url)
    assert (outcome.kind, outcome.permit_new_count) == ("replay", len(lived.last.permits))
    rng = random.Random(2)
    for moment in rng.choices(lived.moments, k=50):
        at = moment.within(rng)
        for url in (lived.url, rebuilt):
            assert dump_as_of(url, at) == (moment.permits, moment.leads), at


def test_replay_of_what_the_store_knows_changes_nothing(lived: Lived) -> None:
    states = "select watermark, replay_from, last_success from etl_state"
    known, state = hashes(lived.url), ask(lived.url, states)
    for since in (None, datetime.now(UTC) - timedelta(days=60)):
        outcome = lived.town.good(lived.url, is_replay=True, since=since)
        assert outcome.permit_new_count == outcome.permit_changed_count == outcome.lead_written_count == 0
        assert outcome.record_count > ROWS
    assert hashes(lived.url) == known
    assert ask(lived.url, states) == state


def test_changed_mapping_is_learned_now_and_a_rebuild_reads_all_history_with_it(
    lived: Lived, new_store: MakeStore
) -> None:
    store, rebuilt, town = new_store(), new_store(), lived.town
    town.good(store, is_replay=True)
    changed = town.dataset.model_copy(update={"constants": {**town.dataset.constants, "ProjectName": "Brooklyn"}})
    began = datetime.now(UTC)
    outcome = town.good(store, is_replay=True, dataset=changed)
    listed = [row for row in lived.last.permits if not row[3]]
    assert outcome.permit_changed_count == len(listed) > 0
    late = f"select count(*) from permits where project_name = 'Brooklyn' and recorded_at >= '{began.isoformat()}'"
    assert ask(store, late) == [(len(listed),)]
    assert dump_as_of(store, began) == (lived.last.permits, lived.last.leads)
    known = hashes(store)
    assert town.good(store, is_replay=True, dataset=changed).permit_changed_count == 0
    assert hashes(store) == known
    town.good(rebuilt, is_replay=True, dataset=changed)
    assert ask(rebuilt, f"select count(*) from permit_versions where recorded_at >= '{began.isoformat()}'") == [(0,)]
    assert ask(rebuilt, "select count(*) from permits where project_name is distinct from 'Brooklyn'") == [(0,)]
    assert counts(rebuilt)["permit_versions"] == counts(lived.url)["permit_versions"]


def test_rebuilding_moves_no_watermark_and_the_next_run_goes_on(
    town: Town, database_url: str, new_store: MakeStore
) -> None:
    town.good(database_url)
    rebuilt = new_store()
    town.good(rebuilt, is_replay=True)
    states = "select status, watermark, last_success, lease_run_id from etl_state"
    assert ask(rebuilt, states) == [("success", None, None, None)]
    known = hashes(rebuilt)
    assert town.good(rebuilt).permit_unchanged_count > 0
    assert hashes(rebuilt) == known


def test_store_put_back_from_a_backup_gets_the_newest_runs(town: Town, database_url: str, new_store: MakeStore) -> None:
    rng, backup, early = random.Random(4), new_store(), town.folder / "early"
    manifest, whole = town.archive_folder / "manifest", town.folder / "whole"
    for number in range(3):
        town.good(database_url, is_reconcile=bool(number % 2))
        town.change(rng, CHANGES)
        if number == 0:
            shutil.copytree(manifest, early)
    manifest.rename(whole)
    early.rename(manifest)
    town.good(backup, is_replay=True)
    shutil.rmtree(manifest)
    whole.rename(manifest)
    assert hashes(backup) != hashes(database_url)
    town.good(backup, is_replay=True)
    assert hashes(backup) == hashes(database_url)


def test_run_whose_place_in_history_is_gone_comes_in_as_learned_now(
    town: Town, database_url: str, new_store: MakeStore
) -> None:
    town.good(database_url)
    store = new_store()
    town.change(random.Random(5), CHANGES)
    town.good(store)
    began, before = datetime.now(UTC), counts(store)["permits"]
    outcome = town.good(store, is_replay=True)
    assert [fields["runs"] for name, fields in town.told.events if name == "replay.gap"] == [1]
    late = f"select count(*) from permits where first_recorded_at >= '{began.isoformat()}'"
    assert ask(store, late) == [(outcome.permit_new_count,)] == [(counts(store)["permits"] - before,)]
    assert outcome.permit_new_count > 0
    assert outcome.permit_changed_count == 0  # what the store knows is newer


def test_one_changed_byte_of_a_page_is_named_and_nothing_is_written(
    town: Town, database_url: str, new_store: MakeStore, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    town.good(database_url)
    town.change(random.Random(7), CHANGES)
    town.good(database_url, is_reconcile=True)
    known, empty = hashes(database_url), new_store()
    page = max(town.archive_folder.glob("pages/*/*.zst"), key=lambda path: path.stat().st_size)
    body = bytearray(zstandard.decompress(page.read_bytes()))
    body[len(body) // 2] ^= 1
    page.write_bytes(zstandard.compress(bytes(body)))
    monkeypatch.setenv("LEADLEDGER_HOME", str(town.folder))
    monkeypatch.chdir(town.folder)
    for url in (empty, database_url):
        monkeypatch.setenv("DATABASE_URL", url)
        assert cli.main(["--replay", "--source", NEW_YORK, "--json"]) == 4
        assert f"archived page {page.stem} has become" in capsys.readouterr().out
    assert set(counts(empty).values()) == {0}
    assert hashes(database_url) == known


def test_no_permit_id_changes_when_every_column_but_the_key_does(
    town: Town, database_url: str, new_store: MakeStore
) -> None:
    town.good(database_url, is_reconcile=True)
    with closing(db.connect(database_url)) as conn:
        before = permit_id_hash(conn)
    kinds = {column.name: column.kind for column in town.resource.table.columns}
    names = [name for name in kinds if name not in town.dataset.key and not name.startswith(":")]
    town.change_columns({name: enriched(name, kinds[name]) for name in names})
    assert "held back" in str(town.run(database_url, is_reconcile=True).error)
    with closing(db.connect(database_url)) as conn:
        (held,) = holds.waiting(conn)
    changed = town.good(database_url, accepting=Accepting(held, "the city enriched its rows"))
    assert changed.permit_changed_count == before.row_count == ROWS
    rebuilt = new_store()
    town.good(rebuilt, is_replay=True)
    for url in (database_url, rebuilt):
        with closing(db.connect(url)) as conn:
            assert permit_id_hash(conn) == before
    assert hashes(rebuilt) == hashes(database_url)


def enriched(name: str, kind: str) -> pl.Expr:
    """Another value of the same kind."""
    column = pl.col(name)
    if kind == "number":
        return (column.cast(pl.Float64).fill_null(1.0) + 0.25).cast(pl.String)
    if kind == "date":
        return pl.lit("2026-11-02T00:00:00.000")
    return pl.concat_str(column.fill_null("new"), pl.lit(" enriched"))
