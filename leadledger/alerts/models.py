"""What the addresses of saved searches and alerts take and answer."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from leadledger.leads.filters import LeadSearch
from leadledger.leads.models import LeadSummary
from leadledger.time_cursor import CursorText

STRICT = ConfigDict(extra="forbid")
Channel = Literal["email", "sms", "webhook", "in_app"]
Frequency = Literal["instant", "hourly", "daily"]
EventScope = Literal["new", "changed", "status", "price"]
AlertState = Literal["active", "paused", "unconfirmed", "unsubscribed"]
DeliveryStatus = Literal["waiting", "retrying", "taken", "sent", "empty", "dead", "uncertain"]
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]
Clock = Annotated[str, Field(pattern=CLOCK, description="Local time in the account's zone.", examples=["07:00"])]
Target = Annotated[
    str,
    Field(
        min_length=3,
        max_length=2048,
        pattern=r"^[^\x00-\x20\x7f]+$",
        description="E-mail address, number as +15125550100, or https:// address; none for in_app.",
        examples=["office@example.com"],
    ),
]
Scopes = Annotated[
    list[EventScope],
    Field(
        min_length=1,
        max_length=4,
        description="new: the lead is new; changed: it says something else; status, price: its permit's status or cost "
        "is another. Told of leads that fit the search now.",
    ),
]
QuietTime = Clock | SkipJsonSchema[None]


class SearchDraft(BaseModel):
    """A question to be kept."""

    model_config = STRICT

    name: Name = Field(examples=["Roofing in Travis County"])
    filter: LeadSearch = Field(
        description="As of POST /api/leads/search, without cursor and limit; what cannot be watched is refused.",
        examples=[{"trade": ["roofing"], "county": ["48453"]}],
    )
    is_paused: bool = False


class SearchChange(BaseModel):
    """What is left out stays."""

    model_config = STRICT

    name: Name | SkipJsonSchema[None] = Field(default=None, examples=["Roofing"])
    filter: LeadSearch | SkipJsonSchema[None] = Field(default=None, examples=[{"trade": ["roofing"]}])
    is_paused: bool | SkipJsonSchema[None] = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.name is None and self.filter is None and self.is_paused is None:
            raise ValueError("nothing to change; give name, filter or is_paused")
        return self


class Alert(BaseModel):
    """Who hears of a saved search, and how."""

    alert_id: UUID
    saved_search_id: UUID
    channel: Channel
    target: str | None = Field(description="null for in_app.")
    frequency: Frequency
    digest_at: str = Field(description="Local time of a daily digest.", examples=["07:00"])
    scopes: list[EventScope]
    quiet_from: str | None = Field(description="Local time from which nothing is sent; null: no quiet hours.")
    quiet_until: str | None
    state: AlertState = Field(description="unconfirmed: whoever has the target was asked, and nothing goes out yet.")
    created_by: UUID
    created_at: datetime
    updated_at: datetime


class NewAlert(Alert):
    """An alert that was just made."""

    webhook_secret: str | None = Field(description="Signs its webhooks (Standard Webhooks); shown only now.")


class SavedSearch(BaseModel):
    """A question that is kept, and its alerts."""

    saved_search_id: UUID
    name: str
    filter: dict[str, object] = Field(description="As it was saved.")
    is_paused: bool
    created_by: UUID
    created_at: datetime
    updated_at: datetime
    alerts: list[Alert]


class SavedSearches(BaseModel):
    """All saved searches of the account, eldest first."""

    saved_searches: list[SavedSearch]


class AlertDraft(BaseModel):
    """A new alert."""

    model_config = STRICT

    channel: Channel
    target: Target | SkipJsonSchema[None] = None
    frequency: Frequency = Field(default="instant", description="in_app is always instant.")
    digest_at: Clock = "07:00"
    scopes: Scopes = ["new"]
    quiet_from: QuietTime = None
    quiet_until: QuietTime = None
    is_paused: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.channel == "in_app") != (self.target is None):
            raise ValueError("every channel but in_app needs a target, and in_app takes none")
        if self.channel == "in_app" and self.frequency != "instant":
            raise ValueError("in_app is always instant")
        check_quiet(self.quiet_from, self.quiet_until)
        return self


class AlertChange(BaseModel):
    """What is left out stays; another target is another alert."""

    model_config = STRICT

    frequency: Frequency | SkipJsonSchema[None] = None
    digest_at: Clock | SkipJsonSchema[None] = None
    scopes: Scopes | SkipJsonSchema[None] = None
    quiet_from: Clock | None = Field(default=None, description="With quiet_until; both null: no quiet hours.")
    quiet_until: Clock | None = None
    is_paused: bool | SkipJsonSchema[None] = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("nothing to change")
        if ("quiet_from" in self.model_fields_set) != ("quiet_until" in self.model_fields_set):
            raise ValueError("quiet_from and quiet_until change together")
        check_quiet(self.quiet_from, self.quiet_until)
        return self


class PreviewDraft(BaseModel):
    """A question to be tried."""

    model_config = STRICT

    filter: LeadSearch = Field(examples=[{"trade": ["roofing"]}])


class DayCount(BaseModel):
    """New leads of a day in the account's zone."""

    day: date
    count: int = Field(ge=1)


