"""What the answers about many leads at once look like: counts by value, counts on a map, places to choose from."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from leadledger.errors import ErrorBody
from leadledger.leads.models import LeadCoverage, Total, WordReading


class FacetValue(BaseModel):
    """One value, and how many of the leads that fit have it."""

    value: str | None = Field(description="As a filter takes it; null: the permit does not say.", examples=["roofing"])
    label: str | None = Field(description="For people.", examples=["Roofing"])
    count: int = Field(ge=0)


class Facet(BaseModel):
    """One field with its values, most frequent first, at most fifty; those of no value last."""

    facet: Literal["trade", "kind", "openness", "county_fips", "original_zip", "permit_class_mapped"]
    values: list[FacetValue]


class LeadFacets(BaseModel):
    """Counts within the question. Where total is `gte`, they are those of the candidates looked at, and not of all."""

    total: Total
    facets: list[Facet]
    words: list[WordReading] = Field(description="Corrections and synonyms of q; empty where it was taken as written.")
    coverage: LeadCoverage


class Cluster(BaseModel):
    """A square of the map that leads lie in."""

    count: Total = Field(description="Leads; counting stops at a hundred permits a square.")
    latitude: float = Field(description="The middle of those counted.")
    longitude: float
    lead_id: UUID | None = Field(description="The lead, where it is the only one.")


class LeadClusters(BaseModel):
    """A view of the map; squares without a lead are left out, leads without a position are on no map."""

    zoom: int
    side_degrees: float = Field(description="How wide and high a square is.")
    clusters: list[Cluster]
    words: list[WordReading] = Field(description="Corrections and synonyms of q; empty where it was taken as written.")
    coverage: LeadCoverage


class PlaceCandidate(BaseModel):
    """One of the places that go by a name."""

    place: str = Field(description="Ask again with this.", examples=["Austin, TX"])
    kind: Literal["zip", "city", "county"]
    state: str = Field(examples=["TX"])
    zip_count: int = Field(description="How many ZIPs a city has; 0 for a county, which is asked for by its code.")
    county_fips: list[str] = Field(description="The counties it lies in.")
    is_covered: bool = Field(description="Whether some loaded dataset speaks about one of them.")


class PlaceChoices(ErrorBody):
    """Several places go by the name asked for: those that are covered first."""

    candidates: list[PlaceCandidate] = Field(max_length=50)
