"""When a dataset is due: cron expressions on the publisher's own clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from permit_leads.registry import Dataset

CRON_PART = r"(\*|\d{1,2}(-\d{1,2})?)(/\d{1,2})?(,(\*|\d{1,2}(-\d{1,2})?)(/\d{1,2})?)*"
CRON_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
# Of these a run without a window can ask for everything; the other portals are asked for days.
READ_WHOLE = ("socrata", "arcgis", "ckan", "csv", "xlsx", "geojson")


def can_be_reconciled(dataset: Dataset) -> bool:
    """Whether the publisher can be asked for the whole dataset at once."""
    return dataset.date_column is None or dataset.protocol in READ_WHOLE


def find_cadence_mistakes(dataset: Dataset) -> Iterator[str]:
    """What is no time to look, as "key: what was seen, what was expected"."""
    for name, cron in (("cadence", dataset.cadence), ("reconcile_cadence", dataset.reconcile_cadence)):
        yield from _cron_mistakes(name, cron)


def _cron_mistakes(name: str, cron: str) -> Iterator[str]:
    parts = cron.split()
    if len(parts) != len(CRON_LIMITS) or not all(re.fullmatch(CRON_PART, part) for part in parts):
        yield f"{name}: {cron!r} is no cron expression; expected minute, hour, day, month, weekday"
        return
    for part, (low, high) in zip(parts, CRON_LIMITS, strict=True):
        numbers = [int(number) for number in re.findall(r"(?<!/)\b\d+", part)]
        if any(not low <= number <= high for number in numbers):
            yield f"{name}: {part!r} in {cron!r} is outside {low} to {high}"
