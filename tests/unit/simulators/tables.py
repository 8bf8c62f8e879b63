"""A table of four rows with every kind of value, for the tests of this folder."""

from __future__ import annotations

import polars as pl

from simulators.publishers.table import Column, Table

NUMBERS = ("1", "2", "3", "4")


def small_table() -> Table:
    columns = (
        Column("permit", "text", "text"),
        Column("name", "text", "text"),
        Column("cost", "number", "number"),
        Column("issued", "calendar_date", "date"),
    )
    rows = {
        "permit": NUMBERS,
        "name": ["acme", "O'Hara", 'b. "quoted"', None],
        "cost": ["1000", None, "90", "101"],
        "issued": [f"2026-{day}T00:00:00.000" for day in ("01-01", "01-02", "01-03", "02-01")],
    }
    return Table(columns, pl.DataFrame(rows))
