"""Somebody's copy of our permits and leads, kept by nothing but events: what a consumer of feed or webhooks does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Record = Mapping[str, Any]


@dataclass
class Copy:
    """Newest records by id; the order of events does not matter, because a record says which version it is."""

    permits: dict[str, Record] = field(default_factory=dict)
    leads: dict[str, Record] = field(default_factory=dict)

    def apply(self, events: Iterable[Record]) -> None:
        """Keep each record unless a newer one is there; of the same version the later one counts."""
        for event in events:
            record = event["record"]
            kept = self.permits if event["lead_id"] is None else self.leads
            known = kept.get(event["lead_id"] or event["permit_id"])
            if known is None or record["version"] >= known["version"]:
                kept[event["lead_id"] or event["permit_id"]] = record

    def state(self) -> dict[str, dict[str, object]]:
        """As GET /api/events/state says it, but for the number of the event."""
        return {"permits": _held(self.permits), "leads": _held(self.leads)}


def _held(records: Mapping[str, Record]) -> dict[str, object]:
    lines = "".join(f"{one} {records[one]['version']}\n" for one in sorted(records))
    return {"count": len(records), "hash": hashlib.sha256(lines.encode()).hexdigest()}
