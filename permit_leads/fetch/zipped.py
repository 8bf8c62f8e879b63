"""The one member of a ZIP file that holds the rows. A ZIP is never unpacked to disk."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from permit_leads.errors import SourceChanged
from permit_leads.fetch.wire import MAX_BODY_BYTES, Transient
from permit_leads.registry import Dataset

MAX_MEMBERS = 10_000
MAX_WORKBOOK_BYTES = 4 * MAX_BODY_BYTES
IS_ENCRYPTED = 0x1
_CHUNK = 1024 * 1024


def member_of(dataset: Dataset, body: bytes) -> bytes:
    """The body itself, or where the source file names a `zip_member`, that member's bytes.

    Raises:
        SourceChanged: no ZIP, no such member or several, or one that is encrypted, too large, or leads elsewhere.
    """
    if dataset.zip_member is None:
        return body
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return _unpacked(dataset, archive, _chosen(dataset, archive.infolist()))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise SourceChanged(dataset.id, f"the file is no readable ZIP: {error}") from error


def require_whole_zip(body: bytes) -> None:
    """Raises Transient when a ZIP lacks the list at its end: the answer was cut off."""
    if body.startswith(b"PK\x03\x04") and not zipfile.is_zipfile(io.BytesIO(body)):
        raise Transient("a ZIP file that was cut off")


def require_bounded(dataset: Dataset, body: bytes) -> None:
    """A workbook is a ZIP too: refuse one that says it would fill the memory.

    Raises:
        SourceChanged: it says so.
    """
    if not body.startswith(b"PK\x03\x04"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile as error:
        raise SourceChanged(dataset.id, f"the file is no readable workbook: {error}") from error
    if size > MAX_WORKBOOK_BYTES:
        reason = f"the workbook of {len(body)} bytes unpacks to {size}, at most {MAX_WORKBOOK_BYTES} are read"
        raise SourceChanged(dataset.id, f"{reason}; look at it by hand")


def _chosen(dataset: Dataset, members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    if len(members) > MAX_MEMBERS:
        raise SourceChanged(dataset.id, f"the ZIP has {len(members)} members, at most {MAX_MEMBERS} are looked at")
    names = [info.filename for info in members if not info.is_dir()]
    found = [info for info in members if not info.is_dir() and re.search(dataset.zip_member or "", info.filename)]
    if len(found) != 1:
        seen = ", ".join((names if not found else [info.filename for info in found])[:10])
        what = "no member" if not found else f"{len(found)} members"
        reason = f"{what} of the ZIP matches {dataset.zip_member!r} (found {seen}); edit zip_member"
        raise SourceChanged(dataset.id, reason)
    return found[0]


def _unpacked(dataset: Dataset, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The member's bytes, counted while they come: what the ZIP says of their number is not believed."""
    if leads_elsewhere(info.filename):
        raise SourceChanged(dataset.id, f"the ZIP's member {info.filename!r} has a path that leads elsewhere; refused")
    if info.flag_bits & IS_ENCRYPTED:
        raise SourceChanged(dataset.id, f"the ZIP's member {info.filename!r} is encrypted; ask the publisher")
    chunks: list[bytes] = []
    size = 0
    with archive.open(info) as packed:
        while chunk := packed.read(_CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            if size > MAX_BODY_BYTES:
                reason = f"the ZIP's member {info.filename!r} unpacks to more than {MAX_BODY_BYTES} bytes"
                raise SourceChanged(dataset.id, f"{reason}; look at it by hand")
    return b"".join(chunks)


def leads_elsewhere(name: str) -> bool:
    """Whether a member's name is no plain path below the ZIP itself."""
    parts = re.split(r"[/\\]", name)
    return ".." in parts or parts[0] == "" or ":" in name or "\0" in name
