"""What a caller may ask the list of leads for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from leadledger.errors import InvalidParameter
from leadledger.geometry import Bounds
from leadledger.leads.asking import (
    TRADES,
    Box,
    CursorText,
    Day,
    Dollars,
    Fips,
    Instant,
    Kind,
    Latitude,
    Longitude,
    Miles,
    Openness,
    PermitClass,
    PlaceName,
    Polygon,
    Score,
    Sort,
    Status,
    Trade,
    Words,
    WorkClass,
    Zip,
    is_swapped,
)

OPEN: tuple[Openness, ...] = ("open", "likely")
MOST_GROUPS = 20
DEEPEST = 3
RANGES = (
    ("min_score", "max_score"),
    ("min_cost", "max_cost"),
    ("issued_since", "issued_until"),
    ("applied_since", "applied_until"),
    ("completed_since", "completed_until"),
)


class Narrowing(BaseModel):
    """Conditions on a lead and its permit; all of those given must hold. What is not given does not narrow."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    trade: list[Trade] = Field(
        default=[], max_length=len(TRADES), description="Trades, any of them; repeat it.", examples=[["roofing"]]
    )
    kind: list[Kind] = Field(
        default=[],
        max_length=2,
        description="direct: the permit is for the trade; adjacent: the trade usually follows; repeat it.",
    )
    county: list[Fips] = Field(
        default=[], max_length=300, description="County FIPS codes, any of them; repeat it.", examples=[["48453"]]
    )
    zip: list[Zip] = Field(
        default=[], max_length=1_000, description="Five-digit ZIPs, any of them; repeat it.", examples=[["78704"]]
    )
    lat: Latitude | SkipJsonSchema[None] = Field(
        default=None, description="Latitude of the middle of a circle, with `lon` and `miles`.", examples=[30.267]
    )
    lon: Longitude | SkipJsonSchema[None] = Field(
        default=None, description="Longitude of the middle of a circle.", examples=[-97.743]
    )
    miles: Miles | SkipJsonSchema[None] = Field(
        default=None, description="Radius of the circle; permits without a position are left out.", examples=[10]
    )
    bbox: Box | SkipJsonSchema[None] = Field(
        default=None,
        description="Box west,south,east,north in degrees; permits without a position are left out.",
        examples=["-97.9,30.1,-97.5,30.5"],
    )
    min_score: Score | SkipJsonSchema[None] = Field(
        default=None, description="Lowest score, as of today.", examples=[60]
    )
    max_score: Score | SkipJsonSchema[None] = Field(default=None, description="Highest score, as of today.")
    min_cost: Dollars | SkipJsonSchema[None] = Field(
        default=None,
        description="Lowest declared cost, in whole US dollars; permits without one are left out.",
        examples=[10_000],
    )
    max_cost: Dollars | SkipJsonSchema[None] = Field(
        default=None, description="Highest declared cost; permits without one are left out."
    )
    issued_since: Day | SkipJsonSchema[None] = Field(
        default=None, description="First day of issue, in the publisher's calendar.", examples=["2026-11-01"]
    )
    issued_until: Day | SkipJsonSchema[None] = Field(default=None, description="Last day of issue.")
    applied_since: Day | SkipJsonSchema[None] = Field(default=None, description="First day of application.")
    applied_until: Day | SkipJsonSchema[None] = Field(default=None, description="Last day of application.")
    completed_since: Day | SkipJsonSchema[None] = Field(default=None, description="First day of completion.")
    completed_until: Day | SkipJsonSchema[None] = Field(default=None, description="Last day of completion.")
    permit_class_mapped: list[PermitClass] = Field(
        default=[], max_length=2, description="Kind of property; permits that do not say are left out; repeat it."
    )
    work_class_mapped: list[WorkClass] = Field(
        default=[],
        max_length=3,
        description="New construction, work on what exists, or demolition; permits that do not say are left out. "
        "Nobody publishes repair apart from replacement: ask for those words with q.",
    )
    status_current_mapped: list[Status] = Field(
        default=[], max_length=6, description="Our words for the status; repeat it."
    )
    has_contractor: bool | SkipJsonSchema[None] = Field(
        default=None, description="Whether a company is named as contractor. Names of persons are never looked at."
    )
    changed_since: Instant | SkipJsonSchema[None] = Field(
        default=None,
        description="Leads that are new or say something else since this instant, by the time we learned it.",
        examples=["2026-11-25T00:00:00Z"],
    )
    q: Words | SkipJsonSchema[None] = Field(
        default=None,
        description="Words that all stand in description, type, address, number or company; endings do not matter, "
        "small misspellings are corrected, usual synonyms count; the answer says which. A word in quotation marks is "
        "taken as it stands.",
        examples=["tear off shingles"],
    )

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        circle = {"lat": self.lat, "lon": self.lon, "miles": self.miles}
        missing = [name for name, value in circle.items() if value is None]
        if 0 < len(missing) < len(circle):
            raise InvalidParameter("lat, lon and miles make a circle together; one is missing", field=missing[0])
        if self.lat is not None and self.lon is not None and is_swapped(Bounds(self.lon, self.lat, self.lon, self.lat)):
            message = f"lat {self.lat:g} and lon {self.lon:g} lie outside of North America; were they exchanged?"
            raise InvalidParameter(message, field="lat")
        for low, high in RANGES:
            least, most = getattr(self, low), getattr(self, high)
            if least is not None and most is not None and least > most:
                raise InvalidParameter(f"{low} {least} lies above {high} {most}; nothing can fit", field=low)
        return self


def read_json_openness(value: object) -> object:
    """JSON null means what leaving it out means."""
    return list(OPEN) if value is None else value


