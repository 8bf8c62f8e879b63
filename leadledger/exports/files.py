"""Where finished files lie: a folder of this machine, or any store fsspec knows; each is there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import fsspec
from fsspec.implementations.local import LocalFileSystem

CHUNK_BYTES = 262_144


class ExportFiles:
    """The files at a fsspec address such as file:///srv/exports or s3://bucket/exports."""

    def __init__(self, url: str) -> None:
        self._fs, self._root = fsspec.core.url_to_fs(url)
        self._is_local = isinstance(self._fs, LocalFileSystem)

    def keep(self, local: Path, account_id: UUID, export_id: UUID, name: str) -> None:
        """Put a finished file in place; a reader sees all of it or nothing."""
        target = f"{self._folder(account_id, export_id)}/{name}"
        if not self._is_local:
            self._fs.put_file(str(local), target)
            return
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        self._fs.put_file(str(local), f"{target}.part")
        _sync(Path(f"{target}.part"))
        Path(f"{target}.part").replace(target)
        _sync(Path(target).parent)

    def open(self, account_id: UUID, export_id: UUID, name: str) -> IO[bytes]:
        """The file, to read from.

        Raises:
            FileNotFoundError: it is not there.
        """
        opened: IO[bytes] = self._fs.open(f"{self._folder(account_id, export_id)}/{name}", "rb")
        return opened

    def names(self, account_id: UUID, export_id: UUID) -> list[str]:
        """What an export has left here, halves of files included."""
        folder = self._folder(account_id, export_id)
        if not self._fs.exists(folder):
            return []
        return [str(path).rpartition("/")[2] for path in self._fs.find(folder)]

    def remove(self, account_id: UUID, export_id: UUID, name: str) -> None:
        """Remove one file; one that is gone needs no removing."""
        with suppress(FileNotFoundError):
            self._fs.rm_file(f"{self._folder(account_id, export_id)}/{name}")

    def _folder(self, account_id: UUID, export_id: UUID) -> str:
        return f"{self._root}/{account_id}/{export_id}"


def read_piece(file: IO[Any], first: int, last: int) -> Iterator[bytes]:
    """The bytes from `first` to `last`, both included, in chunks; closes the file."""
    with file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := file.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
