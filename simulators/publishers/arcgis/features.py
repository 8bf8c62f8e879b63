"""Features written once: attributes and geometry as JSON, ready to be joined into pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from simulators.publishers.arcgis.describing import LayerTraits
from simulators.publishers.rendering import Member, render_members
from simulators.publishers.table import Column, Table

_EARTH_RADIUS = 6378137.0  # metres, of Web Mercator
_POINT = {
    "esri": (',"geometry":{"x":', ',"y":', "}}"),
    "geojson": (',"geometry":{"type":"Point","coordinates":[', ",", "]}}"),
}


def shown_columns(table: Table) -> tuple[Column, ...]:
    """The published columns; those named with an @ only place the points."""
    return tuple(column for column in table.columns if not column.name.startswith("@"))


@dataclass(frozen=True)
class Features:
    """The features of a table; attributes of all columns are written once."""

    table: Table
    traits: LayerTraits

    @cached_property
    def attributes(self) -> list[bytes]:
        """Each row's attributes object less its opening brace."""
        return self._write(self.table.rows, shown_columns(self.table))

    @cached_property
    def points(self) -> list[bytes]:
        """Each row's geometry in longitude and latitude, with the brace that ends the feature."""
        return _write_points(self.table.rows, self.traits, "esri", is_mercator=False)

    def warm_up(self) -> None:
        """Do now what the first request would have to wait for."""
        _ = self.attributes, self.points if self.traits.has_points else (), self.table.typed

    def write_esri(self, page: Sequence[int], columns: Sequence[Column], geometry: str) -> bytes:
        """The features array of f=json; `geometry` is none, degrees or mercator."""
        is_whole = len(columns) == len(shown_columns(self.table))
        attributes = [self.attributes[at] for at in page] if is_whole else self._write(self.table.take(page), columns)
        if geometry == "none" or not self.traits.has_points:
            return b",".join([b'{"attributes":{' + part + b"}" for part in attributes])
        if geometry == "degrees":
            points = [self.points[at] for at in page]
        else:
            points = _write_points(self.table.take(page), self.traits, "esri", is_mercator=True)
        return b",".join([b'{"attributes":{' + part + point for part, point in zip(attributes, points, strict=True)])

    def write_geojson(self, page: Sequence[int], columns: Sequence[Column]) -> bytes:
        """The features array of f=geojson, always in longitude and latitude."""
        rows = self.table.take(page)
        ids = rows[self.traits.object_id].to_list()
        properties = self._write(rows, columns)
        points = _write_points(rows, self.traits, "geojson", is_mercator=False) if self.traits.has_points else []
        points = points or [b',"geometry":null}'] * len(ids)
        head = b'{"type":"Feature","id":'
        return b",".join(
            [
                head + str(identity).encode() + b',"properties":{' + part + point
                for identity, part, point in zip(ids, properties, points, strict=True)
            ]
        )

    def _write(self, rows: pl.DataFrame, columns: Sequence[Column]) -> list[bytes]:
        members = [Member(column.name, column.kind == "text") for column in columns]
        return render_members(rows, members, "keep")


def _write_points(rows: pl.DataFrame, traits: LayerTraits, style: str, *, is_mercator: bool) -> list[bytes]:
    start, middle, end = _POINT[style]
    longitude, latitude = pl.col(traits.longitude or ""), pl.col(traits.latitude or "")
    if is_mercator:
        longitude = (longitude.cast(pl.Float64).radians() * _EARTH_RADIUS).cast(pl.String)
        half = latitude.cast(pl.Float64).radians() / 2 + 3.141592653589793 / 4
        latitude = (half.tan().log() * _EARTH_RADIUS).cast(pl.String)
    point = pl.concat_str([pl.lit(start), longitude, pl.lit(middle), latitude, pl.lit(end)])
    empty = "}" if style == "esri" else ',"geometry":null}'
    return rows.select(point.fill_null(empty).cast(pl.Binary)).to_series().to_list()
