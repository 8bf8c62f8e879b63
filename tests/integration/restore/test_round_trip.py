"""An archived day, restored into an empty store, is archived again to the very same bytes."""

from __future__ import annotations

import csv
import gzip
import hashlib
from pathlib import Path

import psycopg

from permit_leads.archive import Archive
from permit_leads.export.archived import COLUMNS
from permit_leads.permit import FIELDS
from tests.integration.restore import stores
from tests.integration.restore.conftest import Restore

Archived = tuple[str, Path]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_archive_file_has_every_version_and_every_field_and_is_its_owners_alone(archived: Archived) -> None:
    url, path = archived
    rows = rows_of(path)
    assert len(rows) == stores.counts(url)["permit_versions"] > stores.counts(url)["permits"] > 0
    assert tuple(rows[0]) == COLUMNS
    assert {field.name for field in FIELDS} <= set(COLUMNS)
    assert any(row["owner_name"] or row["applicant_name"] or row["contractor_full_name"] for row in rows)
    assert {row["simulated_note"] for row in rows} == {"recorded rows"}
    assert path.stat().st_mode & 0o777 == 0o600


def test_restored_into_an_empty_store_and_archived_again_is_the_same_file(
    archived: Archived, restore: Restore, database_url: str, tmp_path: Path
) -> None:
    url, path = archived
    code, told, complaint = restore("--file", path)
    assert (code, complaint) == (0, "")
    assert told["counts"] == {
        "new": told["row_count"], "changed": 0, "unchanged": 0, "older": 0, "history": 0, "rejected": 0,
    }  # fmt: skip
    assert stores.fingerprint(database_url) == stores.fingerprint(url)
    assert sha256(stores.archive(database_url, tmp_path)) == sha256(path)


def test_second_time_writes_nothing(archived: Archived, restore: Restore, database_url: str) -> None:
    _, path = archived
    first = restore("--file", path)[1]
    before = stores.fingerprint(database_url)
    with psycopg.connect(database_url) as conn:
        run_count = conn.execute("select count(*) from etl_runs").fetchone()
    code, told, _ = restore("--file", path)
    assert (code, told["is_written"], told["run_ids"]) == (0, False, [])
    assert told["counts"]["unchanged"] == told["row_count"] == first["row_count"]
    assert stores.fingerprint(database_url) == before
    with psycopg.connect(database_url) as conn:
        assert conn.execute("select count(*) from etl_runs").fetchone() == run_count


def test_each_version_leads_to_the_file_it_was_restored_from(
    archived: Archived, restore: Restore, database_url: str, tmp_path: Path
) -> None:
    _, path = archived
    restore("--file", path)
    with psycopg.connect(database_url) as conn:
        found = conn.execute(
            "select run.kind, run.status, run.restored_from_sha256, count(*) from permit_versions as version"
            " join etl_runs as run using (run_id) group by 1, 2, 3"
        ).fetchall()
    assert found == [("restore", "success", sha256(path), stores.counts(database_url)["permit_versions"])]
    kept = Archive(f"file://{tmp_path}/home/archive").read_body(sha256(path))
    assert kept == path.read_bytes()


def test_pages_of_restored_versions_are_known_again_with_their_note(
    archived: Archived, restore: Restore, database_url: str
) -> None:
    url, path = archived
    restore("--file", path)
    query = "select page_sha256, url, media_type, row_count, fetched_at, simulated_note from raw_pages order by 1"
    with psycopg.connect(url) as before, psycopg.connect(database_url) as after:
        assert after.execute(query).fetchall() == before.execute(query).fetchall() != []


def test_dry_run_shows_the_counts_and_writes_nothing(
    archived: Archived, restore: Restore, database_url: str, tmp_path: Path
) -> None:
    _, path = archived
    code, told, _ = restore("--file", path, "--dry-run")
    assert (code, told["is_written"], told["counts"]["new"]) == (0, False, told["row_count"])
    assert set(stores.counts(database_url).values()) == {0}
    assert not (tmp_path / "home" / "archive").exists()


