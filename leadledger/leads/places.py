"""County names by FIPS code. Source: US Census Bureau 2020 county list, as the addfips package carries it."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def county_names() -> dict[str, tuple[str, str]]:
    """FIPS code -> (name, state), for every county of the United States."""
    states = {row["fips"]: row["postal"] for row in _rows("states.csv")}
    rows = (row for row in _rows("counties_2020.csv") if row["statefp"] in states)  # not the uninhabited islands
    return {row["statefp"] + row["countyfp"]: (row["name"], states[row["statefp"]]) for row in rows}


@cache
def state_names() -> dict[str, str]:
    """Two letters -> name, of every state and territory."""
    return {row["postal"]: row["name"] for row in _rows("states.csv")}


def county_name(county_fips: str | None) -> str | None:
    """Its name; None for no county, or a code nobody knows."""
    return county_names().get(county_fips, (None,))[0] if county_fips else None


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("addfips") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
