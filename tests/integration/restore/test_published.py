"""A publisher's own CSV file, restored as its source file reads it: gaps are filled, nothing known is replaced."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from permit_leads.archive import Archive
from permit_leads.restore.retelling import retell
from permit_leads.score import MODEL_VERSION
from tests.integration.restore import stores
from tests.integration.restore.conftest import Restore

SOURCE = stores.SOUTHLAKE
OWN = stores.FIXTURES / SOURCE / "permits.csv"
EXPECTED = [json.loads(line) for line in (OWN.parent / "expected.jsonl").read_text(encoding="utf-8").splitlines()]
PERMITS = [line["permit"] for line in EXPECTED if "permit" in line]
Change = Callable[[bytes], bytes]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "Southlake.csv"
    path.write_bytes(OWN.read_bytes())
    return path


def ask(url: str, query: LiteralString) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as conn:
        return conn.execute(query).fetchall()


def test_own_file_comes_to_the_permits_that_a_run_would_make_of_it(
    restore: Restore, own: Path, database_url: str
) -> None:
    code, told, complaint = restore("--file", own, "--source", SOURCE)
    assert (code, complaint) == (0, "")
    assert (told["counts"]["new"], told["counts"]["rejected"]) == (len(PERMITS), 0)
    stored = ask(database_url, "select permit_key, permit_num, description, issued_date::text, version from permits")
    assert sorted(map(str, stored)) == sorted(
        str((one["permit_key"], one["permit_num"], one.get("description"), one.get("issued_date"), 1))
        for one in PERMITS
    )
    runs = ask(database_url, "select kind, status, restored_from_sha256, permit_new_count from etl_runs")
    assert runs == [("restore", "success", hashlib.sha256(own.read_bytes()).hexdigest(), len(PERMITS))]
    assert ask(database_url, "select count(*) > 0, min(model_version) from leads") == [(True, MODEL_VERSION)]
    assert ask(database_url, "select count(*) from etl_state") == [(0,)]


def test_second_time_and_dry_run_write_nothing(restore: Restore, own: Path, database_url: str) -> None:
    code, told, _ = restore("--file", own, "--source", SOURCE, "--dry-run")
    assert (code, told["is_written"], told["counts"]["new"]) == (0, False, len(PERMITS))
    assert set(stores.counts(database_url).values()) == {0}
    restore("--file", own, "--source", SOURCE)
    before = stores.fingerprint(database_url)
    code, told, _ = restore("--file", own, "--source", SOURCE)
    assert (code, told["is_written"], told["counts"]["unchanged"]) == (0, False, len(PERMITS))
    assert stores.fingerprint(database_url) == before


def test_permit_that_the_store_knows_keeps_what_the_store_says(restore: Restore, own: Path, database_url: str) -> None:
    restore("--file", own, "--source", SOURCE)
    before = stores.fingerprint(database_url)
    number = PERMITS[0]["permit_num"].encode()
    text = own.read_bytes()
    own.write_bytes(
        re.sub(rb"(?m)^(" + re.escape(number) + rb".*?)Issued|Closed|Expired", rb"\1Withdrawn", text, count=1)
    )
    assert own.read_bytes() != text
    code, told, _ = restore("--file", own, "--source", SOURCE)
    assert (code, told["is_written"], told["counts"]["older"]) == (0, False, 1)
    assert stores.fingerprint(database_url) == before


def test_missing_permit_is_filled_in_beside_those_that_are_known(
    restore: Restore, own: Path, database_url: str
) -> None:
    whole = own.read_bytes()
    with own.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with own.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows[:5])
    restore("--file", own, "--source", SOURCE)
    own.write_bytes(whole)
    code, told, _ = restore("--file", own, "--source", SOURCE)
    assert (code, told["counts"]["unchanged"], told["counts"]["new"]) == (0, 4, len(PERMITS) - 4)


def test_restore_is_told_again_out_of_the_archive(
    restore: Restore, own: Path, database_url: str, tmp_path: Path
) -> None:
    restore("--file", own, "--source", SOURCE)
    before = stores.fingerprint(database_url)
    learned = ask(database_url, "select permit_id, recorded_at from permits order by 1")
    with psycopg.connect(database_url) as conn:
        conn.execute(stores.LEDGERS["empty"])
    archive = Archive(f"file://{tmp_path}/home/archive")
    (run,) = archive.runs(SOURCE)
    tally = retell(database_url, archive, stores.REGISTRY[SOURCE], run)
    assert tally.written.permit_new == len(PERMITS)
    assert stores.fingerprint(database_url) == before
    assert ask(database_url, "select permit_id, recorded_at from permits order by 1") == learned


@pytest.mark.parametrize("change", [gzip.compress, lambda body: b"\xef\xbb\xbf" + body], ids=["gzip", "BOM"])
def test_packed_or_marked_file_is_the_same(change: Change, restore: Restore, own: Path) -> None:
    own.write_bytes(change(own.read_bytes()))
    code, told, _ = restore("--file", own, "--source", SOURCE)
    assert (code, told["counts"]["new"]) == (0, len(PERMITS))


BAD_FILES: dict[str, tuple[Change, str]] = {
    "UTF-16": (lambda body: body.decode().encode("utf-16"), "is UTF-16; expected UTF-8"),
    "semicolons": (lambda body: body.replace(b",", b";"), "separated by semicolons; expected commas"),
    "column gone": (lambda body: body.replace(b"Case Number", b"Case No", 1), "column Case Number is gone"),
    "column twice": (lambda body: body.replace(b"Type", b"Status", 1), "names Status more than once"),
    "ragged": (lambda body: body + b"1,2\r\n" * 40, "rows are bad: line .* has 2 cells, the header has"),
    "quote never closed": (lambda body: body + b'"1', "is no readable CSV"),
    "another city": (
        lambda body: re.sub(rb"(?i)southlake,? tx( 76092)?", b"HOUSTON TX 77002", body),
        r"wrong jurisdiction: rows of southlake_permits lie in SOUTHLAKE, not HOUSTON",
    ),
    "nothing but a path": (
        lambda body: body.split(b"\r\n", 1)[0].split(b"\n", 1)[0] + b"\n../../etc/passwd\n",
        "not one",
    ),
}


@pytest.mark.parametrize(("change", "sentence"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_bad_file_is_refused_in_a_sentence_and_nothing_is_written(
    change: Change, sentence: str, restore: Restore, own: Path, database_url: str
) -> None:
    own.write_bytes(change(own.read_bytes()))
    code, _, complaint = restore("--file", own, "--source", SOURCE)
    assert code == 2
    assert re.search(sentence, complaint), complaint
    assert len(complaint.splitlines()) == 1
    assert set(stores.counts(database_url).values()) == {0}


def test_formula_cell_is_kept_as_text(restore: Restore, own: Path, database_url: str) -> None:
    first = next(one["description"] for one in PERMITS if one.get("description", "").isascii())
    own.write_bytes(own.read_bytes().replace(first[:12].encode(), b"=1+1 roof", 1))
    assert restore("--file", own, "--source", SOURCE)[0] == 0
    assert ask(database_url, "select count(*) from permits where description like '=1+1 roof%'") == [(1,)]
