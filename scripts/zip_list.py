"""What the packages zipcodes and addfips know of every ZIP, as the one table that is read at run time."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache
from io import StringIO
from typing import Any

import zipcodes
from addfips import AddFIPS

# County names that the two packages spell differently (zipcodes 3.0.0, addfips 0.4.2; compared 2026-11-23).
RESPELLED = {
    "De Witt County": "DeWitt County",
    "LaSalle Parish": "La Salle Parish",
    "La Porte County": "LaPorte County",
}
DISTRICT_OF_COLUMBIA = "11001"
_list_all: Callable[[], list[dict[str, Any]]] = zipcodes.list_all  # the package annotates nothing


def render_zips() -> str:
    """zip, state, county_fips (blank where addfips has none) and the city names of its post office, joined by "|"."""
    text = StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["zip", "state", "county_fips", "cities"])
    table.writerows(sorted(map(_row, _list_all())))
    return text.getvalue()


def _row(place: dict[str, Any]) -> tuple[str, str, str, str]:
    cities = sorted({city.upper() for city in (place["city"], *place["acceptable_cities"])})
    county = _county_fips(place["county"] or "", place["state"])
    return place["zip_code"], place["state"], county or "", "|".join(cities)


@cache
def _county_fips(county: str, state: str) -> str | None:
    if state == "DC":
        return DISTRICT_OF_COLUMBIA
    if not county:
        return None
    spellings = (county, RESPELLED.get(county, county), county.replace("St ", "St. ", 1))
    codes = (_fips_book().get_county_fips(spelling, state=state) for spelling in spellings)
    return next((str(code) for code in codes if code), None)


@cache
def _fips_book() -> AddFIPS:
    return AddFIPS()
