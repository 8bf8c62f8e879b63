"""A file on disk to text, line by line, whatever its size; what is no such text is refused in a sentence."""

from __future__ import annotations

import gzip
import hashlib
import io
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from permit_leads.restore.faults import BadFile

BLOCK = 1 << 20
GZIP = b"\x1f\x8b"
# First bytes of what is no text, and what to do with it.
OTHERS = {
    b"PK\x03\x04": "is a ZIP file or an Excel workbook; unpack it, or save the sheet as CSV (UTF-8)",
    b"\x28\xb5\x2f\xfd": "is packed with zstd; unpack it first: zstd -d",
    b"BZh": "is packed with bzip2; unpack it first: bunzip2",
    b"\xfd7zXZ": "is packed with xz; unpack it first: xz -d",
    b"PAR1": "is a Parquet file; only CSV can be restored",
    b"SQLite format 3": "is a SQLite database; only CSV can be restored",
}
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
CONVERT = "expected UTF-8; convert it first: iconv -f UTF-16 -t UTF-8"


def digest(path: Path) -> str:
    """sha-256 (hex) of the file as it lies on disk.

    Raises:
        BadFile: it is not there, is no regular file, is empty, or may not be read.
    """
    try:
        _check_kind(path)
        found = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                found.update(block)
    except (OSError, ValueError) as error:
        raise BadFile(f"{path}: cannot be read ({error})") from error
    return found.hexdigest()


@contextmanager
def open_text(path: Path, encoding: str = "utf-8") -> Iterator[Iterator[str]]:
    """The lines of the file, their ends kept; packed with gzip or not, with or without a byte order mark."""
    with path.open("rb") as file:
        head = file.read(len(GZIP))
        file.seek(0)
        opened = gzip.GzipFile(fileobj=file) if head == GZIP else file
        body = io.BufferedReader(cast("io.RawIOBase", opened))
        _check_beginning(path, body)
        codec = "utf-8-sig" if encoding == "utf-8" else encoding
        with io.TextIOWrapper(body, encoding=codec, newline="") as text:
            yield _lines(path, text, encoding)


def _check_kind(path: Path) -> None:
    if not path.exists():
        raise BadFile(f"{path}: there is no such file; expected a CSV file such as archived_permits_20240115.csv")
    mode = path.stat()
    if stat.S_ISDIR(mode.st_mode):
        raise BadFile(f"{path}: is a folder; name one file in it")
    if not stat.S_ISREG(mode.st_mode):
        raise BadFile(f"{path}: is no regular file; expected a CSV file on disk")
    if mode.st_size == 0:
        raise BadFile(f"{path}: is empty; expected at least a header line")


def _check_beginning(path: Path, body: io.BufferedReader[io.RawIOBase]) -> None:
    head = _peek(path, body)
    if not head:
        raise BadFile(f"{path}: is empty once unpacked; expected at least a header line")
    if head.startswith(UTF_16):
        raise BadFile(f"{path}: is UTF-16; {CONVERT}")
    for mark, advice in OTHERS.items():
        if head.startswith(mark):
            raise BadFile(f"{path}: {advice}")
    if b"\x00" in head:
        raise BadFile(f"{path}: holds NUL bytes, so it is UTF-16 or no text at all; {CONVERT}")


def _peek(path: Path, body: io.BufferedReader[io.RawIOBase]) -> bytes:
    try:
        return body.peek(BLOCK)[:BLOCK]
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadFile(f"{path}: the gzip file is cut off or damaged at its beginning ({error})") from error


def _lines(path: Path, text: io.TextIOWrapper, encoding: str) -> Iterator[str]:
    count = 0
    try:
        for line in text:
            count += 1
            yield line
    except UnicodeDecodeError as error:
        raise BadFile(f"{path}: after line {count} stands a byte that is not {encoding} ({error.reason})") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadFile(f"{path}: the gzip file is cut off or damaged after line {count} ({error})") from error
