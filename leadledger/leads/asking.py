"""Kinds of values a question may hold, each refused with a sentence where it cannot be."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from leadledger.area_json import AREA_SCHEMA
from leadledger.geometry import Bounds, InvalidArea, read_area
from leadledger.leads.cursor import CURSOR_PATTERN
from leadledger.validation import nearest
from permit_leads.normalize.trades import trade_labels

ISO_DAY = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
ISO_INSTANT = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}")
BOX_PATTERN = r"^-?[0-9]{1,3}(\.[0-9]{1,15})?(,-?[0-9]{1,3}(\.[0-9]{1,15})?){3}$"
BOX = re.compile(BOX_PATTERN, re.ASCII)
HIGHEST_COST = 1_000_000_000_000
MOST_MILES = 250
TRADES = list(trade_labels())
EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
# Where permits come from: in it a latitude is never below 0 and a longitude never above.
NORTH_AMERICA = Bounds(-180.0, 15.0, -50.0, 75.0)


def check_trade(trade: str) -> str:
    """A trade we know.

    Raises:
        ValueError: names the nearest one.
    """
    if trade not in TRADES:
        meant = nearest(trade, TRADES)
        raise ValueError(f"no such trade; did you mean '{meant}'?" if meant else "no such trade; see /api/trades")
    return trade


def check_day(day: object) -> object:
    """Only YYYY-MM-DD; a bare number would otherwise pass as seconds since 1970.

    Raises:
        ValueError: it is written otherwise.
    """
    if isinstance(day, str) and ISO_DAY.match(day):
        return day
    if isinstance(day, date) and not isinstance(day, datetime):
        return day
    raise ValueError("expected a day such as 2026-03-08")


def check_instant(instant: object) -> object:
    """Only an ISO 8601 date and time with its zone.

    Raises:
        ValueError: it is written otherwise.
    """
    if isinstance(instant, datetime) or (isinstance(instant, str) and ISO_INSTANT.match(instant)):
        return instant
    raise ValueError("expected an instant such as 2026-03-08T12:00:00Z")


def in_utc(instant: datetime) -> datetime:
    """The instant in UTC; one that lies where no store has been is as good as the nearest where one may.

    Raises:
        ValueError: it has no zone.
    """
    if instant.tzinfo is None:
        raise ValueError("the zone is missing; expected an instant such as 2026-03-08T12:00:00Z")
    return max(EARLIEST, min(LATEST, instant)).astimezone(UTC)


def read_box(text: str) -> Bounds:
    """The box behind "west,south,east,north".

    Raises:
        ValueError: it is none, encloses nothing, or crosses the antimeridian.
    """
    if not BOX.match(text):
        raise ValueError("expected west,south,east,north in degrees, such as -97.9,30.1,-97.5,30.5")
    west, south, east, north = (float(part) for part in text.split(","))
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90 and -90 <= north <= 90):
        raise ValueError("not on Earth; the order is west,south,east,north: longitudes stand first")
    if west > east:
        raise ValueError("west lies east of east; a box across the antimeridian must be asked for as two")
    if south >= north or west == east:
        raise ValueError("encloses nothing; the order is west,south,east,north")
    if is_swapped(Bounds(west, south, east, north)):
        raise ValueError("lies outside of North America, and inside with its numbers swapped; longitudes stand first")
    return Bounds(west, south, east, north)


def is_swapped(box: Bounds) -> bool:
    """Whether longitudes and latitudes were probably exchanged: only the other way round it meets North America."""
    return not _meet(box, NORTH_AMERICA) and _meet(Bounds(box.south, box.west, box.north, box.east), NORTH_AMERICA)


def check_box(text: str) -> str:
    """A box that can be searched, as it was written.

    Raises:
        ValueError: it cannot.
    """
    read_box(text)
    return text


def check_polygon(geometry: object) -> object:
    """GeoJSON that can be searched, as it was sent.

    Raises:
        ValueError: it cannot, and why.
    """
    try:
        bounds = read_area(geometry).bounds
    except InvalidArea as error:
        raise ValueError(str(error)) from None
    if is_swapped(bounds):
        raise ValueError("lies outside of North America, and inside with its numbers swapped; longitudes stand first")
    return geometry


def _meet(one: Bounds, other: Bounds) -> bool:
    is_beside = one.west > other.east or one.east < other.west
    return not is_beside and one.south <= other.north and one.north >= other.south


Trade = Annotated[str, AfterValidator(check_trade), WithJsonSchema({"type": "string", "enum": TRADES})]
Fips = Annotated[str, Field(pattern=r"^[0-9]{5}$")]
Zip = Annotated[str, Field(pattern=r"^[0-9]{5}$")]
Day = Annotated[date, BeforeValidator(check_day), WithJsonSchema({"type": "string", "format": "date"})]
Instant = Annotated[
    datetime,
    BeforeValidator(check_instant),
    AfterValidator(in_utc),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Score = Annotated[int, Field(ge=0, le=100)]
Dollars = Annotated[int, Field(ge=0, le=HIGHEST_COST)]
Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*[A-Za-z0-9][^\x00]*$")]
PlaceName = Annotated[str, Field(min_length=2, max_length=80, pattern=r"^[^\x00]*[A-Za-z0-9][^\x00]*$")]
Box = Annotated[str, AfterValidator(check_box), WithJsonSchema({"type": "string", "pattern": BOX_PATTERN})]
Polygon = Annotated[dict[str, object], AfterValidator(check_polygon), WithJsonSchema(AREA_SCHEMA)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Miles = Annotated[float, Field(gt=0, le=MOST_MILES, allow_inf_nan=False)]
CursorText = Annotated[str, Field(pattern=CURSOR_PATTERN, max_length=400)]
Openness = Literal["open", "likely", "taken", "closed"]
Kind = Literal["direct", "adjacent"]
PermitClass = Literal["Residential", "Commercial"]
WorkClass = Literal["New", "Existing", "Demolition"]
Status = Literal[
    "Application Accepted", "In Review", "Permit Issued", "Inspection Phase", "Permit Finaled", "Permit Cancelled"
]
Sort = Literal["score", "newest", "cost", "changed"]
