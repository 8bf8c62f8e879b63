"""Leads on a map: the view cut into squares that stand still when it moves, each with a bounded count."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from psycopg.rows import dict_row

from leadledger.database import Connection
from leadledger.errors import InvalidParameter
from leadledger.geometry import Bounds
from leadledger.leads.areas import CELLS_A_ROW, column_of, row_of
from leadledger.leads.asked_places import resolve_places
from leadledger.leads.asking import read_box
from leadledger.leads.conditions import ReadWords, block, choose_conditions, join
from leadledger.leads.filters import LeadQuestion
from leadledger.leads.search import describe_words
from leadledger.leads.words import read_plainly
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
MOST_SQUARES = 150
MOST_ROWS = 30_000  # rows of cells over all squares: what a view is read by where it is empty
SQUARE_LIMIT = 200  # leads looked at in one square


@dataclass(frozen=True, slots=True)
class Grid:
    """Squares of half a map tile: a tile is 360 degrees by two to the zoom."""

    zoom: int
    west: int
    south: int
    east: int
    north: int

    @property
    def side(self) -> float:
        """Degrees each way."""
        return 180.0 / float(2**self.zoom)

    @property
    def count(self) -> int:
        """How many squares."""
        return (self.east - self.west + 1) * (self.north - self.south + 1)


def lay_grid(box: Bounds, zoom: int) -> Grid:
    """The squares a view meets.

    Raises:
        InvalidParameter: they are too many to count.
    """
    side = 180.0 / 2**zoom
    west, south = math.floor(box.west / side), math.floor(box.south / side)
    grid = Grid(zoom, west, south, math.floor(box.east / side), math.floor(box.north / side))
    rows = grid.count * (math.ceil(side * CELLS_A_ROW / 360) + 1)
    if grid.count > MOST_SQUARES or rows > MOST_ROWS:
        message = f"bbox is too wide for zoom {zoom}: {grid.count} squares; ask for a smaller box or a smaller zoom"
        raise InvalidParameter(message, field="bbox")
    return grid


def count_clusters(
    conn: Connection, asked: LeadQuestion, zoom: int, today: date, read_words: ReadWords = read_plainly
) -> dict[str, object]:
    """LeadClusters of the view `asked.bbox`; squares without a lead are left out.

    Raises:
        InvalidParameter: the view is too wide for the zoom.
    """
    asked = resolve_places(conn, asked)
    assert asked.bbox is not None
    box = read_box(asked.bbox)
    grid = lay_grid(box, zoom)
    conditions = choose_conditions(asked, today, read_words)
    statement = QUERIES["count_clusters"].format(
        in_square=QUERIES["in_square"],
        openness=block("by_openness"),
        rest=join([*conditions.of_lead, *conditions.of_its_permit]),
    )
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statement, {**conditions.values, **_squares(grid, box)}).fetchall()
    return {
        "zoom": zoom,
        "side_degrees": grid.side,
        "clusters": [_describe(row) for row in rows],
        "words": describe_words(conditions.terms),
    }


def _squares(grid: Grid, box: Bounds) -> dict[str, object]:
    """Edges of each square in degrees and in cells, in step with each other."""
    columns: dict[str, list[float]] = {name: [] for name in ("wests", "souths", "first_columns", "last_columns")}
    rows: dict[str, list[float]] = {name: [] for name in ("first_rows", "last_rows")}
    for x in range(grid.west, grid.east + 1):
        for y in range(grid.south, grid.north + 1):
            west, south = max(-180.0, x * grid.side), max(-90.0, y * grid.side)
            columns["wests"].append(west)
            columns["souths"].append(south)
            columns["first_columns"].append(column_of(max(west, box.west)))
            columns["last_columns"].append(column_of(min(west + grid.side, box.east)))
            rows["first_rows"].append(row_of(max(south, box.south)))
            rows["last_rows"].append(row_of(min(south + grid.side, box.north)))
    return {**columns, **rows, "side": grid.side, "width": CELLS_A_ROW, "square_limit": SQUARE_LIMIT}


def _describe(row: Mapping[str, Any]) -> dict[str, object]:
    is_exact = row["seen"] < SQUARE_LIMIT
    return {
        "count": {"value": row["count"], "relation": "eq" if is_exact else "gte"},
        "latitude": row["latitude"],
        "longitude": row["longitude"],
        "lead_id": row["lead_id"] if row["count"] == 1 and is_exact else None,
    }