class LeadQuestion(Narrowing):
    """Which leads: all conditions, without how they are shown."""

    place: PlaceName | SkipJsonSchema[None] = Field(
        default=None,
        description="A ZIP, a city or a county by name, best with its state. A city is its ZIPs. Where several go by "
        "the name, the answer is 300 with all of them.",
        examples=["Austin, TX"],
    )
    territory_id: UUID | SkipJsonSchema[None] = Field(
        default=None, description="A territory of the account: leads in any of its counties, ZIPs or its area."
    )
    openness: Annotated[list[Openness], BeforeValidator(read_json_openness)] = Field(
        default=list(OPEN), min_length=1, max_length=4, description="How far the work is still to be had; repeat it."
    )


class LeadFilter(LeadQuestion):
    """Which leads, and which page of them in which order."""

    sort: Sort = Field(
        default="score",
        description="score: best first; newest: by day of issue, else of application; cost: highest declared first; "
        "changed: what we learned last first. Ties by lead_id.",
    )
    cursor: CursorText | SkipJsonSchema[None] = Field(
        default=None, description="next_cursor of the page before, with the same filter and sort."
    )
    limit: int = Field(default=25, ge=1, le=100, description="Leads a page.")

    def fingerprint(self, as_of: datetime | None = None) -> str:
        """Equal for equal questions, whatever the order of repeats; a cursor belongs to one."""
        asked = self.model_dump(mode="json", exclude={"cursor", "limit", "as_of"}, exclude_none=True)
        asked |= {"as_of": as_of.isoformat()} if as_of else {}
        canonical = {name: _canonical(value) for name, value in asked.items() if value != []}
        return hashlib.blake2b(orjson.dumps(canonical, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()


AS_OF = Field(
    default=None,
    description="Leads as they were known at this instant, ranked as on its day; without q. What was learned later is "
    "left out, and what changed since is shown as it was.",
    examples=["2026-11-20T12:00:00Z"],
)


class LeadListQuery(LeadFilter):
    """The query of GET /api/leads."""

    as_of: Instant | SkipJsonSchema[None] = AS_OF


class Group(Narrowing):
    """Conditions inside of `any` or `all`; groups may stand in groups, three deep."""

    openness: list[Openness] = Field(default=[], max_length=4, description="How far the work is still to be had.")
    polygon: Polygon | SkipJsonSchema[None] = Field(
        default=None, description="GeoJSON Polygon or MultiPolygon, WGS 84, longitude first; holes are left out."
    )
    any: list[Group] = Field(default=[], max_length=MOST_GROUPS, description="At least one of these must hold.")
    all: list[Group] = Field(default=[], max_length=MOST_GROUPS, description="All of these must hold.")


class LeadSearch(LeadFilter):
    """The query of a list, and what no query can say."""

    polygon: Polygon | SkipJsonSchema[None] = Field(
        default=None,
        description="GeoJSON Polygon or MultiPolygon, WGS 84, longitude first; holes are left out. At most 1,000 "
        "positions.",
        examples=[{"type": "Polygon", "coordinates": [[[-97.8, 30.2], [-97.7, 30.2], [-97.7, 30.3], [-97.8, 30.2]]]}],
    )
    any: list[Group] = Field(
        default=[],
        max_length=MOST_GROUPS,
        description="At least one of these must hold, beside all of the above.",
        examples=[[{"trade": ["roofing"], "min_cost": 20_000}, {"q": "hail"}]],
    )
    all: list[Group] = Field(default=[], max_length=MOST_GROUPS, description="All of these must hold.")

    @model_validator(mode="after")
    def _check_groups(self) -> Self:
        groups = [*self.any, *self.all]
        count, depth = 0, 0
        while groups:
            count, depth = count + len(groups), depth + 1
            groups = [inner for group in groups for inner in (*group.any, *group.all)]
        if count > MOST_GROUPS or depth > DEEPEST:
            message = f"{count} groups, {depth} deep; at most {MOST_GROUPS} and {DEEPEST} deep can be searched"
            raise InvalidParameter(message, field="any" if self.any else "all")
        return self


class LeadSearchBody(LeadSearch):
    """The body of POST /api/leads/search."""

    as_of: Instant | SkipJsonSchema[None] = AS_OF


class MapQuestion(LeadQuestion):
    """The query of GET /api/leads/clusters."""

    bbox: Box = Field(description="The view: west,south,east,north in degrees.", examples=["-97.9,30.1,-97.5,30.5"])
    zoom: int = Field(
        ge=4, le=20, description="As of web maps: a tile is 360 degrees by two to the zoom.", examples=[11]
    )


def widen(asked: LeadQuestion) -> LeadSearch:
    """A checked question as a search."""
    return asked if isinstance(asked, LeadSearch) else LeadSearch.model_construct(**dict(asked))


def narrow_to(asked: LeadSearch, groups: Sequence[Group]) -> LeadSearch:
    """The same, and besides at least one of the groups must hold; alone, a group of ZIPs or counties may be walked."""
    (first, *others) = groups
    for name in ("zip", "county"):
        values = getattr(first, name)
        if not others and values and not getattr(asked, name) and first.model_fields_set == {name}:
            return asked.model_copy(update={name: values})
    return asked.model_copy(update={"all": [*asked.all, Group.model_construct(any=list(groups))]})


def _canonical(value: object) -> object:
    """Repeats sorted, inside of groups too."""
    if isinstance(value, dict):
        return {name: value[name] if name == "polygon" else _canonical(value[name]) for name in value}
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return sorted(set(value))
    return [_canonical(one) for one in value] if isinstance(value, list) else value
