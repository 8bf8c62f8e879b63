"""Where a lead must lie: as a condition on its position, and as the cells that an index can be asked for.

A cell is a fiftieth of a degree each way; `public.place_cell` numbers them row by row, so that the cells of one row
between two longitudes are one stretch of the index.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
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
    """A box around all that fits, and what must hold inside of it: of a lead, and the same of a permit."""

    box: Bounds
    on_lead: sql.Composable
    on_permit: sql.Composable

    @property
    def cells(self) -> dict[str, sql.Composable]:
        """Values for the blocks that read the cells; rows upside down read nothing."""
        (south, north), (west, east) = self.rows, self.columns
        numbers = {"south": south, "north": north, "west": west, "east": east, "width": CELLS_A_ROW}
        return {name: sql.Literal(number) for name, number in numbers.items()}

    def numbers(self) -> list[int]:
        """The cells, as `public.place_cell` numbers them."""
        (south, north), (west, east) = self.rows, self.columns
        return [row * CELLS_A_ROW + column for row in range(south, north + 1) for column in range(west, east + 1)]

    @property
    def cell_count(self) -> int:
        """How many cells the box meets."""
        (south, north), (west, east) = self.rows, self.columns
        return max(0, north - south + 1) * max(0, east - west + 1)

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
    shapes = [
        *([_circle(asked.lat, asked.lon, asked.miles)] if asked.lat is not None else []),
        *([_box(read_box(asked.bbox))] if asked.bbox else []),
    ]
    if isinstance(asked, Group | LeadSearch) and asked.polygon is not None:
        shapes.append(_drawn(read_area(asked.polygon)))
    if not shapes:
        return None
    lead, permit = (
        AND.join(shape.condition(queries, sql.Identifier(row)) for shape in shapes) for row in ("lead", "permit")
    )
    return Region(_intersect([shape.box for shape in shapes]), lead, permit)


Condition = Callable[[Mapping[str, sql.SQL], sql.Identifier], sql.Composable]


@dataclass(frozen=True, slots=True)
class _Shape:
    box: Bounds
    condition: Condition


def _box(box: Bounds) -> _Shape:
    """Everything inside of a box, its edges too."""
    edges = {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
    values = {name: sql.Literal(value) for name, value in edges.items()}
    return _Shape(box, lambda queries, row: queries["in_box"].format(row=row, **values))


def _circle(lat: float | None, lon: float | None, miles: float | None) -> _Shape:
    assert lat is not None
    assert lon is not None
    assert miles is not None
    tall = miles / (MILES_A_DEGREE - 0.5)
    widest = min(89.0, abs(lat) + tall)  # a degree of longitude is shortest where the circle is farthest north
    wide = tall / math.cos(math.radians(widest))
    box = Bounds(max(-180.0, lon - wide), max(-90.0, lat - tall), min(180.0, lon + wide), min(90.0, lat + tall))
    middle = {"lat": sql.Literal(lat), "lon": sql.Literal(lon), "miles": sql.Literal(miles)}
    return _within(box, lambda queries, row: queries["in_circle"].format(row=row, **middle))


def _drawn(area: Area) -> _Shape:
    def inside(queries: Mapping[str, sql.SQL], row: sql.Identifier) -> sql.Composable:
        polygons = [
            AND.join(
                [
                    queries["in_ring"].format(row=row, ring=_ring(rings[0])),
                    *(queries["not_in_ring"].format(row=row, ring=_ring(hole)) for hole in rings[1:]),
                ]
            )
            for rings in area.polygons
        ]
        return sql.SQL("({})").format(OR.join(sql.SQL("({})").format(one) for one in polygons))

    return _within(area.bounds, inside)


def _within(box: Bounds, inside: Condition) -> _Shape:
    """The box first, as it costs less to look at."""
    around = _box(box).condition
    return _Shape(box, lambda queries, row: AND.join([around(queries, row), inside(queries, row)]))


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
