"""Where a page ended: opaque to callers, good only for the question it was made for."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Self
from uuid import UUID

import orjson

from leadledger.errors import InvalidParameter

CURSOR_PATTERN = r"^[A-Za-z0-9_-]+$"
INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last lead of a page, the filter's fingerprint, and the total, which is counted only once."""

    rank_key: int
    lead_id: UUID
    fingerprint: str
    total: int
    is_total_exact: bool

    def encode(self) -> str:
        """URL-safe text."""
        parts = [self.rank_key, str(self.lead_id), self.fingerprint, self.total, self.is_total_exact]
        return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, fingerprint: str) -> Self:
        """Read it back, believing nothing: it may have been changed, or made for another filter.

        Raises:
            InvalidParameter: it is none of ours, or belongs to another filter.
        """
        try:
            cursor = cls._read(text)
        except (ValueError, TypeError, binascii.Error):
            raise InvalidParameter("cursor is not one of ours; start again without it", field="cursor") from None
        if cursor.fingerprint != fingerprint:
            message = "cursor belongs to another filter; keep the filter as it was, or start again without cursor"
            raise InvalidParameter(message, field="cursor")
        return cursor

    @classmethod
    def _read(cls, text: str) -> Self:
        parts = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        rank_key, lead_id, fingerprint, total, is_total_exact = parts
        is_number = isinstance(rank_key, int) and rank_key in INT64 and isinstance(total, int) and total >= 0
        if not is_number or not isinstance(fingerprint, str) or not isinstance(is_total_exact, bool):
            raise ValueError("a part is not of its kind")
        return cls(rank_key, UUID(str(lead_id)), fingerprint, total, is_total_exact)
