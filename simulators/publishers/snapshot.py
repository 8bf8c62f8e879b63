"""Loads the recorded rows of a snapshot folder and moves their dates up to today."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import zstandard

from simulators.publishers.dates import DateStyle, newest_day, oldest_day, shift_dates, weeks_until
from simulators.publishers.hosts import Host, Resource

SNAPSHOT = Path(__file__).parents[1] / "snapshot"
Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """Rows of one set with their dates moved, and the sentence that says so."""

    rows: pl.DataFrame
    note: str
    weeks: int
    newest: date


def load_snapshot(
    folder: Path = SNAPSHOT, today: date | None = None, only: Collection[str] | None = None
) -> list[Host]:
    """The hosts of a snapshot folder; `only` keeps the datasets with these ids."""
    from simulators.publishers.publishing import NOT_FOUND, PROTOCOLS

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


def read_rows(folder: Path, settings: Settings, today: date) -> Recorded:
    """A set's CSV files as one frame of text, dates moved."""
    frames = [pl.read_csv(unpack(folder / name), infer_schema=False) for name in settings["rows"]]
    return shift(pl.concat(frames), settings, today)


def shift(rows: pl.DataFrame, settings: Settings, today: date) -> Recorded:
    """The rows with all date columns moved by the same whole weeks."""
    publisher, newest_by = settings["publisher"], settings.get("newest_by")
    if newest_by is None:
        return Recorded(rows, f"recorded {publisher} rows; dates as recorded", 0, today)
    zone: str = settings["zone"]
    styles: Mapping[str, Sequence[DateStyle]] = settings["dates"]
    oldest = oldest_day(rows, newest_by, styles[newest_by], zone)
    newest = newest_day(rows, newest_by, styles[newest_by], zone)
    weeks = weeks_until(today, newest)
    note = f"recorded {publisher} rows of {oldest} to {newest}; dates shifted by {weeks} weeks"
    return Recorded(shift_dates(rows, styles, weeks, zone), note, weeks, newest)


def unpack(path: Path) -> bytes:
    """A .zst file's bytes."""
    return zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes())


Maker = Callable[[Path, Settings, date], tuple[Resource, ...]]
