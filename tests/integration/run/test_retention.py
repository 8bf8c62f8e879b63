"""What no receipt leads to and no rebuild needs may leave the archive; what is given up is said and kept account of."""

from __future__ import annotations

import copy
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from permit_leads import cli
from permit_leads.archive import Archive
from permit_leads.store import db, holds
from simulators.publishers import Simulator, load_snapshot, serve
from tests.conftest import _fresh_database
from tests.integration.run.town import Told, Town, ask, hashes

SOUTHLAKE, HOST = "southlake_permits", "southlake.recorded.invalid"
OLD_DAYS = 500


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with serve(load_snapshot(only=[SOUTHLAKE])) as running:
        yield running


@pytest.fixture(scope="module")
def lived(
    simulator: Simulator, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Town, str]]:
    """Two committed runs, one that was rejected, and a page that no run names; all of them old."""
    town = Town(simulator, SOUTHLAKE, HOST, tmp_path_factory.mktemp("lived"), 450)
    for url in _fresh_database(template_database):
        town.good(url)
        table = town.resource.table
        town.resource.table = table.without([0])
        town.good(url)
        town.resource.table = replace(table, rows=table.rows.head(50))
        assert "held back" in str(town.run(url).error)
        town.resource.table = table
        with closing(db.connect(url)) as conn:
            (held,) = holds.waiting(conn)
            holds.decide(conn, holds.Verdict(held.run_id, "rejected", "ada", "cut"))
            conn.commit()
        orphan = town.folder / "orphan"
        orphan.write_bytes(b"a page of a run that failed")
        Archive(town.archive_folder.as_uri()).keep_file(orphan)
        age(town.archive_folder)
        yield town, url


@pytest.fixture
def database_url(lived: tuple[Town, str]) -> str:
    return lived[1]


@pytest.fixture
def town(lived: tuple[Town, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The same town, whose archive is this test's own."""
    kept, url = lived
    shutil.copytree(kept.archive_folder, tmp_path / "archive")
    for name, value in {"DATABASE_URL": url, "LEADLEDGER_HOME": str(tmp_path), "ETL_ACTOR": "ada"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    town = copy.copy(kept)
    town.folder, town.told = tmp_path, Told()
    return town


def age(folder: Path) -> None:
    """Everything in the archive is that much older."""
    long_ago = time.time() - OLD_DAYS * 86400
    for path in folder.rglob("*.jsonl"):
        lines = [older(json.loads(line)) for line in path.read_text().splitlines()]
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    for path in folder.rglob("*.zst"):
        os.utime(path, (long_ago, long_ago))


def older(line: dict[str, object]) -> dict[str, object]:
    clocks = {name: line[name] for name in ("fetched_at", "started_at", "published_at") if line.get(name)}
    moved = {name: datetime.fromisoformat(str(at)) - timedelta(days=OLD_DAYS) for name, at in clocks.items()}
    return {**line, **{name: at.isoformat() for name, at in moved.items()}}


def pages(town: Town) -> set[str]:
    return {path.stem for path in town.archive_folder.glob("pages/*/*.zst")}


def prune(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, list[dict[str, str]]]:
    capsys.readouterr()
    assert cli.main(["archive", "prune", "--older-than", "400d", "--json", *words]) == 0
    told: dict[str, list[dict[str, str]]] = json.loads(capsys.readouterr().out)
    return told


def test_only_what_no_receipt_and_no_rebuild_needs_goes_and_who_removed_it_is_kept(
    town: Town, database_url: str, template_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = pages(town)
    planned = prune(capsys, "--dry-run")
    assert pages(town) == before
    gone = {one["sha256"] for one in planned["pages"]}
    assert len(gone) == 2  # the rejected batch and the orphan
    assert cli.main(["archive", "prune", "--older-than", "400d"]) == 2
    assert "needs a --reason" in capsys.readouterr().err
    assert pages(town) == before
    prune(capsys, "--reason", "room")
    assert pages(town) == before - gone
    audited = "select action, actor, reason, after ->> 'pages' from etl_audit_entries where source = 'archive'"
    assert ask(database_url, audited) == [("archive prune", "ada", "room", "2")]
    assert cli.main(["archive", "check"]) == 0
    for rebuilt in _fresh_database(template_database):
        town.good(rebuilt, is_replay=True)
        permits = "select permit_id, version, page_sha256, page_row from permit_versions order by 1, 2"
        assert ask(rebuilt, permits) == ask(database_url, permits)
    assert prune(capsys, "--reason", "again")["pages"] == []


def test_what_is_younger_stays(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    for path in town.archive_folder.glob("pages/*/*.zst"):
        path.touch()
    assert prune(capsys, "--reason", "room")["pages"] == []
    assert cli.main(["archive", "prune", "--older-than", "2h", "--dry-run"]) == 2


def test_history_that_is_given_up_keeps_its_receipts_and_a_rebuild_says_what_it_lacks(
    town: Town, database_url: str, template_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    known = hashes(database_url)
    receipts = {sha256 for (sha256,) in ask(database_url, "select distinct page_sha256 from permit_versions")}
    told = prune(capsys, "--give-up-history", "--reason", "room")
    assert len(told["runs"]) == 2
    assert receipts <= pages(town) < receipts | {one["sha256"] for one in told["pages"]}
    town.good(database_url)  # the file comes anew, and is nothing new
    assert hashes(database_url) == known
    for rebuilt in _fresh_database(template_database):
        town.told.events.clear()
        town.good(rebuilt, is_replay=True)
        assert [fields["runs"] for name, fields in town.told.events if name == "replay.given_up"] == [2]


def test_history_that_this_store_lacks_is_not_given_up(
    town: Town, template_database: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pages(town)
    for other in _fresh_database(template_database):
        monkeypatch.setenv("DATABASE_URL", other)
        words = ["archive", "prune", "--older-than", "400d", "--give-up-history", "--reason", "room"]
        assert cli.main(words) == 2
        assert "the store lacks 2 of the runs" in capsys.readouterr().err
    assert pages(town) == before


def test_nothing_goes_while_a_run_is_at_work(town: Town, database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    lease = "update etl_state set lease_run_id = gen_random_uuid(), lease_expires_at = now() + interval '1 minute'"
    ask(database_url, f"{lease} returning 1")
    before = pages(town)
    assert cli.main(["archive", "prune", "--older-than", "400d", "--reason", "room"]) == 2
    assert "runs are at work (southlake_permits)" in capsys.readouterr().err
    assert pages(town) == before
    ask(database_url, "update etl_state set lease_run_id = null, lease_expires_at = null returning 1")


def test_hash_and_check_tell_in_words_and_in_json(
    town: Town, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert cli.main(["archive", "hash", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {name: (one["row_count"], one["hash"]) for name, one in told.items()} == {
        name: (one.row_count, one.hash) for name, one in hashes(database_url).items()
    }
    assert cli.main(["archive", "check", "--source", SOUTHLAKE]) == 0
    assert "2 pages of 2 runs are what they were" in capsys.readouterr().out
    for page in town.archive_folder.glob("pages/*/*.zst"):
        page.write_bytes(page.read_bytes()[:-4])
    assert cli.main(["archive", "check"]) == 1
    assert "archived page" in capsys.readouterr().err
