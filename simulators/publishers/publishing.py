"""Makes a publisher's resources out of recorded rows, one maker per protocol of snapshot.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import polars as pl

from simulators.publishers.disturbances import Identity
from simulators.publishers.snapshot import Maker, Recorded, Settings, read_rows
from simulators.publishers.socrata.dataset import SocrataDataset
from simulators.publishers.sql.meaning import ValueKind
from simulators.publishers.table import Column, Table

_KINDS: dict[str, ValueKind] = {
    "text": "text",
    "phone": "text",
    "number": "number",
    "money": "number",
    "calendar_date": "date",
    "fixed_timestamp": "date",
    "checkbox": "bool",
}


def make_socrata(folder: Path, settings: Settings, today: date) -> tuple[SocrataDataset, ...]:
    """A Socrata dataset out of a [[socrata]] table."""
    columns = [
        Column(
            described["fieldName"], described["dataTypeName"], _kind_of(described["dataTypeName"]), described["name"]
        )
        for described in orjson.loads((folder / settings["columns"]).read_bytes())
    ]
    recorded = read_rows(folder, settings, today)
    return (publish_socrata(settings, columns, recorded, today),)


def publish_socrata(settings: Settings, columns: Sequence[Column], recorded: Recorded, today: date) -> SocrataDataset:
    """A dataset with these columns; points come of longitude and latitude, system fields are the simulator's own."""
    rows = _add_points(recorded.rows, settings.get("points", {}))
    missing = [pl.lit(None, pl.String).alias(column.name) for column in columns if column.name not in rows.columns]
    rows = rows.with_columns(missing).select([column.name for column in columns])
    system = (
        Column(":id", "row_identifier", "text"),
        Column(":created_at", "fixed_timestamp", "date"),
        Column(":updated_at", "fixed_timestamp", "date"),
    )
    return SocrataDataset(
        dataset_id=settings["id"],
        four_by_four=settings["dataset"],
        name=settings["name"],
        attribution=settings["attribution"],
        updated_at=datetime.combine(today, time(5), ZoneInfo(settings["zone"])),
        table=Table((*system, *columns), pl.concat([_system_fields(rows, settings), rows], how="horizontal")),
        identity=Identity(settings["key"], ":id", ":updated_at"),
        note=recorded.note,
    )


def _kind_of(published_type: str) -> ValueKind:
    return _KINDS.get(published_type, "other")


def _add_points(rows: pl.DataFrame, points: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    written = [
        pl.concat_str(
            [pl.lit('{"type":"Point","coordinates":['), longitude, pl.lit(","), latitude, pl.lit("]}")]
        ).alias(name)
        for name, (longitude, latitude) in points.items()
    ]
    return rows.with_columns(written)


def _system_fields(rows: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Row ids in no useful order, and times: a row appears at 11:00 UTC of the day after its newest date."""
    numbers = pl.int_range(rows.height, eager=True)
    mixed = [(at * 2654435761) % 4294967296 for at in numbers.to_list()]
    ids = pl.Series(
        ":id", [f"row-{value >> 16:04x}~{value & 0xFFFF:04x}-{at & 0xFFFF:04x}" for at, value in enumerate(mixed)]
    )
    day = pl.col(settings["newest_by"]).str.to_datetime("%Y-%m-%dT%H:%M:%S%.3f", time_unit="ms", strict=False)
    stamp = (day.dt.truncate("1d") + pl.duration(hours=35)).dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
    return rows.select(
        ids,
        stamp.fill_null("2000-01-01T11:00:00.000Z").alias(":created_at"),
        stamp.fill_null("2000-01-01T11:00:00.000Z").alias(":updated_at"),
    )


PROTOCOLS: dict[str, Maker] = {"socrata": make_socrata}
