"""Which sources a run takes in, and why another is not taken."""

from __future__ import annotations

import json
from collections.abc import Iterable

from rapidfuzz import fuzz, process

from permit_leads.errors import UsageError
from permit_leads.registry import Dataset
from permit_leads.registry_cadence import can_be_reconciled
from permit_leads.settings import Settings

EXAMPLES = "for example --source austin_issued_permits, or --source austin_issued_permits,chicago_building_permits"


def as_supervised(settings: Settings) -> Settings:
    """The settings, completed by those that `make up` runs the ETL with on this machine.

    So a command by hand takes the same sources from the same place as the supervised run. What the environment says
    goes first. Kept in run/etl.json under LEADLEDGER_HOME, from `make up` until `make down`.
    """
    if settings.sources or settings.connect_to is not None:
        return settings
    file = settings.home / "run" / "etl.json"
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return settings
    return settings.model_copy(update={"connect_to": told["connect_to"], "sources": tuple(told["sources"])})


def choose_sources(
    named: tuple[str, ...], settings: Settings, registry: dict[str, Dataset], *, is_replay: bool,
    is_reconcile: bool = False,
) -> tuple[str, ...]:  # fmt: skip
    """The sources named, or those of PERMIT_LEADS_SOURCES, or all enabled ones that can be reached from here.

    Raises:
        UsageError: a source is unknown, or cannot be fetched as asked; a replay needs no publisher and takes any.
    """
    origin, asked = ("--source", named) if named else ("PERMIT_LEADS_SOURCES", settings.sources)
    for name in asked:
        if name not in registry:
            raise UsageError(f"{origin} {name!r} is unknown{suggest(name, registry)}; {EXAMPLES}")
        obstacle = find_obstacle(registry[name], settings)
        if obstacle and not is_replay:
            raise UsageError(f"{origin} {name!r} {obstacle}; {EXAMPLES}")
        if is_reconcile and not can_be_reconciled(registry[name]):
            raise UsageError(f"{origin} {name!r} is asked for days and cannot be read whole; use --since and --until")
    chosen = asked or tuple(
        name
        for name, dataset in registry.items()
        if not find_obstacle(dataset, settings) and (can_be_reconciled(dataset) or not is_reconcile)
    )
    if not chosen:
        raise UsageError(f"no source is enabled; {EXAMPLES}")
    return chosen


def find_obstacle(dataset: Dataset, settings: Settings) -> str | None:
    """Why the dataset cannot be fetched from here; None when it can."""
    if not dataset.is_enabled:
        return f"is disabled: {dataset.disabled_reason or 'its file gives no reason'}"
    if dataset.is_recorded_only and settings.connect_to is None:
        return "is recorded only: it has no address of its own and needs a simulator (PERMIT_LEADS_CONNECT_TO)"
    return None


def suggest(seen: str, choices: Iterable[str]) -> str:
    """The nearest right names as a question to append; nothing when none is near."""
    found = process.extract(seen, list(choices), scorer=fuzz.WRatio, processor=str.lower, limit=3, score_cutoff=60)
    return f" (did you mean {' or '.join(name for name, _, _ in found)}?)" if found else ""
