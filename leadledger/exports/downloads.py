"""Answers with a file, or with the piece of it that was asked for, so that a broken download can go on.

Source: RFC 9110, sections 13.1.5 (If-Range), 14.2 (Range), 15.3.7 (206) and 15.5.17 (416); RFC 9530 (Repr-Digest).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import IO, Any

from starlette.responses import Response, StreamingResponse

from leadledger.errors import AppError
from leadledger.exports.files import read_piece
from leadledger.exports.making import file_name

MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet",
}
ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE | re.ASCII)


class RangeNotSatisfiable(AppError):
    """The piece asked for lies behind the end of the file."""

    status = 416
    code = "range_not_satisfiable"


def answer_file(export: Mapping[str, Any], file: IO[bytes], headers: Mapping[str, str | None]) -> Response:
    """The whole file, or with `range` a piece of it; 304 where `if-none-match` names the file that is here.

    Raises:
        RangeNotSatisfiable: the piece lies behind the end.
    """
    size, etag = int(export["byte_count"]), f'"{export["sha256"]}"'
    about = _describe(export, etag)
    if etag in [one.strip().removeprefix("W/") for one in (headers.get("if-none-match") or "").split(",")]:
        file.close()
        return Response(status_code=304, headers=about)
    wanted = headers.get("range") if headers.get("if-range") in (None, etag) else None
    try:
        piece = read_range(wanted, size)
    except RangeNotSatisfiable:
        file.close()
        raise
    first, last = piece or (0, size - 1)
    about["Content-Length"] = str(last - first + 1)
    if piece:
        about["Content-Range"] = f"bytes {first}-{last}/{size}"
    media_type = MEDIA_TYPES[export["format"]]
    return StreamingResponse(read_piece(file, first, last), 206 if piece else 200, about, media_type)


def read_range(wanted: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte asked for; None: the whole file, also where several pieces or other units are asked for.

    Raises:
        RangeNotSatisfiable: the piece lies behind the end.
    """
    match = ONE_RANGE.fullmatch((wanted or "").strip())
    if match is None or match.groups() == ("", ""):
        return None
    begin, end = match.groups()
    first = int(begin) if begin else max(size - int(end), 0)
    last = min(int(end), size - 1) if begin and end else size - 1
    if begin and end and int(end) < first:
        return None
    if first >= size or (not begin and int(end) == 0):
        message = f"the file has {size} bytes; {wanted} lies behind its end"
        headers = {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"}
        raise RangeNotSatisfiable(message, field="Range", headers=headers)
    return first, last


def _describe(export: Mapping[str, Any], etag: str) -> dict[str, str]:
    digest = base64.b64encode(bytes.fromhex(export["sha256"])).decode()
    return {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'attachment; filename="{file_name(export)}"',
        "ETag": etag,
        "Repr-Digest": f"sha-256=:{digest}:",
    }
