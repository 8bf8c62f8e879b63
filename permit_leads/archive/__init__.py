"""The archive: every response exactly as it came, kept once under its own sha-256, never written over.

Layout below the archive's address (any fsspec file system):
  pages/<first two hex digits>/<sha256>.zst            the body, zstd
  manifest/dataset=<dataset_id>/run=<run_id>.jsonl     one line a page in order, then one that says the run is whole
  held/dataset=<dataset_id>/run=<run_id>.jsonl         the same of a run that is held back, which no replay reads
  pending/dataset=<dataset_id>/run=<run_id>.jsonl      a manifest whose run was about to be committed
A manifest appears in one step once its run is committed, so what has no manifest never happened. It is written as
pending before the commit and confirmed after it; of one that a crash left pending, the database says which it is.
"""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import fsspec
import zstandard
from fsspec.implementations.local import LocalFileSystem

from permit_leads.archive.files import packed_file
from permit_leads.archive.manifest import BrokenManifest, CompleteLine, PageLine, line_of, parse_manifest
from permit_leads.errors import PermitLeadsError
from permit_leads.page import Page, Window

COMPRESSION_LEVEL = 3
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SLUG = re.compile(r"[a-z0-9_]+")


class ArchiveCorrupt(PermitLeadsError):
    """Something archived is missing or not what its name says; nothing may be built on it."""


@dataclass(frozen=True, slots=True)
class ArchivedRun:
    """One complete run of a dataset; `fetched_at` is when its last page came."""

    run_id: uuid.UUID
    dataset_id: str
    window: Window
    fetched_at: datetime
    page_count: int


