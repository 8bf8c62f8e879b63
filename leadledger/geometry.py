"""Areas drawn by people: GeoJSON, believed only after everything that makes a polygon was checked.

Source: RFC 7946, sections 3.1.6 (rings) and 3.1.9 (antimeridian).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

Position = tuple[float, float]
Ring = tuple[Position, ...]
Polygon = tuple[Ring, ...]
MAX_POSITIONS = 1_000
MAX_POLYGONS = 50
MAX_SPAN_DEGREES = 60.0  # the contiguous United States are 58 wide
FEWEST_POSITIONS = 4  # the first one again at the end


class InvalidArea(ValueError):
    """What is wrong with the drawing; a sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The box around something, in degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Area:
    """One or more polygons, each an outer ring and its holes; positions are longitude, latitude (WGS 84)."""

    polygons: tuple[Polygon, ...]

    @property
    def bounds(self) -> Bounds:
        """The smallest box around all of it."""
        return _bounds_of([position for polygon in self.polygons for position in polygon[0]])

    def as_geojson(self) -> dict[str, object]:
        """The same as GeoJSON, heights and foreign members left out."""
        if len(self.polygons) == 1:
            return {"type": "Polygon", "coordinates": self.polygons[0]}
        return {"type": "MultiPolygon", "coordinates": self.polygons}


def read_area(geometry: object) -> Area:
    """A Polygon or MultiPolygon of GeoJSON: rings closed and simple, on this Earth, of a size that can be searched.

    Raises:
        InvalidArea: says what is wrong and where.
    """
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in ("Polygon", "MultiPolygon"):
        hint = "; send its 'geometry' alone" if kind == "Feature" else ""
        raise InvalidArea(f"expected GeoJSON of type Polygon or MultiPolygon{hint}")
    found = geometry.get("coordinates")
    listed = [found] if kind == "Polygon" else found
    if not isinstance(listed, list) or not listed:
        raise InvalidArea("'coordinates' is empty or no list")
    _check_size(listed)
    area = Area(tuple(_read_polygon(polygon, number) for number, polygon in enumerate(listed, 1)))
    _check_span(area.bounds)
    return area


def _check_size(listed: Sequence[object]) -> None:
    """Before anything is computed: a huge drawing costs nothing."""
    if len(listed) > MAX_POLYGONS:
        raise InvalidArea(f"{len(listed)} polygons; at most {MAX_POLYGONS} can be searched")
    rings = [ring for polygon in listed if isinstance(polygon, list) for ring in polygon if isinstance(ring, list)]
    count = sum(map(len, rings))
    if count > MAX_POSITIONS:
        raise InvalidArea(f"{count} positions; simplify the outline to at most {MAX_POSITIONS}")


def _read_polygon(found: object, number: int) -> Polygon:
    if not isinstance(found, list) or not found:
        raise InvalidArea(f"polygon {number} has no ring")
    where = [f"polygon {number}, " + ("outer ring" if place == 0 else f"hole {place}") for place in range(len(found))]
    rings = tuple(_read_ring(ring, name) for ring, name in zip(found, where, strict=True))
    _check_crossings(rings, f"polygon {number}")
    for hole, name in zip(rings[1:], where[1:], strict=True):
        if not _is_inside(hole[0], rings[0]):
            raise InvalidArea(f"{name} lies outside of its polygon")
    return rings


def _read_ring(found: object, where: str) -> Ring:
    if not isinstance(found, list) or len(found) < FEWEST_POSITIONS:
        raise InvalidArea(f"{where}: expected at least {FEWEST_POSITIONS} positions, the first one again at the end")
    ring = tuple(_read_position(position, where) for position in found)
    if ring[0] != ring[-1]:
        raise InvalidArea(f"{where} is not closed; its last position must be its first")
    for one, other in pairwise(ring):
        if abs(one[0] - other[0]) > 180:
            raise InvalidArea(f"{where} crosses the antimeridian; cut it there into two polygons")
    simple = tuple(position for position, before in zip(ring, (None, *ring), strict=False) if position != before)
    if len(simple) < FEWEST_POSITIONS or math.isclose(_twice_the_surface(simple), 0, abs_tol=1e-12):
        raise InvalidArea(f"{where} encloses nothing")
    return simple


