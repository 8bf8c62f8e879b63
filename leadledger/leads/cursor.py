"""Where a page ended: opaque to callers, good only for the question it was made for."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Literal, Self
from uuid import UUID

import orjson

from leadledger.errors import InvalidParameter

CURSOR_PATTERN = r"^[A-Za-z0-9_-]+$"
WAYS: dict[str, Literal["walk", "collect", "permits"]] = {"w": "walk", "c": "collect", "p": "permits"}
INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last lead of a page, the question's fingerprint, and the total with what it told, counted only once.

    It is not signed: whoever changes it starts elsewhere in the list he may see anyway.
    """

    key: int
    lead_id: UUID
    fingerprint: str
    total: int
    is_total_exact: bool
    way: Literal["walk", "collect", "permits"] = "walk"

    def encode(self) -> str:
        """URL-safe text."""
        parts = [self.key, str(self.lead_id), self.fingerprint, self.total, self.is_total_exact, self.way[0]]
        return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, fingerprint: str, keys: range = INT64) -> Self:
        """Read it back, believing nothing: it may have been changed, or made for another question.

        Raises:
            InvalidParameter: it is none of ours, or belongs to another question.
        """
        try:
            cursor = cls._read(text, keys)
        except (ValueError, TypeError, binascii.Error):
            raise InvalidParameter("cursor is not one of ours; start again without it", field="cursor") from None
        if cursor.fingerprint != fingerprint:
            message = "cursor belongs to another filter; keep the filter as it was, or start again without cursor"
            raise InvalidParameter(message, field="cursor")
        return cursor

    @classmethod
    def _read(cls, text: str, keys: range) -> Self:
        parts = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        key, lead_id, fingerprint, total, is_total_exact, way = parts
        is_number = isinstance(key, int) and isinstance(total, int) and total in range(2**31)
        is_flag = isinstance(is_total_exact, bool) and not isinstance(key, bool) and not isinstance(total, bool)
        if not is_number or not is_flag or not isinstance(fingerprint, str) or way not in WAYS:
            raise ValueError("a part is not of its kind")
        if key not in keys:
            raise ValueError("a key that no lead has")
        return cls(key, UUID(str(lead_id)), fingerprint, total, is_total_exact, WAYS[way])
