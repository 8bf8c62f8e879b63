"""The whole archive as files: which pages lie in it, which manifests name them, and how old they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Literal

import fsspec

from permit_leads.archive import ArchiveCorrupt
from permit_leads.archive.layout import Layout
from permit_leads.archive.manifest import ArchivedRun, BrokenManifest, archived_run, parse_manifest

Kind = Literal["manifest", "pending", "held", "pruned"]


@dataclass(frozen=True, slots=True)
class KeptPage:
    """One file under pages/, packed to so many bytes; nobody wrote to it after `written_at`."""

    sha256: str
    byte_count: int
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Named:
    """A run and the sha-256 of everything its manifest names."""

    run: ArchivedRun
    sha256s: frozenset[str]


class Shelves:
    """The archive at a fsspec address."""

    def __init__(self, url: str) -> None:
        self._fs, root = fsspec.core.url_to_fs(url)
        self._layout = Layout(root)

    def pages(self) -> Iterator[KeptPage]:
        """Every file under pages/, by name."""
        for path in sorted(self._glob(f"{self._layout.root}/pages/*/*.zst")):
            known = self._fs.info(path)
            yield KeptPage(PurePosixPath(path).stem, int(known["size"]), self._fs.modified(path).astimezone(UTC))

    def datasets(self) -> list[str]:
        """The datasets of which a run was committed."""
        folders = self._glob(f"{self._layout.root}/manifest/dataset=*")
        return sorted(PurePosixPath(folder).name.removeprefix("dataset=") for folder in folders)

    def named(self, kind: Kind) -> Iterator[Named]:
        """The runs of one kind, with what each names.

        Raises:
            ArchiveCorrupt: a manifest cannot be read, so nobody knows what it names.
        """
        for pattern in self._layout.patterns(kind, "*"):
            for path in self._glob(pattern):
                try:
                    lines, last = parse_manifest(self._fs.cat_file(path))
                except (BrokenManifest, UnicodeDecodeError) as error:
                    raise ArchiveCorrupt(f"manifest {path} is not what it was ({error}); nothing is removed") from error
                file = last.restored_from_sha256
                names = {line.sha256 for line in lines} | ({file} if file else set())
                yield Named(archived_run(last, path), frozenset(names))

    def remove_page(self, sha256: str) -> None:
        """Remove the bytes of this sha-256 for good."""
        self._fs.rm_file(self._layout.page(sha256))

    def give_up(self, run: ArchivedRun) -> None:
        """Let no rebuild count on the run any more; its manifest stays readable under pruned/."""
        self._fs.makedirs(self._layout.folder("pruned", run.dataset_id), exist_ok=True)
        self._fs.mv(run.path, self._layout.pruned(run.dataset_id, run.run_id))

    def _glob(self, pattern: str) -> list[str]:
        try:
            return [str(path) for path in self._fs.glob(pattern)]
        except FileNotFoundError:
            return []
