"""The archive: every response exactly as it came, kept once under its own sha-256, never written over.

It lies on any fsspec file system, laid out as `archive.layout` says. A manifest appears in one step once its run is
committed, so what has no manifest never happened. It is written as pending before the commit and confirmed after it; of
one that a crash left pending, the database says which it is.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import fsspec
import zstandard
from fsspec.implementations.local import LocalFileSystem

from permit_leads.archive.disk import create_locally, link_once, sync
from permit_leads.archive.files import packed_file, unpack
from permit_leads.archive.layout import Layout, run_of
from permit_leads.archive.manifest import (
    Acceptance,
    ArchivedRun,
    BrokenManifest,
    CompleteLine,
    PageLine,
    Rejection,
    RunFacts,
    archived_run,
    complete_line,
    line_of,
    parse_manifest,
)
from permit_leads.errors import PermitLeadsError
from permit_leads.page import Page, Window

__all__ = ["Acceptance", "Archive", "ArchiveCorrupt", "ArchivedRun", "Rejection", "RunFacts"]
COMPRESSION_LEVEL = 3
NOTHING_MORE = RunFacts()


class ArchiveCorrupt(PermitLeadsError):
    """Something archived is missing or not what its name says; nothing may be built on it."""


class Archive:
    """The archive at a fsspec address such as file:///srv/archive or s3://bucket/archive."""

    def __init__(self, url: str) -> None:
        self._fs, root = fsspec.core.url_to_fs(url)
        self._layout = Layout(root)
        self._open_runs: dict[tuple[str, uuid.UUID], list[PageLine]] = {}
        self._unsynced: list[Path] = []

    def write_page(self, run_id: uuid.UUID, dataset_id: str, page_index: int, page: Page) -> str:
        """Keep the page's bytes and note it for the run's manifest; the sha-256 (hex) of the bytes.

        The same bytes again are checked, not written.

        Raises:
            ArchiveCorrupt: a file of this name is there already, and its bytes are others.
        """
        sha256 = hashlib.sha256(page.body).hexdigest()
        path = self._layout.page(sha256)
        if self._fs.exists(path) or not self._create(path, _packed(page.body)):
            self.read_body(sha256)
        self._open_runs.setdefault((dataset_id, run_id), []).append(line_of(page_index, sha256, page))
        return sha256

    def keep_file(self, path: Path) -> str:
        """Keep a whole file, of whatever size, under the sha-256 (hex) of its bytes; no run's manifest names it."""
        is_local = isinstance(self._fs, LocalFileSystem)
        folder = Path(self._layout.root) / "pages" if is_local else None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        with packed_file(path, COMPRESSION_LEVEL, folder) as packed:
            target = self._layout.page(packed.sha256)
            if is_local:
                self._link(packed.path, Path(target))
            elif not self._fs.exists(target):
                self._fs.put_file(str(packed.path), target)
        self._sync()
        return packed.sha256

    def forget(self, run_id: uuid.UUID, dataset_id: str) -> None:
        """Leave the pages noted so far out of the run's manifest: the run begins again. Their bytes stay."""
        self._open_runs.pop((dataset_id, run_id), None)

    def write_complete(
        self, run_id: uuid.UUID, dataset_id: str, window: Window, facts: RunFacts = NOTHING_MORE
    ) -> None:
        """Make the manifest of a run appear that nothing else has to be committed with."""
        self.prepare(run_id, dataset_id, window, facts)
        self.confirm(run_id, dataset_id)

    def write_held(self, run_id: uuid.UUID, dataset_id: str, window: Window, facts: RunFacts = NOTHING_MORE) -> None:
        """Keep the manifest of a run that is held back where no replay looks."""
        self._write_manifest(run_id, dataset_id, window, facts, self._layout.held(dataset_id, run_id))

    def prepare(self, run_id: uuid.UUID, dataset_id: str, window: Window, facts: RunFacts = NOTHING_MORE) -> None:
        """Write the run's manifest as pending, whole, after its pages are safe on disk.

        Raises:
            ArchiveCorrupt: the archive has a manifest of this run already.
        """
        self._write_manifest(run_id, dataset_id, window, facts, self._layout.pending(dataset_id, run_id))

    def _write_manifest(self, run_id: uuid.UUID, dataset_id: str, window: Window, facts: RunFacts, place: str) -> None:
        lines = self._open_runs.pop((dataset_id, run_id), [])
        self._sync()
        last = complete_line(run_id, dataset_id, window, lines, facts)
        body = "".join(f"{line.model_dump_json()}\n" for line in (*lines, last))
        there = self._glob("manifest", dataset_id, str(run_id))
        if there or not self._create(place, body.encode()):
            path = (there or [place])[0]
            raise ArchiveCorrupt(
                f"run {run_id} of {dataset_id} is in the archive already ({path}); nothing was written"
            )
        self._sync()

    def confirm(self, run_id: uuid.UUID, dataset_id: str) -> None:
        """Let the pending manifest count: its run is committed. Safe to repeat after a crash at any point."""
        pending = self._layout.pending(dataset_id, run_id)
        last = self._manifest(pending)[1]
        if not self._glob("manifest", dataset_id, str(run_id)):
            self._create(self._layout.manifest(dataset_id, run_id, last.fetched_at), self._fs.cat_file(pending))
            self._sync()
        self._fs.rm_file(pending)

    def discard(self, run_id: uuid.UUID, dataset_id: str) -> None:
        """Forget the pending manifest of a run that was never committed. Its pages stay."""
        self._fs.rm_file(self._layout.pending(dataset_id, run_id))

    def pending(self, dataset_id: str) -> list[uuid.UUID]:
        """Runs of the dataset whose manifest waits for a word of the database."""
        return sorted(run_of(path) for path in self._glob("pending", dataset_id))

    def adopt(self, held_run_id: uuid.UUID, run_id: uuid.UUID, dataset_id: str) -> None:
        """Note the pages of a held run for the manifest of the run that takes them in."""
        lines, _ = self._manifest(self._layout.held(dataset_id, held_run_id))
        self._open_runs[dataset_id, run_id] = list(lines)

    def held_runs(self, dataset_id: str) -> list[ArchivedRun]:
        """The dataset's runs that were held back, oldest first, whatever was decided of them."""
        return sorted((self._archived(path) for path in self._glob("held", dataset_id)), key=lambda run: run.at)

    def write_rejection(self, dataset_id: str, rejection: Rejection) -> None:
        """Keep that a held run was left out; the first word counts."""
        self._create(self._layout.rejected(dataset_id, rejection.held_run_id), rejection.model_dump_json().encode())
        self._sync()

    def rejection(self, run_id: uuid.UUID, dataset_id: str) -> Rejection | None:
        """Who left a held run out and why; None when nobody did."""
        try:
            return Rejection.model_validate_json(self._fs.cat_file(self._layout.rejected(dataset_id, run_id)))
        except FileNotFoundError:
            return None

    def given_up(self, dataset_id: str) -> list[uuid.UUID]:
        """Runs of the dataset that were removed to save room, which no rebuild can tell again."""
        return sorted(run_of(path) for path in self._glob("pruned", dataset_id))

    def held_pages(self, run_id: uuid.UUID, dataset_id: str) -> Iterator[tuple[str, Page]]:
        """The pages of a held run in the order they came.

        Raises:
            ArchiveCorrupt: the manifest or a page is not what it was.
        """
        yield from self._pages(self._layout.held(dataset_id, run_id))

    def read_body(self, page_sha256: str) -> bytes:
        """The bytes of a page as they came from the publisher.

        Raises:
            ArchiveCorrupt: the page is missing, or even one byte of it is not what it was.
        """
        path = self._layout.page(page_sha256)
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
        """The dataset's complete runs, the one that was committed last first."""
        runs = [self._archived(path) for path in self._glob("manifest", dataset_id)]
        return sorted(runs, key=lambda run: (run.at, run.run_id.hex), reverse=True)

    def _archived(self, path: str) -> ArchivedRun:
        return archived_run(self._manifest(path)[1], path)

    def _glob(self, kind: str, dataset_id: str, name: str = "*") -> list[str]:
        patterns = self._layout.patterns(kind, dataset_id, name)
        try:
            return [path for pattern in patterns for path in self._fs.glob(pattern)]
        except FileNotFoundError:
            return []

    def pages(self, run: ArchivedRun) -> Iterator[tuple[str, Page]]:
        """The run's pages in the order they came, each with the sha-256 it was checked against.

        Raises:
            ArchiveCorrupt: the manifest or a page is not what it was.
        """
        yield from self._pages(run.path)

    def check(self, run: ArchivedRun) -> None:
        """Read every page of the run, to know that it is whole before anything is built on it.

        Raises:
            ArchiveCorrupt: the manifest or a page is not what it was.
        """
        for _ in self.pages(run):
            pass
        self.check_file(run)

    def check_file(self, run: ArchivedRun) -> None:
        """Read the file that the run restored, if it restored one.

        Raises:
            ArchiveCorrupt: the file is not what it was.
        """
        if run.facts.restored_from_sha256 is not None:
            self.unpack(run.facts.restored_from_sha256, Path(os.devnull))

    def unpack(self, sha256: str, path: Path) -> None:
        """Write what is kept under the sha-256 to a file, of whatever size.

        Raises:
            ArchiveCorrupt: it is missing, or even one byte of it is not what it was.
        """
        place = self._layout.page(sha256)
        try:
            with self._fs.open(place, "rb") as packed, path.open("wb") as file:
                found = unpack(packed, file)
        except FileNotFoundError as error:
            raise ArchiveCorrupt(_page_problem(sha256, place, "is missing")) from error
        except zstandard.ZstdError as error:
            raise ArchiveCorrupt(_page_problem(sha256, place, "cannot be unpacked")) from error
        if found != sha256:
            raise ArchiveCorrupt(_page_problem(sha256, place, f"has become {found}"))

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

    def _create(self, path: str, content: bytes) -> bool:
        """Write a file that was not there, whole or not at all; False when it is there already."""
        if isinstance(self._fs, LocalFileSystem):
            is_new = create_locally(Path(path), content)
            self._unsynced.extend([Path(path)] if is_new else [])
            return is_new
        try:
            self._fs.pipe_file(path, content, mode="create")
        except FileExistsError:
            return False
        return True

    def _link(self, part: Path, path: Path) -> None:
        self._unsynced.extend([path] if link_once(part, path) else [])

    def _sync(self) -> None:
        """Wait until the disk holds what was written since the last time (local folders only)."""
        paths, self._unsynced = self._unsynced, []
        for path in paths:
            sync(path)


def _packed(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=COMPRESSION_LEVEL).compress(body)


def _page_problem(sha256: str, path: str, problem: str) -> str:
    advice = "restore that file from a backup, or move it away and fetch the window again with --since and --until"
    return f"archived page {sha256} {problem} ({path}); {advice}"
