"""Files that cannot be restored: a sentence that says why, exit code 2, and nothing half done."""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from permit_leads.restore.faults import BadFile
from permit_leads.restore.records import CELL_LIMIT
from permit_leads.restore.restoring import file_day
from permit_leads.store import state
from tests.integration.restore import stores
from tests.integration.restore.conftest import Restore

Archived = tuple[str, Path]
Change = Callable[[bytes], bytes]
NAME = "archived_permits_20240115.csv"


def edit(column: str, value: str, *, rows: slice = slice(None)) -> Change:
    """The file with a cell changed in each of some rows."""

    def change(body: bytes) -> bytes:
        lines = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
        for row in lines[rows]:
            row[column] = value
        return write(list(lines[0]), lines)

    return change


def write(header: list[str], rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def with_column(body: bytes) -> bytes:
    head, rest = body.split(b"\r\n", 1)
    return head + b",roof_pitch\r\n" + rest


def semicolons(body: bytes) -> bytes:
    head, rest = body.split(b"\r\n", 1)
    return head.replace(b",", b";") + b"\r\n" + rest


def header_twice(body: bytes) -> bytes:
    return body.replace(b"master_permit_num", b"permit_num", 1)


WHOLE_FILES: dict[str, tuple[Change, str]] = {
    "empty": (lambda body: b"", "is empty; expected at least a header line"),
    "blank lines": (lambda body: b"\r\n\r\n", "holds nothing but blank lines"),
    "UTF-16": (lambda body: body.decode().encode("utf-16"), "is UTF-16; expected UTF-8"),
    "UTF-16 without a mark": (lambda body: body.decode().encode("utf-16-le"), "holds NUL bytes"),
    "other encoding": (lambda body: body + "café".encode("latin-1"), "after line .* stands a byte that is not utf-8"),
    "semicolons": (semicolons, "separated by semicolons; expected commas"),
    "tabs": (lambda body: body.replace(b",", b"\t"), "separated by tabs; expected commas"),
    "column twice": (header_twice, "its header names permit_num more than once"),
    "publisher's own": (
        lambda body: b"PERMIT NUMBER,ADDRESS\r\n1,1 Elm St\r\n",
        "is no archive file of ours .its columns",
    ),
    "export": (lambda body: b"permit_id,page_sha256\r\n1,2\r\n", "is a file of --formats, which leaves out names"),
    "newer columns": (with_column, "does not know its columns 'roof_pitch'.*newer version"),
    "newer version": (edit("archive_version", "2"), "line 2 is of archive version 2, this version reads 1"),
    "column gone": (lambda body: body.replace(b",permit_type,", b",", 1), "the columns permit_type are gone"),
    "unknown source": (edit("dataset_id", "elm_permits"), "line 2 is of 'elm_permits', which no file"),
    "path for a source": (edit("dataset_id", "../../etc/passwd"), "line 2 is of '../../etc/passwd', which no file"),
    "every row ragged": (
        lambda body: body.replace(b"\r\n", b",x\r\n").replace(b",x\r\n", b"\r\n", 1),
        "not one of its",
    ),
    "quote never closed": (lambda body: body + b'"1', "is no readable CSV .*was the file cut off"),
    "endless cell": (lambda body: body + b'"' + b"x" * (CELL_LIMIT + 9), "is no readable CSV"),
    "ZIP": (lambda body: b"PK\x03\x04" + body, "is a ZIP file or an Excel workbook"),
    "gzip cut off": (lambda body: gzip.compress(body)[:-40], "gzip file is cut off or damaged"),
    "gzip of nothing": (lambda body: gzip.compress(b""), "is empty once unpacked"),
    "relabelled": (edit("dataset_id", stores.CHICAGO), "permit_id is not that of its dataset and permit_key"),
    "other key": (edit("permit_key", "another"), "permit_id is not that of its dataset and permit_key"),
    "edited by hand": (edit("description", "new roof, surely"), "its fields are not those that were archived"),
    "page that is a path": (edit("page_sha256", "../../../etc/passwd"), "page_sha256 .* is no sha-256"),
    "no instant": (edit("recorded_at", "01/15/2024 12:00"), "recorded_at 01/15/2024 12:00 is no instant"),
    "from the future": (edit("recorded_at", "2999-01-15T18:00:00.000000Z"), "lies in the future"),
    "leads unreadable": (edit("leads", '[{"trade": "roofing"}]'), "leads cannot be read"),
    "no version": (edit("version", "0"), "version 0 is no version"),
    "number that is none": (edit("page_row", "1e3"), "page_row 1e3 is no number"),
}


@pytest.mark.parametrize(("change", "sentence"), WHOLE_FILES.values(), ids=WHOLE_FILES.keys())
def test_bad_file_is_refused_in_a_sentence_and_nothing_is_written(
    change: Change, sentence: str, archived: Archived, restore: Restore, database_url: str, tmp_path: Path
) -> None:
    path = tmp_path / NAME
    path.write_bytes(change(archived[1].read_bytes()))
    code, _, complaint = restore("--file", path)
    assert code == 2
    assert re.search(sentence, complaint), complaint
    assert complaint.startswith(f"restore_from_csv: {path}: ")
    assert len(complaint.splitlines()) == 1
    assert set(stores.counts(database_url).values()) == {0}
    assert {each.name for each in tmp_path.iterdir()} <= {NAME, "archived_permits_20240115.rejected.csv"}


def test_what_is_no_file_is_refused(restore: Restore, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, sentence in (
        (tmp_path / "nowhere.csv", "there is no such file"),
        (tmp_path, "is a folder"),
        (tmp_path / "pipe", "is no regular file"),
        (Path("/dev/zero"), "is no regular file"),
        (tmp_path / ("x" * 300), "cannot be read"),
    ):
        code, _, complaint = restore("--file", path)
        assert (code, sentence in complaint) == (2, True), complaint


def test_byte_order_mark_is_no_part_of_the_header(archived: Archived, restore: Restore, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(b"\xef\xbb\xbf" + archived[1].read_bytes())
    code, told, _ = restore("--file", path)
    assert (code, told["counts"]["rejected"], told["is_written"]) == (0, 0, True)


def test_header_alone_restores_nothing_and_says_so(archived: Archived, restore: Restore, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(archived[1].read_bytes().split(b"\r\n", 1)[0] + b"\r\n")
    code, told, _ = restore("--file", path)
    assert (code, told["row_count"], told["is_written"]) == (0, 0, False)


def test_few_bad_rows_are_listed_with_their_lines_and_the_others_restored(
    archived: Archived, restore: Restore, database_url: str, tmp_path: Path
) -> None:
    path = tmp_path / NAME
    path.write_bytes(edit("description", "=edited", rows=slice(1, 2))(archived[1].read_bytes()) + b"1,2\r\n")
    code, _, complaint = restore("--file", path)
    assert (code, "--force" in complaint) == (2, True)
    assert set(stores.counts(database_url).values()) == {0}
    code, told, _ = restore("--file", path, "--force")
    assert (code, told["counts"]["rejected"]) == (0, 2)
    with (tmp_path / "archived_permits_20240115.rejected.csv").open(newline="") as file:
        rejects = list(csv.DictReader(file))
    assert [(row["line"] != "", row["dataset_id"]) for row in rejects] == [(True, ""), (True, stores.AUSTIN)]
    assert "has 2 cells, the header has" in rejects[0]["reason"]
    assert "content_hash differs" in rejects[1]["reason"]
    assert stores.counts(database_url)["permit_versions"] == told["row_count"] - 2


def test_row_that_stands_twice_is_rejected_the_second_time(
    archived: Archived, restore: Restore, tmp_path: Path
) -> None:
    path = tmp_path / NAME
    body = archived[1].read_bytes()
    lines = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
    path.write_bytes(write(list(lines[0]), [*lines, lines[0]]))
    code, told, _ = restore("--file", path)
    assert (code, told["counts"]["rejected"], told["counts"]["new"]) == (0, 1, len(lines))


def test_file_of_another_source_than_the_one_named_is_the_wrong_jurisdiction(
    archived: Archived, restore: Restore
) -> None:
    code, _, complaint = restore("--file", archived[1], "--source", stores.SOUTHLAKE)
    assert code == 2
    assert f"wrong jurisdiction: line 2 is of '{stores.AUSTIN}', --source says '{stores.SOUTHLAKE}'" in complaint


def test_name_that_tells_another_day_than_the_rows_is_refused_unless_forced(
    archived: Archived, restore: Restore, tmp_path: Path
) -> None:
    path = tmp_path / "archived_permits_20240116.csv"
    path.write_bytes(archived[1].read_bytes())
    code, _, complaint = restore("--file", path)
    assert code == 2
    assert re.search(r"its name says 2024-01-16, but \d+ of its rows were recorded on 2024-01-15", complaint)
    assert restore("--file", path, "--force")[0] == 0


def test_name_without_a_day_is_no_claim() -> None:
    assert file_day(Path("backup.csv")) is None
    with pytest.raises(BadFile, match="'20241340' in its name is no day"):
        file_day(Path("archived_permits_20241340.csv"))


def test_what_the_store_learned_later_is_never_replaced(
    archived: Archived, restore: Restore, database_url: str
) -> None:
    later = [body.replace(b"Austin", b"later") for body in stores.bodies(stores.AUSTIN)]
    stores.load(database_url, stores.AUSTIN, later, stores.NOON.replace(year=2025))
    before = stores.fingerprint(database_url)
    code, told, _ = restore("--file", archived[1], "--dry-run", "--json")
    assert (code, told["counts"]["changed"]) == (0, 0)
    assert told["counts"]["older"] > 0
    restore("--file", archived[1])
    query = "select count(*), max(recorded_at) from permits where dataset_id = %s and recorded_at < '2025-01-01'"
    with psycopg.connect(database_url) as conn:
        assert conn.execute(query, [stores.AUSTIN]).fetchone() == (0, None)
    assert stores.fingerprint(database_url)["superseded_permits"] == before["superseded_permits"]


def test_newer_file_is_appended_to_what_the_store_knows(
    archived: Archived, restore: Restore, database_url: str
) -> None:
    earlier = [body.replace(b"Austin", b"earlier") for body in stores.bodies(stores.AUSTIN)]
    stores.load(database_url, stores.AUSTIN, earlier, stores.NOON.replace(year=2023))
    code, told, _ = restore("--file", archived[1])
    assert (code, told["counts"]["changed"] > 0, told["counts"]["older"]) == (0, True, 0)
    with psycopg.connect(database_url) as conn:
        numbers = "select array_agg(version order by recorded_at, version) from permit_versions group by permit_id"
        for (versions,) in conn.execute(numbers).fetchall():
            assert versions == sorted(versions)
        gaps = conn.execute(
            "select count(*) from permit_versions as version join permits as permit using (permit_id)"
            " left join superseded_permits as old"
            "   on old.permit_id = version.permit_id and old.version = version.version"
            " where (version.version < permit.version) <> (old.permit_id is not null)"
        ).fetchone()
        assert gaps == (0,)
    assert restore("--file", archived[1])[1]["is_written"] is False


def test_restore_waits_for_no_run_that_is_at_work(archived: Archived, restore: Restore, database_url: str) -> None:
    with psycopg.connect(database_url) as conn:
        state.begin(conn, stores.CHICAGO, uuid4(), "somebody")
    code, _, complaint = restore("--file", archived[1])
    assert code == 1
    assert "by somebody is at work" in complaint
    assert stores.counts(database_url)["permits"] == 0
