"""What is known of a dataset beside its mapping: whose land its rows are, how many to expect, who saw it alive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from permit_leads.permit import FIELD_BY_BLDS
from permit_leads.registry_cadence import find_cadence_mistakes

if TYPE_CHECKING:
    from permit_leads.registry import Dataset

DisabledStatus = Literal[
    "dead",  # the address answers no more, or never answered with permits
    "frozen",  # it answers, but nothing new comes: its newest permit stands still
    "unverified",  # nobody has seen rows of it: address or columns are hearsay
    "walled",  # a login, a captcha or a block stands before it
    "unusable",  # it answers, but says too little for a lead (no day, no place)
]
Said = Annotated[str, Field(min_length=1)]
# West, south, east, north of the United States with Alaska, Hawaii and the territories of the Caribbean.
WORLD = (-180.0, 15.0, -64.0, 72.0)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Jurisdiction(Strict):
    """Whose land the rows are, and how one knows. Rows must lie in all of what is given of the three lists."""

    evidence: Said  # what was seen that proves it: distinct cities, the layer's own description, ...
    read_on: date
    cities: tuple[Said, ...] = ()  # as OriginalCity, upper case
    counties: tuple[Annotated[str, Field(pattern=r"^\d{5}$")], ...] = ()  # FIPS codes
    bounding_box: tuple[float, float, float, float] | None = None  # degrees: west, south, east, north


class Volume(Strict):
    """Rows of a normal business day: the band that the publisher keeps to, until history says more."""

    low: Annotated[int, Field(ge=0)]
    high: Annotated[int, Field(ge=1)]
    source: Said  # where the figure is from
    read_on: date


class Grain(Strict):
    """What a row is where a permit may stand in several, and which of these counts."""

    rows: Said  # "one for each contact of a permit"
    newest_by: tuple[Said, ...] = ()  # BLDS names of days: the row counts where these are the latest


def find_fact_mistakes(dataset: Dataset) -> Iterator[str]:
    """Facts that contradict each other or the mapping, each as "key path: what was seen, what was expected"."""
    yield from _disabled_mistakes(dataset)
    yield from _jurisdiction_mistakes(dataset)
    yield from find_cadence_mistakes(dataset)
    yield from _grain_mistakes(dataset)
    if dataset.volume and dataset.volume.low > dataset.volume.high:
        yield f"volume: low {dataset.volume.low} is above high {dataset.volume.high}"
    if (dataset.verified_on is None) != (dataset.evidence is None):
        yield "evidence: verified_on (the day) and evidence (who saw it, where) belong together"


def _disabled_mistakes(dataset: Dataset) -> Iterator[str]:
    for name in ("disabled_reason", "disabled_status", "disabled_on"):
        if dataset.is_enabled == bool(getattr(dataset, name)):
            yield f"{name}: goes with is_enabled = false, and only with it"


def _grain_mistakes(dataset: Dataset) -> Iterator[str]:
    days = [name for name in dataset.fields if FIELD_BY_BLDS[name].kind == "date"]
    for blds in dataset.grain.newest_by if dataset.grain else ():
        if blds not in days:
            yield f"grain.newest_by: {blds!r} is no day that is mapped (these are: {', '.join(days) or 'none'})"


def _is_own_word(dataset: Dataset, known: Jurisdiction) -> bool:
    says_city = known.cities and "OriginalCity" not in dataset.constants
    says_county = known.counties and "CountyFips" not in dataset.constants
    return not says_city and not says_county


def _jurisdiction_mistakes(dataset: Dataset) -> Iterator[str]:
    known = dataset.jurisdiction
    if known is None:
        return
    if not known.bounding_box and "Latitude" in dataset.fields and _is_own_word(dataset, known):
        yield (
            "jurisdiction.bounding_box: missing; the city and county are constants of this file and can never be "
            "wrong, so give the box that its points must lie in"
        )
    for city in known.cities:
        if city != " ".join(city.upper().split()):
            yield f"jurisdiction.cities: {city!r}; write it as OriginalCity, upper case with single blanks"
    for path, seen, allowed in (
        ("publisher.city", dataset.publisher.city, known.cities),
        ("constants.OriginalCity", dataset.constants.get("OriginalCity"), known.cities),
        ("constants.CountyFips", dataset.constants.get("CountyFips"), known.counties),
    ):
        if seen and allowed and seen not in allowed:
            yield f"{path}: {seen!r} lies outside the jurisdiction ({', '.join(allowed)})"
    if known.bounding_box and not _is_box(known.bounding_box):
        yield f"jurisdiction.bounding_box: seen {list(known.bounding_box)}; expected west, south, east, north"


def _is_box(box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    return WORLD[0] <= west < east <= WORLD[2] and WORLD[1] <= south < north <= WORLD[3]
