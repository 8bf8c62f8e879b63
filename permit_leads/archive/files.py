"""A file of any size into the archive and out of it, under the sha-256 of its bytes, with flat memory."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import zstandard

BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file packed as the archive packs pages, and the name it has there."""

    path: Path
    sha256: str


@contextmanager
def packed_file(path: Path, level: int, folder: Path | None) -> Iterator[PackedFile]:
    """The file packed into a temporary one in `folder`, which is gone afterwards."""
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", suffix=".part") as part, path.open("rb") as file:
        size = path.stat().st_size
        with zstandard.ZstdCompressor(level=level).stream_writer(part, size=size, closefd=False) as packing:
            while block := file.read(BLOCK):
                digest.update(block)
                packing.write(block)
        part.flush()
        yield PackedFile(Path(part.name), digest.hexdigest())


def unpack(packed: IO[bytes], file: IO[bytes]) -> str:
    """What was packed, written to the file; its sha-256 (hex)."""
    digest = hashlib.sha256()
    for block in zstandard.ZstdDecompressor().read_to_iter(packed, read_size=BLOCK, write_size=BLOCK):
        digest.update(block)
        file.write(block)
    return digest.hexdigest()