def _read_position(found: object, where: str) -> Position:
    if not isinstance(found, list) or not 2 <= len(found) <= 3 or not all(map(_is_number, found)):
        raise InvalidArea(f"{where}: a position is [longitude, latitude] in degrees")
    longitude, latitude = float(found[0]), float(found[1])
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise InvalidArea(f"{where}: [{longitude:g}, {latitude:g}] is not on Earth; the longitude stands first")
    return longitude, latitude


def _is_number(value: object) -> bool:
    """Whole numbers beyond a float are none either."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e6 and math.isfinite(value)


def _check_span(bounds: Bounds) -> None:
    span = max(bounds.east - bounds.west, bounds.north - bounds.south)
    if span > MAX_SPAN_DEGREES:
        raise InvalidArea(f"the area spans {span:.0f} degrees; at most {MAX_SPAN_DEGREES:.0f} can be searched")


def _check_crossings(rings: Sequence[Ring], where: str) -> None:
    """No two edges meet but neighbours at their common end; from west to east, so most pairs need no look."""
    edges = sorted(_edges(rings), key=lambda edge: min(edge[2][0], edge[3][0]))
    near: list[_Edge] = []
    for edge in edges:
        west = min(edge[2][0], edge[3][0])
        south, north = sorted((edge[2][1], edge[3][1]))
        near = [other for other in near if max(other[2][0], other[3][0]) >= west]
        for other in near:
            is_apart = max(other[2][1], other[3][1]) < south or min(other[2][1], other[3][1]) > north
            if not is_apart and _do_meet(edge, other):
                x, y = edge[2]
                raise InvalidArea(f"{where} crosses or touches itself near [{x:g}, {y:g}]")
        near.append(edge)


_Edge = tuple[int, int, Position, Position, int]  # ring, place in it, from, to, how many edges the ring has


def _edges(rings: Sequence[Ring]) -> Iterator[_Edge]:
    for number, ring in enumerate(rings):
        for place, (start, end) in enumerate(pairwise(ring)):
            yield number, place, start, end, len(ring) - 1


def _do_meet(one: _Edge, other: _Edge) -> bool:
    """Whether two edges share a point that they may not share."""
    gap = (one[1] - other[1]) % one[4] if one[0] == other[0] else None
    if gap in (1, one[4] - 1):  # neighbours: only folding back onto each other is wrong
        first, second = (other, one) if gap == 1 else (one, other)
        corner, before, after = first[3], first[2], second[3]
        return _side(before, corner, after) == 0 and _is_between(corner, before, after)
    a, b, c, d = one[2], one[3], other[2], other[3]
    sides = (_side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b))
    if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
        return True
    touching = ((sides[0], a, b, c), (sides[1], a, b, d), (sides[2], c, d, a), (sides[3], c, d, b))
    return any(side == 0 and _is_in_box(start, end, point) for side, start, end, point in touching)


def _side(a: Position, b: Position, c: Position) -> int:
    """1 when c lies left of a→b, -1 right of it, 0 on it."""
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (turn > 0) - (turn < 0)


def _is_between(corner: Position, before: Position, after: Position) -> bool:
    """Whether the way back from the corner goes where it came from."""
    product = (before[0] - corner[0]) * (after[0] - corner[0]) + (before[1] - corner[1]) * (after[1] - corner[1])
    return product > 0


def _is_in_box(a: Position, b: Position, point: Position) -> bool:
    is_in_width = min(a[0], b[0]) <= point[0] <= max(a[0], b[0])
    return is_in_width and min(a[1], b[1]) <= point[1] <= max(a[1], b[1])


def _is_inside(point: Position, ring: Ring) -> bool:
    """Even-odd: how many edges a ray to the east meets."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def _twice_the_surface(ring: Ring) -> float:
    return sum(one[0] * other[1] - other[0] * one[1] for one, other in pairwise(ring))


def _bounds_of(positions: Sequence[Position]) -> Bounds:
    longitudes, latitudes = zip(*positions, strict=True)
    return Bounds(min(longitudes), min(latitudes), max(longitudes), max(latitudes))
