"""Where things lie below the archive's address.

  pages/<first two hex digits>/<sha256>.zst                            the body, zstd
  manifest/dataset=<dataset_id>/date=<YYYY-MM-DD>/run=<run_id>.jsonl   one line a page in order, then that it is whole
  held/dataset=<dataset_id>/run=<run_id>.jsonl                         the same of a run that is held back
  pruned/dataset=<dataset_id>/run=<run_id>.jsonl                       a committed run that was given up to save room
  rejected/dataset=<dataset_id>/run=<run_id>.jsonl                     that a held run was left out, by whom and why
  pending/dataset=<dataset_id>/run=<run_id>.jsonl                      a manifest whose run was about to be committed

`date` is the day (UTC) of the run's last page. Manifests of older archives lie directly below their dataset.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SLUG = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below `root`."""

    root: str

    def page(self, sha256: str) -> str:
        """Where the bytes of this sha-256 (hex) lie."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"expected a sha-256 in hex, found {sha256!r}")
        return f"{self.root}/pages/{sha256[:2]}/{sha256}.zst"

    def folder(self, kind: str, dataset_id: str) -> str:
        """The folder of one kind of manifest of a dataset."""
        if not _SLUG.fullmatch(dataset_id):
            raise ValueError(f"expected a dataset id, found {dataset_id!r}")
        return f"{self.root}/{kind}/dataset={dataset_id}"

    def manifest(self, dataset_id: str, run_id: uuid.UUID, fetched_at: datetime) -> str:
        """The manifest of a committed run."""
        day = fetched_at.astimezone(UTC).date().isoformat()
        return f"{self.folder('manifest', dataset_id)}/date={day}/run={run_id}.jsonl"

    def pending(self, dataset_id: str, run_id: uuid.UUID) -> str:
        """The manifest of a run that is about to be committed."""
        return f"{self.folder('pending', dataset_id)}/run={run_id}.jsonl"

    def held(self, dataset_id: str, run_id: uuid.UUID) -> str:
        """The manifest of a run that was held back."""
        return f"{self.folder('held', dataset_id)}/run={run_id}.jsonl"

    def pruned(self, dataset_id: str, run_id: uuid.UUID) -> str:
        """The manifest of a run that no rebuild may count on any more."""
        return f"{self.folder('pruned', dataset_id)}/run={run_id}.jsonl"

    def rejected(self, dataset_id: str, run_id: uuid.UUID) -> str:
        """The decision on a run that was held back and left out."""
        return f"{self.folder('rejected', dataset_id)}/run={run_id}.jsonl"

    def patterns(self, kind: str, dataset_id: str, name: str = "*") -> tuple[str, str]:
        """What finds the manifests of one kind, of one dataset or of all (*), also those of older archives."""
        folder = f"{self.root}/{kind}/dataset=*" if dataset_id == "*" else self.folder(kind, dataset_id)
        return f"{folder}/run={name}.jsonl", f"{folder}/date=*/run={name}.jsonl"


def run_of(path: str) -> uuid.UUID:
    """The run that a manifest's name says it is of."""
    return uuid.UUID(PurePosixPath(path).stem.removeprefix("run="))
