"""What was suppressed, kept beside the pages: a store that is rebuilt or put back from a backup learns it from here.

suppressions/<suppression_id>.json
"""

from __future__ import annotations

from pathlib import Path

import fsspec
import orjson
from fsspec.implementations.local import LocalFileSystem

from permit_leads.archive import ArchiveCorrupt
from permit_leads.archive.disk import create_locally
from permit_leads.archive.layout import Layout


class SuppressionShelf:
    """The suppressions of the archive at a fsspec address; written once, never changed."""

    def __init__(self, url: str) -> None:
        self._fs, root = fsspec.core.url_to_fs(url)
        self._folder = f"{Layout(root).root}/suppressions"

    def keep(self, suppression_id: str, about: dict[str, str | None]) -> None:
        """Keep one; a second time changes nothing."""
        path, body = f"{self._folder}/{suppression_id}.json", orjson.dumps(about)
        if isinstance(self._fs, LocalFileSystem):
            create_locally(Path(path), body)
            Path(path).chmod(0o600)
        elif not self._fs.exists(path):
            self._fs.pipe_file(path, body)

    def read(self, known: frozenset[str]) -> list[dict[str, str | None]]:
        """Those that are not among the known ids.

        Raises:
            ArchiveCorrupt: one cannot be read, so nobody knows who must not appear.
        """
        self._fs.invalidate_cache()
        paths = self._fs.ls(self._folder, detail=False) if self._fs.exists(self._folder) else []
        new = [path for path in sorted(paths) if path.endswith(".json") and _id_of(path) not in known]
        return [self._read(path) for path in new]

    def _read(self, path: str) -> dict[str, str | None]:
        try:
            about: dict[str, str | None] = orjson.loads(self._fs.cat_file(path))
            if about["suppression_id"] != _id_of(path):
                raise ValueError("its name is not its id")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArchiveCorrupt(f"{path}: cannot be read as a suppression ({error}); put it back first") from error
        return about


def _id_of(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".json")
