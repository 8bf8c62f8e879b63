"""Writes a BIFF8 workbook (.xls): one sheet of texts and numbers in an OLE2 container, enough for any reader.

Source: [MS-XLS] 2.4.21 BOF, 2.4.28 BoundSheet8, 2.4.148 Label, 2.4.180 Number; [MS-CFB] 2.2 to 2.6.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from simulators.publishers.files.workbook import Sheet

SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_LEAST_STREAM = 4096  # smaller streams would live in a place of their own
_LONGEST_TEXT = 4000


def write_biff(sheet: Sheet) -> bytes:
    """The workbook's bytes."""
    stream = _workbook(sheet)
    return _container(stream + b"\0" * max(0, _LEAST_STREAM - len(stream)))


def _workbook(sheet: Sheet) -> bytes:
    name = sheet.name.encode("utf-16-le")
    opening = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    opening += _record(0x0042, struct.pack("<H", 1200))
    bound_length = 4 + 6 + 2 + len(name)
    start = len(opening) + bound_length + 4
    bound = _record(0x0085, struct.pack("<IBBBB", start, 0, 0, len(sheet.name), 1) + name)
    content = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    return opening + bound + _record(0x000A) + content + b"".join(_cells(sheet)) + _record(0x000A)


def _cells(sheet: Sheet) -> Iterator[bytes]:
    for row, cells in enumerate(sheet.rows):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                text = cell[:_LONGEST_TEXT]
                head = struct.pack("<HHHHB", row, column, 0, len(text), 1)
                yield _record(0x0204, head + text.encode("utf-16-le"))
            elif cell is not None:
                yield _record(0x0203, struct.pack("<HHHd", row, column, 0, float(cell)))


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _container(stream: bytes) -> bytes:
    """One stream called Workbook: the table of sectors first, then the directory, then the stream."""
    count = -(-len(stream) // SECTOR)
    tables = 1
    while tables * (SECTOR // 4) < tables + 1 + count:
        tables += 1
    chain = [_FAT] * tables + [_END] + [tables + 2 + at for at in range(count - 1)] + [_END]
    chain += [_FREE] * (tables * (SECTOR // 4) - len(chain))
    directory = _entry("Root Entry", 5, _END, 0, 1) + _entry("Workbook", 2, tables + 1, len(stream), _FREE)
    body = stream + b"\0" * (count * SECTOR - len(stream))
    return _header(tables) + struct.pack(f"<{len(chain)}I", *chain) + directory + _entry("", 0) * 2 + body


def _header(tables: int) -> bytes:
    places: Sequence[int] = [*range(tables), *[_FREE] * (109 - tables)]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, tables, tables, 0, _LEAST_STREAM, _END, 0, _END, 0)
    return head + struct.pack("<109I", *places)


def _entry(name: str, kind: int, start: int = 0, size: int = 0, child: int = _FREE) -> bytes:
    written = name.encode("utf-16-le")
    length = len(written) + 2 if name else 0
    links = struct.pack("<III", _FREE, _FREE, child)
    head = written + b"\0" * (64 - len(written)) + struct.pack("<HBB", length, kind, 1) + links
    return head + b"\0" * 36 + struct.pack("<IQ", start, size)
