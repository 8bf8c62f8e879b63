"""Loads a snapshot folder: which hosts there are and what each publishes stands in its snapshot.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from simulators.publishers.hosts import Host
from simulators.publishers.publishing import NOT_FOUND, PROTOCOLS

SNAPSHOT = Path(__file__).parents[1] / "snapshot"


def load_snapshot(
    folder: Path = SNAPSHOT, today: date | None = None, only: Collection[str] | None = None
) -> list[Host]:
    """The hosts of a snapshot folder; `only` keeps the datasets with these ids."""
    described = tomllib.loads((folder / "snapshot.toml").read_text("utf-8"))
    day = today or datetime.now(ZoneInfo("America/Chicago")).date()
    hosts: dict[str, Host] = {}
    for protocol, make in PROTOCOLS.items():
        for settings in described.get(protocol, []):
            if only is None or settings["id"] in only:
                host = hosts.setdefault(settings["host"], Host(settings["host"]))
                host.not_found = NOT_FOUND.get(protocol, host.not_found)
                host.resources.extend(make(folder, settings, day))
    return list(hosts.values())
