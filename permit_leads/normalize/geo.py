"""Places by ZIP: its county's FIPS code and the names its post office goes by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from addfips import AddFIPS

# Written by `make docs` out of two packages, of which one takes half a second to open (scripts/zip_list.py).
ZIPS_CSV = Path(__file__).with_name("zips.csv")


@dataclass(frozen=True, slots=True)
class ZipPlace:
    """Where a ZIP lies: state, county FIPS code (None when nobody knows it), city names in upper case."""

    state: str
    county_fips: str | None
    cities: frozenset[str]


@cache
def zip_place(zip5: str) -> ZipPlace | None:
    """The place of a five-digit ZIP; None for ZIPs nobody knows. Points and county names are the post office's."""
    return _places(pl.col("zip") == zip5).get(zip5)


@cache
def zip_places(state: str) -> dict[str, ZipPlace]:
    """The places of all ZIPs of a state."""
    return _places(pl.col("state") == state)


def _places(which: pl.Expr) -> dict[str, ZipPlace]:
    rows: list[tuple[Any, ...]] = _zips().filter(which).rows()
    return {zip5: ZipPlace(state, county, frozenset(cities.split("|"))) for zip5, state, county, cities in rows}


@cache
def _zips() -> pl.DataFrame:
    """zip, state, county_fips, cities."""
    return pl.read_csv(ZIPS_CSV, infer_schema=False)


@cache
def is_state(word: str, state: str) -> bool:
    """Whether the word is the state: its two letters, or its name ("TEXAS"); never another state's."""
    if len(word) == len(state):
        return word.upper() == state
    code = _fips_book().get_state_fips(word)
    return code is not None and code == _fips_book().get_state_fips(state)


def county_by_zip(zips: pl.Series, state: str) -> dict[str, str]:
    """County FIPS code of each distinct ZIP of the series that has one; most lie in `state`."""
    near = zip_places(state)
    places = {zip5: near.get(zip5) or zip_place(zip5) for zip5 in zips.drop_nulls().unique().to_list()}
    return {zip5: place.county_fips for zip5, place in places.items() if place and place.county_fips}


@cache
def _fips_book() -> AddFIPS:
    return AddFIPS()
