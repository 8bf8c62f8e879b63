"""Reads recorded rows and moves their dates up to today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import zstandard

from simulators.publishers.dates import DateStyle, newest_day, oldest_day, shift_dates, weeks_until

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """Rows of one set with their dates moved, and the sentence that says so."""

    rows: pl.DataFrame
    note: str
    weeks: int
    newest: date


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
