"""The archive keeps what came, once, and says so when it no longer does."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard

from permit_leads.archive import Archive, ArchiveCorrupt
from permit_leads.page import Page, Window

RUN = uuid.UUID("00000000-0000-0000-0000-000000000001")
WINDOW = Window(date(2026, 11, 1), date(2026, 11, 23))
NOW = datetime(2026, 11, 23, 12, 30, 15, 123456, tzinfo=UTC)


def page(body: bytes = b'[{"a":"1"}\n]\n', **options: Any) -> Page:
    given: dict[str, Any] = {
        "kind": "rows",
        "url": "https://data.some-city.example/resource/abcd-1234.json?$limit=10",
        "method": "GET",
        "request_body": None,
        "status": 200,
        "headers": {"etag": '"x"', "content-type": "application/json"},
        "fetched_at": NOW,
        "elapsed_ms": 12,
        "row_count": 1,
        **options,
    }
    return Page(body=body, **given)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path.as_uri())


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_run_comes_back_as_it_was(archive: Archive) -> None:
    pages = [
        page(b'[{"n":"2"}\n]\n', kind="count", expected_count=2, row_count=0),
        page(b'[{"a":"1"}\n,{"a":"2"}\n]\n', row_count=2, note="recorded rows", media_type="application/json"),
        page(b"\x00\xff", method="POST", request_body="where=1%3D1", fetched_at=NOW + timedelta(seconds=1)),
    ]
    hashes = [archive.write_page(RUN, "some_city", index, one) for index, one in enumerate(pages)]
    archive.write_complete(RUN, "some_city", WINDOW)
    (run,) = archive.runs("some_city")
    assert list(archive.pages(run)) == list(zip(hashes, pages, strict=True))
    assert (run.run_id, run.dataset_id, run.window, run.page_count) == (RUN, "some_city", WINDOW, 3)
    assert run.fetched_at == NOW + timedelta(seconds=1)


def test_the_layout_is_the_one_that_is_documented(archive: Archive, tmp_path: Path) -> None:
    sha256 = archive.write_page(RUN, "some_city", 0, page())
    archive.write_complete(RUN, "some_city", WINDOW)
    assert files(tmp_path) == [
        f"manifest/dataset=some_city/date=2026-11-23/run={RUN}.jsonl",
        f"pages/{sha256[:2]}/{sha256}.zst",
    ]


def test_a_run_without_its_manifest_never_happened(archive: Archive) -> None:
    archive.write_page(RUN, "some_city", 0, page())
    assert archive.runs("some_city") == []


def test_another_process_sees_only_complete_runs(archive: Archive, tmp_path: Path) -> None:
    archive.write_page(RUN, "some_city", 0, page())
    other = Archive(tmp_path.as_uri())
    assert other.runs("some_city") == []
    archive.write_complete(RUN, "some_city", WINDOW)
    assert [run.run_id for run in other.runs("some_city")] == [RUN]


def test_runs_come_newest_first(archive: Archive) -> None:
    ids = [uuid.UUID(int=number) for number in (5, 3, 4)]
    for day, run_id in enumerate(ids):
        archive.write_page(run_id, "some_city", 0, page(fetched_at=NOW + timedelta(days=day)))
        archive.write_complete(run_id, "some_city", WINDOW)
    assert [run.run_id for run in archive.runs("some_city")] == ids[::-1]


def test_runs_are_those_of_one_dataset(archive: Archive) -> None:
    archive.write_page(RUN, "some_city", 0, page())
    archive.write_complete(RUN, "some_city", WINDOW)
    assert archive.runs("some_city_2") == []
    assert archive.runs("nowhere") == []


def test_the_same_bytes_are_kept_once_and_never_written_over(archive: Archive, tmp_path: Path) -> None:
    sha256 = archive.write_page(RUN, "some_city", 0, page())
    path = tmp_path / "pages" / sha256[:2] / f"{sha256}.zst"
    before = path.stat()
    assert archive.write_page(uuid.uuid4(), "other_city", 0, page()) == sha256
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_bytes_that_are_there_already_are_checked(archive: Archive, tmp_path: Path) -> None:
    sha256 = archive.write_page(RUN, "some_city", 0, page())
    path = tmp_path / "pages" / sha256[:2] / f"{sha256}.zst"
    path.write_bytes(zstandard.compress(b"something else"))
    with pytest.raises(ArchiveCorrupt, match=sha256):
        archive.write_page(RUN, "some_city", 1, page())
    assert zstandard.decompress(path.read_bytes()) == b"something else"


def test_one_changed_byte_is_refused(archive: Archive, tmp_path: Path) -> None:
    sha256 = archive.write_page(RUN, "some_city", 0, page(b"x" * 1000))
    path = tmp_path / "pages" / sha256[:2] / f"{sha256}.zst"
    path.write_bytes(zstandard.compress(b"x" * 999 + b"y"))
    with pytest.raises(ArchiveCorrupt, match=rf"archived page {sha256} has become .*; restore that file"):
        archive.read_body(sha256)


@pytest.mark.parametrize("content", [b"", b"not zstd", zstandard.compress(b"x" * 1000)[:-3]])
def test_what_cannot_be_unpacked_is_refused(archive: Archive, tmp_path: Path, content: bytes) -> None:
    sha256 = archive.write_page(RUN, "some_city", 0, page(b"x" * 1000))
    (tmp_path / "pages" / sha256[:2] / f"{sha256}.zst").write_bytes(content)
    with pytest.raises(ArchiveCorrupt, match=sha256):
        archive.read_body(sha256)


def test_a_missing_page_is_named(archive: Archive) -> None:
    with pytest.raises(ArchiveCorrupt, match=f"archived page {'a' * 64} is missing"):
        archive.read_body("a" * 64)


@pytest.mark.parametrize("sha256", ["", "A" * 64, "../../etc/passwd", "a" * 63])
def test_only_a_hash_names_a_page(archive: Archive, sha256: str) -> None:
    with pytest.raises(ValueError, match="expected a sha-256"):
        archive.read_body(sha256)


@pytest.mark.parametrize("dataset_id", ["", "../x", "a/b", "A"])
def test_only_a_slug_names_a_dataset(archive: Archive, dataset_id: str) -> None:
    with pytest.raises(ValueError, match="expected a dataset id"):
        archive.runs(dataset_id)


def test_a_manifest_that_was_cut_is_refused(archive: Archive, tmp_path: Path) -> None:
    archive.write_page(RUN, "some_city", 0, page())
    archive.write_complete(RUN, "some_city", WINDOW)
    (path,) = (tmp_path / "manifest").rglob("*.jsonl")
    lines = path.read_text().splitlines()
    for damaged in (lines[:1], lines[1:], ["{}", lines[1]], []):
        path.write_text("\n".join(damaged))
        with pytest.raises(ArchiveCorrupt, match="is not what it was"):
            archive.runs("some_city")


def test_a_run_is_completed_once(archive: Archive) -> None:
    archive.write_complete(RUN, "some_city", WINDOW)
    with pytest.raises(ArchiveCorrupt, match="in the archive already"):
        archive.write_complete(RUN, "some_city", WINDOW)


def test_no_secret_reaches_the_manifest(archive: Archive, tmp_path: Path) -> None:
    secret = "hush-hush"
    headers = dict.fromkeys(("set-cookie", "x-app-token", "authorization", "x-api-key", "x-amz-signature"), secret)
    url = f"https://x.example/a?$$app_token={secret}&b=1&%24%24app_token={secret}&token={secret}&sig={secret}"
    archive.write_page(RUN, "some_city", 0, page(url=url, headers={**headers, "etag": "kept"}))
    archive.write_complete(RUN, "some_city", WINDOW)
    (path,) = (tmp_path / "manifest").rglob("*.jsonl")
    text = path.read_text()
    assert secret not in text
    line = json.loads(text.splitlines()[0])
    assert line["headers"] == {"etag": "kept"}
    assert "&b=1&" in line["url"]


def test_other_file_systems_keep_the_same_promises() -> None:
    archive = Archive(f"memory://{uuid.uuid4().hex}")
    sha256 = archive.write_page(RUN, "some_city", 0, page())
    assert archive.write_page(RUN, "some_city", 1, page()) == sha256
    archive.write_complete(RUN, "some_city", WINDOW)
    (run,) = archive.runs("some_city")
    assert [one.body for _, one in archive.pages(run)] == [page().body] * 2
    with pytest.raises(ArchiveCorrupt, match="in the archive already"):
        archive.write_complete(RUN, "some_city", WINDOW)


def test_nothing_half_written_stays_behind(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.link", fail)
    with pytest.raises(OSError, match="no space left"):
        archive.write_page(RUN, "some_city", 0, page())
    assert files(tmp_path) == []


def test_pending_manifest_does_not_count_until_it_is_confirmed(archive: Archive, tmp_path: Path) -> None:
    archive.write_page(RUN, "some_city", 0, page())
    archive.prepare(RUN, "some_city", WINDOW)
    after_a_crash = Archive(tmp_path.as_uri())
    assert (after_a_crash.pending("some_city"), after_a_crash.runs("some_city")) == ([RUN], [])
    after_a_crash.confirm(RUN, "some_city")
    assert after_a_crash.pending("some_city") == []
    assert [run.run_id for run in after_a_crash.runs("some_city")] == [RUN]


def test_pending_manifest_of_a_run_that_never_was_committed_is_discarded(archive: Archive) -> None:
    sha256 = archive.write_page(RUN, "some_city", 0, page())
    archive.prepare(RUN, "some_city", WINDOW)
    archive.discard(RUN, "some_city")
    assert (archive.pending("some_city"), archive.runs("some_city")) == ([], [])
    assert archive.read_body(sha256) == page().body


def test_confirming_is_repeated_safely_when_it_was_cut_in_the_middle(archive: Archive, tmp_path: Path) -> None:
    archive.write_page(RUN, "some_city", 0, page())
    archive.prepare(RUN, "some_city", WINDOW)
    pending = tmp_path / "pending" / "dataset=some_city" / f"run={RUN}.jsonl"
    left = pending.read_bytes()
    archive.confirm(RUN, "some_city")
    pending.write_bytes(left)  # as if it had died before this file was removed
    archive.confirm(RUN, "some_city")
    assert (archive.pending("some_city"), len(archive.runs("some_city"))) == ([], 1)


def test_manifest_of_an_older_archive_is_read_as_a_sync_of_the_day_of_its_last_page(
    archive: Archive, tmp_path: Path
) -> None:
    archive.write_page(RUN, "some_city", 0, page())
    archive.write_complete(RUN, "some_city", WINDOW)
    (path,) = (tmp_path / "manifest").rglob("*.jsonl")
    first, last = map(json.loads, path.read_text().splitlines())
    known = {"type", "run_id", "dataset_id", "since", "until", "page_count", "fetched_at"}
    older = tmp_path / "manifest" / "dataset=some_city" / path.name
    older.write_text(f"{json.dumps(first)}\n{json.dumps({name: last[name] for name in known})}\n")
    path.unlink()
    (run,) = archive.runs("some_city")
    assert (run.facts.kind, run.at, run.learned_at) == ("sync", NOW, None)
    assert [one.body for _, one in archive.pages(run)] == [page().body]
    with pytest.raises(ArchiveCorrupt, match="in the archive already"):
        archive.write_complete(RUN, "some_city", WINDOW)
