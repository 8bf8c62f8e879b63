"""Where a permit must lie: as a condition on its position, and as the cells that an index can be asked for.

A cell is a fiftieth of a degree each way; `public.place_cell` numbers them row by row, so that the cells of one row
between two longitudes are one stretch of the index.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg import sql

from leadledger.geometry import Area, Bounds, Ring, read_area
from leadledger.leads.asking import read_box
from leadledger.leads.filters import Group, LeadSearch, Narrowing

CELLS_A_DEGREE = 50
CELLS_A_ROW = 360 * CELLS_A_DEGREE
MILES_A_DEGREE = 69.0  # of latitude; never more than there are, so that the box is never too small
AND = sql.SQL(" and ")
OR = sql.SQL(" or ")


@dataclass(frozen=True, slots=True)
class Region:
    """A box around all that fits, and what must hold of a permit inside of it."""

    box: Bounds
    condition: sql.Composable

    @property
    def cells(self) -> dict[str, sql.Composable]:
        """Values for the block that reads the cells; rows upside down read nothing."""
        (south, north), (west, east) = self.rows, self.columns
        numbers = {"south": south, "north": north, "west": west, "east": east, "width": CELLS_A_ROW}
        return {name: sql.Literal(number) for name, number in numbers.items()}

    @property
    def rows(self) -> tuple[int, int]:
        """First and last row of cells."""
        return row_of(self.box.south), row_of(self.box.north)

    @property
    def columns(self) -> tuple[int, int]:
        """First and last cell of each row."""
        return column_of(self.box.west), column_of(self.box.east)


def row_of(latitude: float) -> int:
    """The row of cells a latitude lies in."""
    return math.floor((latitude + 90.0) * CELLS_A_DEGREE)


def column_of(longitude: float) -> int:
    """The column of cells a longitude lies in."""
    return math.floor((longitude + 180.0) * CELLS_A_DEGREE)


def read_region(asked: Narrowing, queries: Mapping[str, sql.SQL]) -> Region | None:
    """All that the question says about positions together; None when it says nothing."""
    regions = [
        *([_circle(asked.lat, asked.lon, asked.miles, queries)] if asked.lat is not None else []),
        *([box_region(read_box(asked.bbox), queries)] if asked.bbox else []),
    ]
    if isinstance(asked, Group | LeadSearch) and asked.polygon is not None:
        regions.append(_drawn(read_area(asked.polygon), queries))
    if not regions:
        return None
    return Region(_intersect([one.box for one in regions]), AND.join(one.condition for one in regions))


def box_region(box: Bounds, queries: Mapping[str, sql.SQL]) -> Region:
    """Everything inside of a box, its edges too."""
    edges = {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
    return Region(box, queries["in_box"].format(**{name: sql.Literal(value) for name, value in edges.items()}))


def _circle(lat: float | None, lon: float | None, miles: float | None, queries: Mapping[str, sql.SQL]) -> Region:
    assert lat is not None
    assert lon is not None
    assert miles is not None
    tall = miles / (MILES_A_DEGREE - 0.5)
    widest = min(89.0, abs(lat) + tall)  # a degree of longitude is shortest where the circle is farthest north
    wide = tall / math.cos(math.radians(widest))
    box = Bounds(max(-180.0, lon - wide), max(-90.0, lat - tall), min(180.0, lon + wide), min(90.0, lat + tall))
    inside = box_region(box, queries).condition
    middle = {"lat": sql.Literal(lat), "lon": sql.Literal(lon), "miles": sql.Literal(miles)}
    return Region(box, AND.join([inside, queries["in_circle"].format(**middle)]))


def _drawn(area: Area, queries: Mapping[str, sql.SQL]) -> Region:
    polygons = [
        AND.join(
            [
                queries["in_ring"].format(ring=_ring(rings[0])),
                *(queries["not_in_ring"].format(ring=_ring(hole)) for hole in rings[1:]),
            ]
        )
        for rings in area.polygons
    ]
    either = sql.SQL("({})").format(OR.join(sql.SQL("({})").format(one) for one in polygons))
    return Region(area.bounds, AND.join([box_region(area.bounds, queries).condition, either]))


def _ring(ring: Ring) -> sql.Literal:
    """The ring as PostgreSQL writes a polygon; made of numbers alone."""
    return sql.Literal("(" + ",".join(f"({x!r},{y!r})" for x, y in ring[:-1]) + ")")


def _intersect(boxes: Sequence[Bounds]) -> Bounds:
    """What lies in all of them; upside down when nothing does, and then no row of cells is looked at."""
    return Bounds(
        max(box.west for box in boxes),
        max(box.south for box in boxes),
        min(box.east for box in boxes),
        min(box.north for box in boxes),
    )
