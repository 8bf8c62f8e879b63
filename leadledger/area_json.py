"""The pydantic side of an area: GeoJSON in a body, checked by leadledger.geometry, described in OpenAPI."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from leadledger.geometry import read_area

_POSITION = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 3}
_RING = {"type": "array", "items": _POSITION, "minItems": 4}
_POLYGON = {"type": "array", "items": _RING, "minItems": 1}


def _schema(kind: str, coordinates: dict[str, Any]) -> dict[str, Any]:
    properties = {"type": {"type": "string", "enum": [kind]}, "coordinates": coordinates}
    return {"type": "object", "title": kind, "properties": properties, "required": ["type", "coordinates"]}


def read_geojson(geometry: object) -> dict[str, object]:
    """Checked GeoJSON, without what searching does not need.

    Raises:
        InvalidArea: it is no area.
    """
    return read_area(geometry).as_geojson()


AREA_SCHEMA = {
    "anyOf": [
        _schema("Polygon", _POLYGON),
        _schema("MultiPolygon", {"type": "array", "items": _POLYGON, "minItems": 1}),
    ]
}
AreaJson = Annotated[dict[str, object], PlainValidator(read_geojson), WithJsonSchema(AREA_SCHEMA)]