class Archive:
    """The archive at a fsspec address such as file:///srv/archive or s3://bucket/archive."""

    def __init__(self, url: str) -> None:
        self._fs, self._root = fsspec.core.url_to_fs(url)
        self._open_runs: dict[tuple[str, uuid.UUID], list[PageLine]] = {}
        self._unsynced: list[Path] = []

    def write_page(self, run_id: uuid.UUID, dataset_id: str, page_index: int, page: Page) -> str:
        """Keep the page's bytes and note it for the run's manifest; the sha-256 (hex) of the bytes.

        The same bytes again are checked, not written.

        Raises:
            ArchiveCorrupt: a file of this name is there already, and its bytes are others.
        """
        sha256 = hashlib.sha256(page.body).hexdigest()
        path = self._page_path(sha256)
        if self._fs.exists(path) or not self._create(path, _packed(page.body)):
            self.read_body(sha256)
        self._open_runs.setdefault((dataset_id, run_id), []).append(line_of(page_index, sha256, page))
        return sha256

    def keep_file(self, path: Path) -> str:
        """Keep a whole file, of whatever size, under the sha-256 (hex) of its bytes; no run's manifest names it."""
        is_local = isinstance(self._fs, LocalFileSystem)
        folder = Path(self._root) / "pages" if is_local else None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        with packed_file(path, COMPRESSION_LEVEL, folder) as packed:
            target = self._page_path(packed.sha256)
            if is_local:
                self._link(packed.path, Path(target))
            elif not self._fs.exists(target):
                self._fs.put_file(str(packed.path), target)
        self._sync()
        return packed.sha256

    def forget(self, run_id: uuid.UUID, dataset_id: str) -> None:
        """Leave the pages noted so far out of the run's manifest: the run begins again. Their bytes stay."""
        self._open_runs.pop((dataset_id, run_id), None)

    def write_complete(self, run_id: uuid.UUID, dataset_id: str, window: Window) -> None:
        """Make the manifest of a run appear that nothing else has to be committed with."""
        self.prepare(run_id, dataset_id, window)
        self.confirm(run_id, dataset_id)

    def write_held(self, run_id: uuid.UUID, dataset_id: str, window: Window) -> None:
        """Keep the manifest of a run that is held back where no replay looks."""
        self._write_manifest(run_id, dataset_id, window, self._held_path(dataset_id, run_id))

    def prepare(self, run_id: uuid.UUID, dataset_id: str, window: Window) -> None:
        """Write the run's manifest as pending, whole, after its pages are safe on disk.

        Raises:
            ArchiveCorrupt: the archive has a manifest of this run already.
        """
        self._write_manifest(run_id, dataset_id, window, self._pending_path(dataset_id, run_id))

    def _write_manifest(self, run_id: uuid.UUID, dataset_id: str, window: Window, place: str) -> None:
        lines = self._open_runs.pop((dataset_id, run_id), [])
        complete = CompleteLine(
            run_id=run_id,
            dataset_id=dataset_id,
            since=window.since,
            until=window.until,
            page_count=len(lines),
            fetched_at=max((line.fetched_at for line in lines), default=datetime.now(UTC)),
        )
        self._sync()
        body = "".join(f"{line.model_dump_json()}\n" for line in (*lines, complete))
        path = self._manifest_path(dataset_id, run_id)
        if self._fs.exists(path) or not self._create(place, body.encode()):
            raise ArchiveCorrupt(
                f"run {run_id} of {dataset_id} is in the archive already ({path}); nothing was written"
            )
        self._sync()

    def confirm(self, run_id: uuid.UUID, dataset_id: str) -> None:
        """Let the pending manifest count: its run is committed. Safe to repeat after a crash at any point."""
        pending = self._pending_path(dataset_id, run_id)
        self._create(self._manifest_path(dataset_id, run_id), self._fs.cat_file(pending))
        self._sync()
        self._fs.rm_file(pending)

    def discard(self, run_id: uuid.UUID, dataset_id: str) -> None:
        """Forget the pending manifest of a run that was never committed. Its pages stay."""
        self._fs.rm_file(self._pending_path(dataset_id, run_id))

    def pending(self, dataset_id: str) -> list[uuid.UUID]:
        """Runs of the dataset whose manifest waits for a word of the database."""
        try:
            paths = self._fs.glob(f"{self._folder('pending', dataset_id)}/run=*.jsonl")
        except FileNotFoundError:
            return []
        return sorted(uuid.UUID(Path(path).stem.removeprefix("run=")) for path in paths)

    def admit(self, run_id: uuid.UUID, dataset_id: str) -> None:
        """Let replays read a held run from now on; again is no harm."""
        self._create(self._manifest_path(dataset_id, run_id), self._fs.cat_file(self._held_path(dataset_id, run_id)))
        self._sync()

    def held_pages(self, run_id: uuid.UUID, dataset_id: str) -> Iterator[tuple[str, Page]]:
        """The pages of a held run in the order they came.

        Raises:
            ArchiveCorrupt: the manifest or a page is not what it was.
        """
        yield from self._pages(self._held_path(dataset_id, run_id))

    def read_body(self, page_sha256: str) -> bytes:
        """The bytes of a page as they came from the publisher.

        Raises:
            ArchiveCorrupt: the page is missing, or even one byte of it is not what it was.
        """
        path = self._page_path(page_sha256)
        try:
            body = zstandard.ZstdDecompressor().decompress(self._fs.cat_file(path))
        except FileNotFoundError as error:
            raise ArchiveCorrupt(_page_problem(page_sha256, path, "is missing")) from error
        except zstandard.ZstdError as error:
            raise ArchiveCorrupt(_page_problem(page_sha256, path, "cannot be unpacked")) from error
        found = hashlib.sha256(body).hexdigest()
        if found != page_sha256:
            raise ArchiveCorrupt(_page_problem(page_sha256, path, f"has become {found}"))
        return body

    def runs(self, dataset_id: str) -> list[ArchivedRun]:
        """The dataset's complete runs, newest first."""
        try:
            paths = self._fs.glob(f"{self._folder('manifest', dataset_id)}/run=*.jsonl")
        except FileNotFoundError:
            return []
        completed = [self._manifest(path)[1] for path in paths]
        runs = [
            ArchivedRun(last.run_id, last.dataset_id, last.window, last.fetched_at, last.page_count)
            for last in completed
        ]
        return sorted(runs, key=lambda run: (run.fetched_at, run.run_id.hex), reverse=True)

    def pages(self, run: ArchivedRun) -> Iterator[tuple[str, Page]]:
        """The run's pages in the order they came, each with the sha-256 it was checked against.

        Raises:
            ArchiveCorrupt: the manifest or a page is not what it was.
        """
        yield from self._pages(self._manifest_path(run.dataset_id, run.run_id))

    def _pages(self, manifest: str) -> Iterator[tuple[str, Page]]:
        lines, _ = self._manifest(manifest)
        for line in lines:
            yield line.sha256, line.page(self.read_body(line.sha256))

    def _manifest(self, path: str) -> tuple[list[PageLine], CompleteLine]:
        try:
            return parse_manifest(self._fs.cat_file(path))
        except (BrokenManifest, UnicodeDecodeError, FileNotFoundError) as error:
            advice = "restore it from a backup, or move it away to forget that run"
            raise ArchiveCorrupt(f"manifest {path} is not what it was ({error}); {advice}") from error

    def _page_path(self, sha256: str) -> str:
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"expected a sha-256 in hex, found {sha256!r}")
        return f"{self._root}/pages/{sha256[:2]}/{sha256}.zst"

    def _folder(self, kind: str, dataset_id: str) -> str:
        if not _SLUG.fullmatch(dataset_id):
            raise ValueError(f"expected a dataset id, found {dataset_id!r}")
        return f"{self._root}/{kind}/dataset={dataset_id}"

    def _manifest_path(self, dataset_id: str, run_id: uuid.UUID) -> str:
        return f"{self._folder('manifest', dataset_id)}/run={run_id}.jsonl"

    def _pending_path(self, dataset_id: str, run_id: uuid.UUID) -> str:
        return f"{self._folder('pending', dataset_id)}/run={run_id}.jsonl"

    def _held_path(self, dataset_id: str, run_id: uuid.UUID) -> str:
        return f"{self._folder('held', dataset_id)}/run={run_id}.jsonl"

    def _create(self, path: str, content: bytes) -> bool:
        """Write a file that was not there, whole or not at all; False when it is there already."""
        if isinstance(self._fs, LocalFileSystem):
            is_new = _create_locally(Path(path), content)
            self._unsynced.extend([Path(path)] if is_new else [])
            return is_new
        try:
            self._fs.pipe_file(path, content, mode="create")
        except FileExistsError:
            return False
        return True

    def _link(self, part: Path, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.link(part, path)
            self._unsynced.append(path)

    def _sync(self) -> None:
        """Wait until the disk holds what was written since the last time (local folders only)."""
        paths, self._unsynced = self._unsynced, []
        for path in paths:
            with suppress(FileNotFoundError), path.open("rb") as written:
                os.fsync(written.fileno())


def _create_locally(path: Path, content: bytes) -> bool:
    """A hard link to a finished file appears in one step and refuses to replace what is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        part.write_bytes(content)
        os.link(part, path)
    except FileExistsError:
        return False
    finally:
        part.unlink(missing_ok=True)
    return True


def _packed(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=COMPRESSION_LEVEL).compress(body)


def _page_problem(sha256: str, path: str, problem: str) -> str:
    advice = "restore that file from a backup, or move it away and fetch the window again with --since and --until"
    return f"archived page {sha256} {problem} ({path}); {advice}"
