"""Drawn areas: what is a polygon, and what only looks like one."""

from __future__ import annotations

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadledger.geometry import Bounds, InvalidArea, read_area

SQUARE = [[-98.0, 30.0], [-97.0, 30.0], [-97.0, 31.0], [-98.0, 31.0], [-98.0, 30.0]]
HOLE = [[-97.8, 30.2], [-97.2, 30.2], [-97.2, 30.8], [-97.8, 30.8], [-97.8, 30.2]]
ELSEWHERE = [[-96.0, 30.0], [-95.0, 30.0], [-95.0, 31.0], [-96.0, 30.0]]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=30,
)


def polygon(*rings: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": list(rings)}


def circle(count: int, radius: float = 1.0) -> list[list[float]]:
    turns = [2 * math.pi * number / count for number in range(count)]
    around = [[-97 + radius * math.cos(turn), 30 + radius * math.sin(turn)] for turn in turns]
    return [*around, around[0]]


def test_polygon_with_a_hole_is_read() -> None:
    area = read_area(polygon(SQUARE, HOLE))
    assert area.bounds == Bounds(-98, 30, -97, 31)
    assert len(area.polygons[0]) == 2


def test_heights_and_doubled_positions_are_left_out() -> None:
    area = read_area(polygon([[-98, 30, 5], [-98, 30, 5], [-97, 30], [-97, 31], [-98, 30]]))
    assert area.polygons == ((((-98, 30), (-97, 30), (-97, 31), (-98, 30)),),)


def test_several_polygons_come_back_as_they_went() -> None:
    area = read_area({"type": "MultiPolygon", "coordinates": [[SQUARE], [ELSEWHERE]]})
    assert area.as_geojson()["type"] == "MultiPolygon"
    assert area.bounds.east == -95


@pytest.mark.parametrize(
    ("geometry", "words"),
    [
        (None, "type Polygon or MultiPolygon"),
        ({"type": "Point", "coordinates": [0, 0]}, "type Polygon or MultiPolygon"),
        ({"type": "Feature", "geometry": polygon(SQUARE)}, "send its 'geometry' alone"),
        ({"type": "Polygon"}, "polygon 1 has no ring"),
        ({"type": "MultiPolygon", "coordinates": []}, "empty or no list"),
        (polygon(SQUARE[:-1]), "not closed"),
        (polygon(SQUARE[:2]), "at least 4 positions"),
        (polygon([[0, 0], [1, 0], [2, 0], [0, 0]]), "encloses nothing"),
        (polygon([[30, -98], [30, -97], [31, -97], [30, -98]]), "the longitude stands first"),
        (polygon([[0, 0], [1, 0], [True, 1], [0, 0]]), "a position is"),
        (polygon([[0, 0], [1, 0], [float("nan"), 1], [0, 0]]), "a position is"),
        (polygon([[0, 0], [1, 0], [10**400, 1], [0, 0]]), "a position is"),
        (polygon([[0, 0], [2, 2], [2, 0], [0, 1.5], [0, 0]]), "crosses or touches itself"),
        (polygon([[0, 0], [4, 0], [4, 4], [2, 0], [0, 4], [0, 0]]), "crosses or touches itself"),
        (polygon([[0, 0], [4, 0], [2, 0], [2, 3], [0, 0]]), "crosses or touches itself"),
        (polygon(SQUARE, ELSEWHERE), "hole 1 lies outside"),
        (polygon(SQUARE, [[x - 0.5, y] for x, y in SQUARE]), "crosses or touches itself"),
        (polygon([[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]), "crosses the antimeridian"),
        (polygon([[-100, -40], [-30, -40], [-30, 40], [-100, 40], [-100, -40]]), "spans 80 degrees"),
        (polygon(circle(1_001)), "simplify the outline"),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE]] * 51}, "at most 50"),
    ],
)
def test_what_is_no_area_is_refused_with_its_reason(geometry: object, words: str) -> None:
    with pytest.raises(InvalidArea, match=words.replace("[", r"\[")):
        read_area(geometry)


@given(JSON, st.sampled_from(["Polygon", "MultiPolygon"]))
def test_anything_is_read_or_refused(found: object, kind: str) -> None:
    with suppress(InvalidArea):
        assert read_area({"type": kind, "coordinates": found}).polygons


@given(st.integers(3, 200), st.floats(0.01, 20))
def test_every_round_outline_is_an_area(count: int, radius: float) -> None:
    assert len(read_area(polygon(circle(count, radius))).polygons[0][0]) == count + 1
