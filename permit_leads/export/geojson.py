"""GeoJSON as RFC 7946 has it: one feature a row, longitude first, null geometry where no point was published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from permit_leads.export.cells import Cell, json_value
from permit_leads.export.columns import Sheet, Writer


@contextmanager
def write_geojson(path: Path, sheet: Sheet) -> Iterator[Writer]:
    """A FeatureCollection, a feature a line; the first column is the feature's id and stays among its properties."""
    names = sheet.names
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        separator = "\n"

        def write(row: Sequence[Cell]) -> None:
            nonlocal separator
            record = {name: json_value(cell) for name, cell in zip(names, row, strict=True)}
            file.write(separator + json.dumps(feature(record, names[0]), ensure_ascii=False, allow_nan=False))
            separator = ",\n"

        yield write
        file.write("\n]}\n")


def feature(record: dict[str, object], id_name: str) -> dict[str, object]:
    """The record as a feature; both numbers of a point are needed to make one (WGS 84, as RFC 7946 section 4 wants)."""
    longitude, latitude = record.get("longitude"), record.get("latitude")
    has_point = longitude is not None and latitude is not None
    point = {"type": "Point", "coordinates": [longitude, latitude]} if has_point else None
    return {"type": "Feature", "id": record[id_name], "geometry": point, "properties": record}
