"""Places by the names people give them: a ZIP, a city of the post office, a county.

A city is its ZIPs, as the post office names them; a permit without a ZIP is in no city.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from leadledger.errors import AppError, InvalidParameter
from leadledger.leads.places import county_names, state_names
from leadledger.validation import nearest
from permit_leads.normalize.geo import zip_place, zip_places

ZIP = re.compile(r"^([0-9]{5})(-[0-9]{4})?$", re.ASCII)
COUNTY_WORDS = (" COUNTY", " PARISH", " BOROUGH", " CENSUS AREA", " MUNICIPIO", " MUNICIPALITY")
MOST_CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class Place:
    """One place, and what it is in terms of a filter: either ZIPs or one county."""

    place: str
    kind: Literal["zip", "city", "county"]
    state: str
    zips: tuple[str, ...]
    counties: tuple[str, ...]


class AmbiguousPlace(AppError):
    """Several places go by this name; the body lists them."""

    status = 300
    code = "ambiguous_place"

    def __init__(self, name: str, candidates: Sequence[Mapping[str, object]]) -> None:
        super().__init__(f"{name!r} can be {len(candidates)} places; ask again with one of them", field="place")
        self.extra = {"candidates": candidates}


def find_place(name: str, covered: frozenset[str]) -> Place:
    """The one place of this name; `covered` are counties that somebody speaks about, which are listed first.

    Raises:
        AmbiguousPlace: there are several.
        InvalidParameter: there is none; names the nearest.
    """
    found = find_places(name)
    if not found:
        word, state = _read(name)
        meant = nearest(word, [known for known, where in (*_city_book(), *_county_book()) if state in (None, where)])
        hint = f"; did you mean '{meant.title()}'?" if meant else "; give a ZIP, a city or a county, with its state"
        raise InvalidParameter(f"place is {name!r}: no such place is known{hint}", field="place")
    if len(found) > 1:
        ordered = sorted(found, key=lambda one: (covered.isdisjoint(one.counties), -len(one.zips), one.place))
        raise AmbiguousPlace(name, [_describe(one, covered) for one in ordered[:MOST_CANDIDATES]])
    return found[0]


def find_places(name: str) -> list[Place]:
    """All places of this name. A bare name is a city, or where there is none a county."""
    by_zip = ZIP.match(name.strip())
    if by_zip:
        known = zip_place(by_zip[1])
        counties = (known.county_fips,) if known and known.county_fips else ()
        return [Place(by_zip[1], "zip", known.state, (by_zip[1],), counties)] if known else []
    word, state = _read(name)
    keys = [(word, state)] if state else [(word, one) for one in state_names()]
    if word.endswith(COUNTY_WORDS):
        return [_county_book()[key] for key in keys if key in _county_book()]
    cities = [_city_book()[key] for key in keys if key in _city_book()]
    bare = [(word + suffix, one) for word, one in keys for suffix in COUNTY_WORDS]
    return cities or [_county_book()[key] for key in bare if key in _county_book()]


def _describe(place: Place, covered: frozenset[str]) -> dict[str, object]:
    return {
        "place": place.place,
        "kind": place.kind,
        "state": place.state,
        "zip_count": len(place.zips),
        "county_fips": list(place.counties),
        "is_covered": not covered.isdisjoint(place.counties),
    }


def _read(name: str) -> tuple[str, str | None]:
    """Name and state, in upper case; "Austin, TX", "Austin TX" and "austin, texas" are one."""
    words = re.sub(r"[\s.,]+", " ", name.upper()).strip()
    states = {**{code: code for code in state_names()}, **{full.upper(): code for code, full in state_names().items()}}
    for written, code in sorted(states.items(), key=lambda one: -len(one[0])):
        if words.endswith(" " + written):
            return words.removesuffix(" " + written).strip(), code
    return words, None


@cache
def _city_book() -> dict[tuple[str, str], Place]:
    """Name and state -> city. Takes a second, once a process."""
    zips: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    for state in state_names():
        for zip5, place in zip_places(state).items():
            for city in place.cities:
                zips.setdefault((re.sub(r"[\s.,]+", " ", city).strip(), state), []).append((zip5, place.county_fips))
    return {
        (city, state): Place(
            f"{city.title()}, {state}",
            "city",
            state,
            tuple(sorted(zip5 for zip5, _ in parts)),
            tuple(sorted({county for _, county in parts if county})),
        )
        for (city, state), parts in zips.items()
    }


@cache
def _county_book() -> dict[tuple[str, str], Place]:
    rows = ((code, name, state) for code, (name, state) in county_names().items())
    return {
        (re.sub(r"[\s.,]+", " ", name.upper()).strip(), state): Place(f"{name}, {state}", "county", state, (), (code,))
        for code, name, state in rows
    }
