"""What an ArcGIS layer says of itself: its columns, its limits, and the zone it reads dates in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from permit_leads.errors import SourceChanged
from permit_leads.fetch.columns import gone
from permit_leads.fetch.json_text import member, text_of
from permit_leads.registry import Dataset

DEFAULT_MAX_RECORDS = 1000  # what servers before 10.1 allow; they do not say
# Names that servers before 11 use for the zones of the United States. Source: Unicode CLDR, windowsZones.xml.
WINDOWS_ZONES = {
    "UTC": "UTC",
    "Coordinated Universal Time": "UTC",
    "Eastern Standard Time": "America/New_York",
    "US Eastern Standard Time": "America/Indiana/Indianapolis",
    "Central Standard Time": "America/Chicago",
    "Mountain Standard Time": "America/Denver",
    "US Mountain Standard Time": "America/Phoenix",
    "Pacific Standard Time": "America/Los_Angeles",
    "Alaskan Standard Time": "America/Anchorage",
    "Hawaiian Standard Time": "Pacific/Honolulu",
}


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as its metadata has it; `zone` is the one it reads date literals in."""

    oid_field: str
    fields: dict[str, str]
    max_records: int
    has_points: bool
    supports_order: bool
    supports_paging: bool
    supports_statistics: bool
    zone: tzinfo


def layer_of(dataset: Dataset, metadata: object) -> Layer:
    """The layer that the metadata describes, with the columns this dataset needs.

    Raises:
        SourceChanged: it describes something else, or a column is gone or was retyped.
    """
    fields = _fields(metadata)
    if not fields:
        kind = "a service root; its address lacks the layer number" if _is_root(metadata) else "no layer"
        raise SourceChanged(dataset.id, f"{dataset.url} describes {kind}; edit url")
    _require_columns(dataset, fields)
    _require_known_clock(dataset, metadata)
    return Layer(
        oid_field=_oid_field(dataset, metadata, fields),
        fields=fields,
        max_records=int(text_of(member(metadata, "maxRecordCount")) or DEFAULT_MAX_RECORDS),
        has_points=member(metadata, "geometryType") == "esriGeometryPoint",
        supports_order=_supports(metadata, "supportsOrderBy"),
        supports_paging=_supports(metadata, "supportsPagination"),
        supports_statistics=_supports(metadata, "supportsStatistics"),
        zone=_literal_zone(dataset, metadata),
    )


def zone_of(name: str) -> tzinfo:
    """A zone by IANA name, or by fixed offset such as -06:00.

    Raises:
        ValueError: there is no such zone.
    """
    if name[:1] in "+-" and len(name) == 6:
        hours, minutes = int(name[1:3]), int(name[4:6])
        size = timedelta(hours=hours, minutes=minutes)
        return timezone(-size if name[0] == "-" else size)
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError as error:
        raise ValueError(f"no time zone {name!r}") from error


def _fields(metadata: object) -> dict[str, str]:
    fields = member(metadata, "fields")
    listed = fields if isinstance(fields, list) else []
    return {text_of(member(one, "name")) or "": text_of(member(one, "type")) or "" for one in listed}


def _is_root(metadata: object) -> bool:
    return isinstance(member(metadata, "layers"), list)


def _require_columns(dataset: Dataset, fields: dict[str, str]) -> None:
    needed = filter(None, (*dataset.key, dataset.date_column, dataset.system_cursor))
    for column in needed:
        if column not in fields:
            raise SourceChanged(dataset.id, gone(column, fields, f"{dataset.url}?f=json"))
    kind = fields[dataset.date_column] if dataset.date_column else "esriFieldTypeDate"
    if dataset.date_kind == "epoch_ms" and kind != "esriFieldTypeDate":
        reason = f"column {dataset.date_column} was retyped to {kind}, expected esriFieldTypeDate; edit the source file"
        raise SourceChanged(dataset.id, reason)


def _require_known_clock(dataset: Dataset, metadata: object) -> None:
    """Where a layer does not know its own zone, its milliseconds are the publisher's wall clock and no instant.

    Source: Esri, layer resource of the ArcGIS REST API, datesInUnknownTimezone.
    """
    if member(metadata, "datesInUnknownTimezone") is not True or dataset.date_zone is None:
        return
    if zone_of(dataset.date_zone).utcoffset(datetime(2026, 7, 1)) != timedelta():  # noqa: DTZ001  # any summer day
        reason = f"{dataset.url} gives dates in an unknown zone: its milliseconds are the publisher's wall clock"
        raise SourceChanged(dataset.id, f'{reason}, not {dataset.date_zone}; set date_zone = "+00:00"')


def _oid_field(dataset: Dataset, metadata: object, fields: dict[str, str]) -> str:
    """objectIdField; old servers do not name it, but mark it by its type (Fort Worth's is CAPID)."""
    named = text_of(member(metadata, "objectIdField"))
    marked = next((name for name, kind in fields.items() if kind == "esriFieldTypeOID"), None)
    if not (named or marked):
        raise SourceChanged(dataset.id, f"{dataset.url} has no object id field, so its rows cannot be told apart")
    return named or marked or ""


def _supports(metadata: object, capability: str) -> bool:
    """A capability of its own where the server lists it, else supportsAdvancedQueries, which promises them all."""
    listed = member(member(metadata, "advancedQueryCapabilities"), capability)
    if isinstance(listed, bool):
        return listed
    return capability != "supportsPagination" and member(metadata, "supportsAdvancedQueries") is True


def _literal_zone(dataset: Dataset, metadata: object) -> tzinfo:
    """The zone of dateFieldsTimeReference; without one, UTC. Standard time all year where it ignores daylight saving.

    Raises:
        SourceChanged: a zone nobody here knows.
    """
    reference = member(metadata, "dateFieldsTimeReference")
    name = text_of(member(reference, "timeZoneIANA")) or text_of(member(reference, "timeZone")) or "UTC"
    try:
        zone = zone_of(WINDOWS_ZONES.get(name, name))
    except ValueError as error:
        raise SourceChanged(dataset.id, f"{dataset.url} reads dates in the unknown zone {name!r}") from error
    if member(reference, "respectsDaylightSaving") is not False:
        return zone
    return standard_time(zone)


def standard_time(zone: tzinfo) -> tzinfo:
    """The zone without daylight saving."""
    offsets = [datetime(2026, month, 1, tzinfo=zone).utcoffset() or timedelta() for month in (1, 7)]
    return timezone(min(offsets))