class Preview(BaseModel):
    """What the last seven days would have told."""

    count: int = Field(ge=0)
    days: list[DayCount] = Field(description="Days with any, newest first.")
    items: list[LeadSummary] = Field(description="The best ten.", max_length=10)


class Delivery(BaseModel):
    """One message of an alert."""

    delivery_id: UUID = Field(description="Also the webhook-id.")
    kind: Literal["news", "test", "confirmation"]
    status: DeliveryStatus = Field(
        description="waiting: gathers until due; retrying: failed, comes again; empty: nothing was left to tell; dead: "
        "given up; uncertain: may have arrived, and is not sent again."
    )
    due_at: datetime
    attempt_count: int = Field(ge=0)
    lead_count: int | None
    reason: str | None = Field(description="Why it did not go, when it did not.")
    created_at: datetime
    ended_at: datetime | None


class Deliveries(BaseModel):
    """The last hundred, newest first."""

    deliveries: list[Delivery]


class InboxFilter(BaseModel):
    """The query of GET /api/inbox."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    is_unread: bool | SkipJsonSchema[None] = Field(default=None, description="true: only what is not marked as read.")
    cursor: CursorText | SkipJsonSchema[None] = Field(default=None, description="next_cursor of the page before.")
    limit: int = Field(default=25, ge=1, le=100, description="Rows a page.")


class InboxItem(BaseModel):
    """One lead that an in_app alert tells of."""

    match_id: UUID
    alert_id: UUID
    saved_search_id: UUID
    saved_search_name: str
    scope: EventScope
    matched_at: datetime
    read_at: datetime | None
    lead: LeadSummary = Field(description="As it is now.")


class Inbox(BaseModel):
    """What the caller's in_app alerts tell, newest first; leads that were withdrawn are left out."""

    items: list[InboxItem]
    next_cursor: str | None
    unread_count: int = Field(ge=0)


class InboxMark(BaseModel):
    """Which to mark as read."""

    model_config = STRICT

    match_ids: Annotated[list[UUID], Field(max_length=1000)] | SkipJsonSchema[None] = Field(
        default=None, description="Left out: all of the inbox."
    )


class InboxMarked(BaseModel):
    """How many were marked."""

    marked_count: int = Field(ge=0)


def check_quiet(begins: str | None, ends: str | None) -> None:
    """Both or neither, and not the same.

    Raises:
        ValueError: they are not.
    """
    if (begins is None) != (ends is None):
        raise ValueError("quiet_from and quiet_until belong together; give both or neither")
    if begins is not None and begins == ends:
        raise ValueError("quiet_from and quiet_until are the same; pause the alert instead")


def read_clock(text: str | None) -> time | None:
    """HH:MM as a time of day."""
    return None if text is None else time.fromisoformat(text)
