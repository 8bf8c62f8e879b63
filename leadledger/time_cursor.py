"""Where a page ended in a list that is newest first: opaque to callers, good only for the question it was made for."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from pydantic import Field

from leadledger.errors import InvalidParameter

CursorText = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=400)]


@dataclass(frozen=True, slots=True)
class TimeCursor:
    """The last row of a page: when it came to be, and its id for those of one instant."""

    at: datetime
    row_id: UUID

    def encode(self, question: Mapping[str, object]) -> str:
        """URL-safe text."""
        parts = [self.at.isoformat(), str(self.row_id), _fingerprint(question)]
        return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def read_cursor(text: str | None, question: Mapping[str, object]) -> TimeCursor | None:
    """Read it back, believing nothing; None on the first page.

    Raises:
        InvalidParameter: it is none of ours, or belongs to another question.
    """
    if text is None:
        return None
    try:
        at, row_id, fingerprint = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        cursor = TimeCursor(datetime.fromisoformat(at), UUID(row_id))
    except (ValueError, TypeError, AttributeError, binascii.Error):
        raise InvalidParameter("cursor is not one of ours; start again without it", field="cursor") from None
    if fingerprint != _fingerprint(question) or cursor.at.tzinfo is None:
        message = "cursor belongs to another filter; keep the filter as it was, or start again without cursor"
        raise InvalidParameter(message, field="cursor")
    return cursor


def cut_page(
    rows: Sequence[Mapping[str, Any]], limit: int, at: str, row_id: str, question: Mapping[str, object]
) -> tuple[Sequence[Mapping[str, Any]], str | None]:
    """The page out of its rows, of which one more than `limit` was asked for, and the cursor to go on with."""
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], TimeCursor(last[at], last[row_id]).encode(question)


def _fingerprint(question: Mapping[str, object]) -> str:
    return hashlib.blake2b(orjson.dumps(question, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()
