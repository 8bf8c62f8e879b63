"""Moves recorded dates by whole weeks, so that the newest recorded day falls on or just before today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

import polars as pl

DateStyle = Literal["floating", "iso_day", "us", "us_short", "us_two_digit", "epoch_ms"]
_FORMATS: dict[DateStyle, tuple[str, str]] = {  # how it is read, how it is written
    "floating": ("%Y-%m-%dT%H:%M:%S%.3f", "%Y-%m-%dT%H:%M:%S%.3f"),
    "iso_day": ("%Y-%m-%d", "%Y-%m-%d"),
    "us": ("%m/%d/%Y", "%m/%d/%Y"),
    "us_two_digit": ("%m/%d/%y", "%m/%d/%y"),
    "us_short": ("%m/%d/%y", "%-m/%-d/%y"),
}


def newest_day(rows: pl.DataFrame, column: str, styles: Sequence[DateStyle], zone: str) -> date:
    """The newest calendar day of a column, in the publisher's zone."""
    newest = rows.select(pl.max_horizontal([_read(column, style, zone) for style in styles]).max()).item()
    if newest is None:
        raise ValueError(f"{column} holds no date of the style {', '.join(styles)}")
    day: date = newest.date()
    return day


def oldest_day(rows: pl.DataFrame, column: str, styles: Sequence[DateStyle], zone: str) -> date:
    """The oldest calendar day of a column, in the publisher's zone."""
    day: date = rows.select(pl.min_horizontal([_read(column, style, zone) for style in styles]).min()).item().date()
    return day


def weeks_until(today: date, newest: date) -> int:
    """Whole weeks by which the newest day may move without passing today."""
    return (today - newest).days // 7


def shift_dates(rows: pl.DataFrame, columns: Mapping[str, Sequence[DateStyle]], weeks: int, zone: str) -> pl.DataFrame:
    """The rows with these columns moved; a cell that is no date of its styles stays as it is."""
    if weeks == 0:
        return rows
    moved = [
        pl.coalesce(
            [*(_write(_read(name, style, zone) + timedelta(weeks=weeks), style, zone) for style in styles), name]
        ).alias(name)
        for name, styles in columns.items()
    ]
    return rows.with_columns(moved)


def _read(column: str, style: DateStyle, zone: str) -> pl.Expr:
    """Naive local time."""
    if style == "epoch_ms":
        instant = pl.col(column).cast(pl.Int64, strict=False).cast(pl.Datetime("ms", "UTC"))
        return instant.dt.convert_time_zone(zone).dt.replace_time_zone(None)
    return pl.col(column).str.to_datetime(_FORMATS[style][0], time_unit="ms", strict=False)


def _write(local: pl.Expr, style: DateStyle, zone: str) -> pl.Expr:
    if style == "epoch_ms":
        instant = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        return instant.dt.epoch("ms").cast(pl.String)
    return local.dt.strftime(_FORMATS[style][1])
