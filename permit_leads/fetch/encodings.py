"""Bytes to characters without a guess: a file in another encoding than the source file names fails."""

from __future__ import annotations

import codecs
import re

from permit_leads.errors import SourceChanged
from permit_leads.registry import Dataset

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# Characters that nobody types: UTF-16 was read as bytes, or cp1252 as latin-1.
_NO_TEXT, _NO_LATIN = re.compile("\x00"), re.compile("[\x00\x80-\x84\x86-\x9f]")


def decoded(dataset: Dataset, body: bytes) -> str:
    """The file's characters; a byte order mark decides, else the encoding that the source file names.

    Raises:
        SourceChanged: the bytes are no text of that encoding, or read like another one.
    """
    encoding = next((name for mark, name in _MARKS if body.startswith(mark)), dataset.encoding)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise _other(dataset, f"byte {error.start} of the file is not {encoding}") from error
    if (strange := (_NO_TEXT if _is_utf(encoding) else _NO_LATIN).search(text)) is not None:
        raise _other(dataset, f"character {strange.start()} of the file, read as {encoding}, is {strange[0]!r}")
    if not _is_utf(encoding) and not body.isascii() and _reads_as_utf8(body):
        raise _other(dataset, f"the file is UTF-8, not {encoding}")
    return text


def _is_utf(encoding: str) -> bool:
    return codecs.lookup(encoding).name.startswith("utf")


def _reads_as_utf8(body: bytes) -> bool:
    """Hardly a text of another encoding that is not plain ASCII happens to be UTF-8 too."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _other(dataset: Dataset, seen: str) -> SourceChanged:
    return SourceChanged(dataset.id, f"{seen}; look at it and edit encoding")
