"""What is left of credits that end: of all that came, those that end first are used first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Lot:
    """Credits that came together and end together."""

    left: int
    ends_at: datetime


def read_lots(entries: Iterable[Mapping[str, Any]]) -> list[Lot]:
    """What is left of each lot after all entries, which come in the order they were written; the first to end first."""
    lots: list[Lot] = []
    for entry in entries:
        if entry["amount"] > 0:
            lots.append(Lot(entry["amount"], entry["expires_at"] or FOREVER))
            lots.sort(key=lambda lot: lot.ends_at)
        else:
            _use(lots, -entry["amount"])
    return [lot for lot in lots if lot.left]


def _use(lots: Iterable[Lot], wanted: int) -> None:
    for lot in lots:
        used = min(lot.left, wanted)
        lot.left -= used
        wanted -= used
