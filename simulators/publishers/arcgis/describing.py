"""What a layer and its service say of themselves, and ArcGIS' errors inside HTTP 200."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import orjson

from simulators.publishers.messages import Reply
from simulators.publishers.table import Column

_JSON = {"Content-Type": "application/json;charset=UTF-8", "Cache-Control": "max-age=0,must-revalidate"}


@dataclass(frozen=True, slots=True)
class LayerTraits:
    """What is fixed about a layer. `longitude` and `latitude` name the columns its points come from."""

    name: str
    service_path: str
    layer_id: int
    object_id: str
    flavor: Literal["hosted", "on-prem"] = "hosted"
    max_record_count: int = 2000
    longitude: str | None = None
    latitude: str | None = None
    declared_zone: str = "UTC"
    zone_hours: float = 0.0
    supports_pagination: bool = True
    edit_field: str | None = None  # the column that says when a feature was last edited

    @property
    def has_points(self) -> bool:
        """Whether features have a geometry; otherwise the layer is a table."""
        return self.longitude is not None


def error_reply(code: int, message: str, details: Sequence[str] = ()) -> Reply:
    """HTTP 200 that carries an error."""
    return json_reply({"error": {"code": code, "message": message, "details": list(details)}})


def json_reply(value: object) -> Reply:
    """Any JSON answer."""
    return Reply(200, orjson.dumps(value), _JSON)


def describe_service(traits: LayerTraits) -> Reply:
    """The answer of a service root, also to /query: no features."""
    return json_reply(
        {
            "currentVersion": 11.3,
            "serviceDescription": "",
            "hasVersionedData": False,
            "maxRecordCount": traits.max_record_count,
            "supportedQueryFormats": "JSON, geoJSON, PBF",
            "capabilities": "Query",
            "layers": [{"id": traits.layer_id, "name": traits.name, "type": "Feature Layer"}]
            if traits.has_points
            else [],
            "tables": [] if traits.has_points else [{"id": traits.layer_id, "name": traits.name, "type": "Table"}],
        }
    )


def describe_layer(traits: LayerTraits, columns: Sequence[Column], edited_at: datetime) -> dict[str, object]:
    """Layer metadata (?f=json)."""
    edited = int(edited_at.timestamp() * 1000)
    described: dict[str, object] = {
        "currentVersion": 11.3,
        "id": traits.layer_id,
        "name": traits.name,
        "type": "Feature Layer" if traits.has_points else "Table",
        "objectIdField": traits.object_id,
        "globalIdField": "",
        "displayField": columns[0].name,
        "maxRecordCount": traits.max_record_count,
        "standardMaxRecordCount": traits.max_record_count,
        "supportsStatistics": True,
        "supportsAdvancedQueries": True,
        "supportedQueryFormats": "JSON, geoJSON, PBF",
        "capabilities": "Query",
        "advancedQueryCapabilities": {
            "supportsPagination": traits.supports_pagination,
            "supportsOrderBy": True,
            "supportsStatistics": True,
            "supportsDistinct": True,
            "supportsSqlExpression": True,
        },
        "dateFieldsTimeReference": {"timeZone": traits.declared_zone, "respectsDaylightSaving": False},
        "editingInfo": {"lastEditDate": edited, "schemaLastEditDate": edited, "dataLastEditDate": edited},
        "fields": [describe_field(column) for column in columns],
        "hasAttachments": False,
    }
    if traits.edit_field is not None:
        described["editFieldsInfo"] = {
            "editDateField": traits.edit_field,
            "dateFieldsTimeReference": {"timeZone": "UTC"},
        }
    if traits.has_points:
        described["geometryType"] = "esriGeometryPoint"
        described["extent"] = {"spatialReference": {"wkid": 102100, "latestWkid": 3857}}
    return described


def describe_field(column: Column) -> dict[str, object]:
    """One entry of `fields`."""
    described: dict[str, object] = {
        "name": column.name,
        "type": column.published_type,
        "alias": column.title or column.name,
        "nullable": column.published_type != "esriFieldTypeOID",
        "editable": False,
        "domain": None,
    }
    if column.length is not None:
        described["length"] = column.length
    if column.codes:
        values = [{"code": code, "name": name} for code, name in column.codes.items()]
        described["domain"] = {"type": "codedValue", "name": column.name, "codedValues": values}
    return described
