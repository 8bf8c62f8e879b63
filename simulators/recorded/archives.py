"""Reads .tar.zst archives as a stream, member by member."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import zstandard


def read_members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each file in the archive, in the order stored."""
    unpack = zstandard.ZstdDecompressor(max_window_size=2**27)
    with (
        archive.open("rb") as packed,
        unpack.stream_reader(packed) as plain,
        tarfile.open(fileobj=plain, mode="r|") as members,
    ):
        for member in members:
            content = members.extractfile(member)
            if content is not None:
                yield member.name, content.read()
