"""A question as statements see it: its conditions, its values, and the stretches of an index that hold its leads."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from psycopg import sql

from leadledger.leads.conditions import QUERIES, Conditions, block, join
from leadledger.leads.cursor import Cursor
from leadledger.leads.filters import LeadFilter
from leadledger.leads.sorting import ORDERS, Order

COUNT_LIMIT = 5_000
DEAR_LIMIT = 600  # where each lead looked at costs a look at its permit
PERMIT_LIMIT = 300  # permits found by words, each looked up among the leads
LONG_LIMIT = 20_000  # leads of everywhere, looked at one by one for those of an area
FEW_STRETCHES = 64  # a statement of more takes longer to plan than to run


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, with all that it becomes."""

    asked: LeadFilter
    conditions: Conditions
    cursor: Cursor | None
    today: date
    as_of: datetime | None = None

    @property
    def order(self) -> Order:
        """The order of the page."""
        return ORDERS[self.asked.sort]

    @property
    def values(self) -> Mapping[str, object]:
        """Values for the statements; one row more than the page, to know whether there is another."""
        return {
            **self.conditions.values,
            "limit": self.asked.limit + 1,
            "count_limit": COUNT_LIMIT,
            "dear_limit": DEAR_LIMIT,
            "permit_limit": PERMIT_LIMIT,
            "after_key": self.cursor.key if self.cursor else None,
            "after_lead_id": self.cursor.lead_id if self.cursor else None,
        }


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of an index, each in the order of rank, that together hold all that is asked for.

    `source` makes a row of each for a join, and `told` is what holds of a lead in such a row's stretch. `each` says the
    same of every one by itself. `places` are the titles of conditions on places that this does not say.
    """

    source: sql.Composable
    told: tuple[sql.Composable, ...]
    each: tuple[sql.Composable, ...]
    places: tuple[str, ...]


def find_stretches(conditions: Conditions) -> Stretches | None:
    """Those of ZIPs, of the cells of a small area, or of trades in counties; None where there is none of it."""
    if "by_zip" in conditions.places:
        return _wanted(conditions, "zips", {"by_zip": "zip"})
    region = conditions.region
    if region is not None:
        if region.cell_count > FEW_STRETCHES:
            return None
        told = (QUERIES["in_this_cell"].format(**region.cells),)
        each = tuple(QUERIES["in_cell"].format(cell=sql.Literal(number)) for number in region.numbers())
        return Stretches(QUERIES["cells"].format(**region.cells), told, each, conditions.places)
    if {"by_trade", "by_county"} <= set(conditions.places):
        return _wanted(conditions, "pairs", {"by_trade": "trade", "by_county": "county"})
    return None


def compose_leads(conditions: Conditions, told: Sequence[sql.Composable]) -> sql.Composed:
    """The leads for which holds what is told: found in the cells of an area, or else by their other indexes."""
    if conditions.region is None:
        return QUERIES["all_leads"].format(conditions=join(told))
    cells = conditions.region.cells
    return QUERIES["leads_in_cells"].format(in_row=QUERIES["in_row"].format(**cells), conditions=join(told), **cells)


def _wanted(conditions: Conditions, source: str, titles: Mapping[str, str]) -> Stretches:
    """Every combination of the values asked for."""
    told = tuple(block(title.replace("by_", "by_wanted_")) for title in titles)
    values = (cast("Sequence[str]", conditions.values[name]) for name in titles.values())
    combinations = (dict(zip(titles.values(), each, strict=True)) for each in itertools.product(*values))
    each = tuple(
        QUERIES[f"in_{source}"].format(**{name: sql.Literal(value) for name, value in one.items()})
        for one in combinations
    )
    return Stretches(QUERIES[source], told, each, tuple(one for one in conditions.places if one not in titles))