def test_gzip_is_taken_as_it_is(archived: Archived, restore: Restore, database_url: str, tmp_path: Path) -> None:
    url, path = archived
    packed = tmp_path / f"{path.name}.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    code, told, _ = restore("--file", packed)
    assert (code, told["sha256"]) == (0, sha256(packed))
    assert stores.fingerprint(database_url) == stores.fingerprint(url)


def test_run_after_a_restore_finds_nothing_new(archived: Archived, restore: Restore, database_url: str) -> None:
    _, path = archived
    restore("--file", path)
    before = stores.fingerprint(database_url)
    stores.load(database_url, stores.CHICAGO, fetched_at=stores.NOON.replace(day=20))
    assert stores.fingerprint(database_url) == before


def test_text_that_a_spreadsheet_could_run_and_empty_text_come_back_exactly(
    restore: Restore, database_url: str, template_database: str, tmp_path: Path
) -> None:
    texts = ["=1+1", "'=1", "''", "'", "", "\tx", "-1", "a\r\nb", "＝1", "'S-GRAVEN", 'say "hi", then']
    stores.load(database_url, stores.CHICAGO)
    with psycopg.connect(database_url) as conn:
        ids = conn.execute("select permit_id from permits order by permit_id limit %s", [len(texts)]).fetchall()
        for (permit_id,), text in zip(ids, texts, strict=True):
            conn.execute("update permits set pin = %s where permit_id = %s", [text, permit_id])
        stores.rehash(conn)
    before = stores.fingerprint(database_url)
    path = stores.archive(database_url, tmp_path)
    with psycopg.connect(database_url) as conn:
        conn.execute(stores.LEDGERS["empty"])
    assert restore("--file", path)[0] == 0
    assert stores.fingerprint(database_url) == before


def test_older_day_restored_after_a_newer_one_fills_the_history_in(
    restore: Restore, database_url: str, template_database: str, tmp_path: Path
) -> None:
    monday, tuesday = stores.DAY, stores.DAY.replace(day=16)
    stores.load(database_url, stores.AUSTIN)
    first = stores.archive(database_url, tmp_path, monday)
    changed = [body.replace(b"Austin", b"AUSTIN CITY") for body in stores.bodies(stores.AUSTIN)]
    stores.load(database_url, stores.AUSTIN, changed, stores.NOON.replace(day=16))
    second = stores.archive(database_url, tmp_path, tuesday)
    before = stores.fingerprint(database_url)
    assert before["superseded_permits"][0] == len(rows_of(second)) > 0
    for paths in ([second, first], [first, second]):
        with psycopg.connect(database_url) as conn:
            conn.execute(stores.LEDGERS["empty"])
        for path in paths:
            assert restore("--file", path)[0] == 0
        assert stores.fingerprint(database_url) == before
    assert restore("--file", first)[1]["counts"]["unchanged"] == len(rows_of(first))


def test_version_that_was_older_already_when_it_was_archived_gets_its_leads_scored_anew(
    restore: Restore, database_url: str, tmp_path: Path
) -> None:
    stores.load(database_url, stores.AUSTIN)
    with psycopg.connect(database_url) as conn:
        query = "select permit_id, trade, openness, points from leads order by 1, 2"
        leads, trades = conn.execute(query).fetchall(), "select permit_id, trades, search_words from permits order by 1"
        expected = conn.execute(trades).fetchall()
    changed = [body.replace(b"Austin", b"AUSTIN CITY") for body in stores.bodies(stores.AUSTIN)]
    stores.load(database_url, stores.AUSTIN, changed, stores.NOON.replace(day=16))
    path = stores.archive(database_url, tmp_path)
    late = [row for row in rows_of(path) if row["leads"] == ""]
    assert late
    with psycopg.connect(database_url) as conn:
        conn.execute(stores.LEDGERS["empty"])
    assert restore("--file", path)[0] == 0
    with psycopg.connect(database_url) as conn:
        found, words = conn.execute(query).fetchall(), conn.execute(trades).fetchall()
    assert len(found) > 0.5 * len(leads) > 0  # the publisher's own labels are not in the file
    assert len(set(found) & set(leads)) > 0.5 * len(leads)
    assert [row[0::2] for row in words] == [row[0::2] for row in expected]
