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
    """What is left of each lot after all entries, which come in the order they were written; the first to end first.

    What an undone claim took goes back to where it was taken from: undoing makes no credits last longer. All other
    credits that come are a lot of their own.
    """
    lots: list[Lot] = []
    used: dict[Any, list[tuple[Lot, int]]] = {}
    for entry in entries:
        if entry["amount"] < 0:
            used[entry["claim_id"]] = _use(lots, -entry["amount"])
        elif entry["is_undo"]:
            for lot, count in used.pop(entry["claim_id"], ()):
                lot.left += count
        else:
            lots.append(Lot(entry["amount"], entry["expires_at"] or FOREVER))
            lots.sort(key=lambda lot: lot.ends_at)
    return [lot for lot in lots if lot.left]


def _use(lots: Iterable[Lot], wanted: int) -> list[tuple[Lot, int]]:
    """How much each lot gave."""
    given = []
    for lot in lots:
        count = min(lot.left, wanted)
        if count:
            given.append((lot, count))
        lot.left -= count
        wanted -= count
    return given
