"""What the addresses of the feed take and answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from leadledger.leads.permit_fields import Money, PermitFields
from permit_leads.store.events import EventKind

EventId = Annotated[int, Field(ge=0, le=9_223_372_036_854_775_807)]
DatasetIds = Annotated[
    list[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,80}$")]],
    Field(
        default=[],
        max_length=20,
        description="Only of these datasets; repeat it.",
        examples=[["austin_issued_permits"]],
    ),
]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
ReasonTriple = tuple[str, int, str | None]


class FeedFilter(BaseModel):
    """The query of GET /api/events."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: EventId = Field(default=0, description="Go on after this event; 0 begins with the first there is.")
    kind: list[EventKind] = Field(default=[], max_length=10, description="Only these kinds; repeat it.")
    dataset_id: DatasetIds
    include: Literal["record"] | SkipJsonSchema[None] = Field(
        default=None, description="`record`: with each event the newest state of its permit or lead."
    )
    limit: int = Field(default=100, ge=1, le=100, description="Events a page.")


class StateFilter(BaseModel):
    """The query of GET /api/events/state."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset_id: DatasetIds


class PermitRecord(PermitFields):
    """A permit as last known."""

    permit_id: UUID
    dataset_id: str
    permit_key: str = Field(description="The publisher's key of this record.")
    version: int = Field(ge=1)
    first_recorded_at: datetime
    recorded_at: datetime = Field(description="When we learned this version.")
    withdrawn_at: datetime | None = Field(
        description="Since when the publisher no longer lists it; null while it does."
    )
    trades: list[str]


class LeadRecord(BaseModel):
    """A lead as last known."""

    lead_id: UUID
    permit_id: UUID
    dataset_id: str
    version: int = Field(ge=1)
    trade: str
    kind: Literal["direct", "adjacent"]
    openness: Literal["open", "likely", "taken", "closed"]
    points: int = Field(description="Sum of the reasons; 20 points double the odds. Age is not in it.")
    reasons: list[ReasonTriple] = Field(description="Rule id, points, evidence.")
    rank_key: int = Field(description="Orders leads best first, whatever their age.")
    rank_date: date | None = Field(description="The day its age counts from.")
    model_version: str
    county_fips: str | None
    original_zip: str | None
    permit_class_mapped: str | None
    est_project_cost: Money | None
    created_at: datetime
    updated_at: datetime


class EventDetail(BaseModel):
    """What else there is to say of an event; only what applies is there."""

    reason: str | None = Field(default=None, description="Why a permit was withdrawn, or `republished`.")
    renumbered_to: UUID | None = Field(default=None, description="The permit that took its place.")
    renumbered_from: UUID | None = Field(default=None, description="The permit whose place it took.")
    openness: tuple[str, str] | None = Field(default=None, description="Of a lead: before, after.")


class Event(BaseModel):
    """One thing that happened."""

    event_id: int = Field(ge=1, description="Grows in the order of commits; numbers may have gaps.")
    kind: EventKind
    dataset_id: str
    permit_id: UUID
    lead_id: UUID | None = Field(description="Set on `lead.…`.")
    version: int = Field(ge=1, description="Version of the permit or lead after the event.")
    recorded_at: datetime = Field(description="When we learned it: the page it stands on was fetched then.")
    published_at: datetime = Field(description="When the run that brought it was about to commit.")
    detail: EventDetail | None
    record: PermitRecord | LeadRecord | None = Field(
        description="The newest state; its version may be later than the event's. null unless asked for."
    )


class EventPage(BaseModel):
    """A stretch of the feed."""

    events: list[Event] = Field(max_length=100)
    next_after: int = Field(ge=0, description="What to ask for next as `after`; grows also where no event fits.")
    has_more: bool = Field(description="Whether there is more already; false: ask again later.")
    newest_event_id: int = Field(ge=0)


class Held(BaseModel):
    """How many there are, and a hash over all of them."""

    count: int = Field(ge=0)
    hash: Sha256 = Field(
        description="sha-256 over one line for each, by id: its id in lower case, a space, its version, a line feed."
    )


class FeedState(BaseModel):
    """What a copy must hold that has followed the feed up to `newest_event_id`."""

    newest_event_id: int = Field(ge=0)
    permits: Held
    leads: Held
