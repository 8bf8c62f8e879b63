"""The tail of a one-line address: city, state and ZIP, where they can be told apart without guessing."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from permit_leads.normalize.geo import is_state, zip_place

TAIL = re.compile(
    r"(?is)^(?P<street>.*?)[\s,]*\b(?P<state>[A-Z]{2}|[A-Z]{4,})(?:[\s,]+(?P<zip>[0-9]{5})(?:-[0-9]{4})?)?$"
)
COUNTRY = re.compile(r"(?i)[\s,]+(?:United States(?: of America)?|USA)$")
PARTS = ("original_address1", "original_city", "original_state", "original_zip")


@dataclass(frozen=True, slots=True)
class AddressParts:
    """One-line address taken apart; None is what could not be told."""

    street: str | None
    city: str | None
    state: str | None
    zip5: str | None


def split_address(text: str, state: str, own_city: str | None = None) -> AddressParts:
    """The parts of "15948 Woodland Hills Dr Humble TX 77346"; `state` is the publisher's, any other is no tail.

    The city is split off only where it stands behind a comma, is the publisher's own, or is a name that the post
    office knows for that ZIP; else it stays in the street, because a street's last word is no city. Without a ZIP
    there is a tail only behind the publisher's own city: "100 AVENUE TX" may be a street. Line ends are blanks here.
    """
    text = " ".join(text.split())
    found = TAIL.match(COUNTRY.sub("", text))
    if not found or not is_state(found["state"], state):
        return AddressParts(text, None, None, None)
    street, city = _split_city(found["street"].rstrip(" ,"), found["zip"], own_city)
    if found["zip"] is None and (city is None or city != own_city):
        return AddressParts(text, None, None, None)
    return AddressParts(street or None, city, state, found["zip"])


def _split_city(front: str, zip5: str | None, own_city: str | None) -> tuple[str, str | None]:
    place = zip_place(zip5) if zip5 else None
    known = {*(place.cities if place else ()), *([own_city] if own_city else ())}
    upper = front.upper()
    for city in sorted(known, key=len, reverse=True):
        if upper == city or upper.endswith((f" {city}", f",{city}")):
            return front[: len(front) - len(city)].rstrip(" ,"), city
    street, comma, city = front.rpartition(",")
    if comma and re.fullmatch(r"[A-Za-z][A-Za-z .'-]+", city.strip()):
        return street.strip(" ,"), city.strip().upper()
    return front, None


def address_parts(texts: pl.Series, state: str, own_city: str | None = None) -> pl.DataFrame:
    """The parts of each distinct text of the series: column "text", then PARTS."""
    distinct = texts.drop_nulls().unique().to_list()
    parts = [split_address(text, state, own_city) for text in distinct]
    columns = {
        "text": distinct,
        "original_address1": [part.street for part in parts],
        "original_city": [part.city for part in parts],
        "original_state": [part.state for part in parts],
        "original_zip": [part.zip5 for part in parts],
    }
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
