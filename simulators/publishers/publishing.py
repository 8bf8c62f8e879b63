"""Makes a publisher's resources out of recorded rows, one maker per protocol of snapshot.toml."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import polars as pl

from simulators.publishers.arcgis.describing import LayerTraits
from simulators.publishers.arcgis.layer import ArcgisLayer
from simulators.publishers.disturbances import Identity
from simulators.publishers.files.resources import PublishedFile
from simulators.publishers.files.styles import CsvStyle, SheetStyle
from simulators.publishers.files.workbook import Cell, Sheet
from simulators.publishers.hosts import Resource
from simulators.publishers.recorded_rows import Recorded, Settings, read_rows, shift, unpack
from simulators.publishers.socrata.dataset import SocrataDataset
from simulators.publishers.socrata.errors import missing_dataset
from simulators.publishers.sql.meaning import ValueKind
from simulators.publishers.table import Column, Table

Maker = Callable[[Path, Settings, date], tuple[Resource, ...]]
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


def make_arcgis(folder: Path, settings: Settings, today: date) -> tuple[ArcgisLayer, ...]:
    """An ArcGIS layer out of an [[arcgis]] table."""
    return (publish_arcgis(settings, read_rows(folder, settings, today), today),)


def publish_arcgis(settings: Settings, recorded: Recorded, today: date) -> ArcgisLayer:
    """A layer whose columns and their types are those of `fields`."""
    columns = tuple(_esri_column(name, given) for name, given in settings["fields"].items())
    traits = LayerTraits(
        name=settings["name"],
        service_path=settings["service_path"],
        layer_id=settings["layer_id"],
        object_id=next(column.name for column in columns if column.published_type == "esriFieldTypeOID"),
        flavor=settings["flavor"],
        max_record_count=settings["max_record_count"],
        longitude=settings.get("longitude"),
        latitude=settings.get("latitude"),
        declared_zone=settings.get("declared_zone", "UTC"),
        zone_hours=settings.get("zone_hours", 0.0),
        edit_field=settings.get("edited"),
    )
    return ArcgisLayer(
        dataset_id=settings["id"],
        traits=traits,
        edited_at=datetime.combine(today, time(5), ZoneInfo(settings["zone"])),
        table=Table(columns, recorded.rows.select([column.name for column in columns])),
        identity=Identity(settings["key"], traits.object_id, traits.edit_field),
        note=recorded.note,
    )


def _esri_column(name: str, given: str | Mapping[str, Any]) -> Column:
    """A column out of its type, or of a table with type, length and codes."""
    described: Mapping[str, Any] = {"type": given} if isinstance(given, str) else given
    published_type = "esriFieldType" + described["type"]
    is_date = published_type == "esriFieldTypeDate"
    kind: ValueKind = "date" if is_date else "text" if described["type"] in ("String", "DateOnly", "GUID") else "number"
    codes, length = described.get("codes", {}), described.get("length")
    return Column(name, published_type, kind, is_epoch=is_date, length=length, codes=codes)


def make_csv(folder: Path, settings: Settings, today: date) -> tuple[PublishedFile, ...]:
    """A CSV file out of a [[csv]] table."""
    recorded = read_rows(folder, settings, today)
    columns = tuple(Column(name, "text", "text", name) for name in recorded.rows.columns)
    return (
        _publish_file(settings, CsvStyle(**settings.get("style", {})), Table(columns, recorded.rows), recorded, today),
    )


def make_xlsx(folder: Path, settings: Settings, today: date) -> tuple[PublishedFile, ...]:
    """A workbook out of an [[xlsx]] table; its first sheet is the one whose rows faults may change."""
    first, *others = [Sheet(**sheet) for sheet in orjson.loads(unpack(folder / settings["workbook"]))]
    header, cells = first.rows[0], [[_blank_to_none(cell) for cell in row] for row in first.rows[1:]]
    names = _name_columns(header)
    rows = pl.DataFrame(
        [[_to_text(cell) for cell in row] for row in cells], schema=dict.fromkeys(names, pl.String), orient="row"
    )
    columns = tuple(
        Column(
            name,
            "text",
            "number" if any(isinstance(row[at], float) for row in cells) else "text",
            str(header[at] or ""),
        )
        for at, name in enumerate(names)
    )
    recorded = shift(rows, settings, today)
    style = SheetStyle(first.name, other_sheets=tuple(_without_blanks(sheet) for sheet in others))
    return (_publish_file(settings, style, Table(columns, recorded.rows), recorded, today),)


def _publish_file(
    settings: Settings, style: CsvStyle | SheetStyle, table: Table, recorded: Recorded, today: date
) -> PublishedFile:
    return PublishedFile(
        dataset_id=settings["id"],
        path=settings["path"],
        style=style,
        modified_at=datetime.combine(today, time(5), ZoneInfo(settings["zone"])),
        table=table,
        identity=Identity(settings["key"]),
        note=recorded.note,
    )


def _name_columns(header: Sequence[Cell]) -> list[str]:
    """Names for the columns; those beside the table have no header and may repeat."""
    return [str(name) if name and name not in header[:at] else f"column {at + 1}" for at, name in enumerate(header)]


def _blank_to_none(cell: Cell) -> Cell:
    return None if cell == "" else cell


def _to_text(cell: Cell) -> str | None:
    return None if cell is None else str(cell)


def _without_blanks(sheet: Sheet) -> Sheet:
    return Sheet(sheet.name, [[_blank_to_none(cell) for cell in row] for row in sheet.rows])


PROTOCOLS: dict[str, Maker] = {"socrata": make_socrata, "arcgis": make_arcgis, "csv": make_csv, "xlsx": make_xlsx}
NOT_FOUND = {"socrata": missing_dataset}
