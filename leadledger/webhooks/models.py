"""What the addresses of webhooks take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from leadledger.feed.models import EventId
from leadledger.time_cursor import CursorText
from permit_leads.store.events import EventKind

Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2_048,
        description="Where to send: https, a public host, no password in it.",
        examples=["https://hooks.example.com/leadledger"],
    ),
]
Description = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$", examples=["CRM, production"])]
Kinds = Annotated[list[EventKind], Field(max_length=10, examples=[["lead.created", "lead.changed"]])]
DatasetId = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,80}$")]
DatasetIds = Annotated[list[DatasetId], Field(max_length=20, examples=[["austin_issued_permits"]])]
BatchSize = Annotated[int, Field(ge=1, le=100)]
Status = Literal["waiting", "retrying", "delivered", "dead"]


class WebhookEndpointDraft(BaseModel):
    """A new endpoint."""

    model_config = ConfigDict(extra="forbid")

    url: Url
    description: Description | None = None
    kinds: Kinds | None = Field(default=None, description="Only events of these kinds; empty or left out: of all.")
    dataset_ids: DatasetIds | None = Field(default=None, description="Only of these datasets; empty or left out: all.")
    batch_size: BatchSize | None = Field(default=None, description="Most events one delivery carries; 1 if left out.")
    after: EventId | None = Field(
        default=None, description="Begin after this event; left out, with what happens from now on. 0: with the first."
    )


class WebhookEndpointChange(BaseModel):
    """What is to be changed; what is left out or null stays, but for description, which null removes."""

    model_config = ConfigDict(extra="forbid")

    url: Url | None = None
    description: Description | None = None
    kinds: Kinds | None = Field(default=None, description="Counts from where the endpoint has come to. Empty: all.")
    dataset_ids: DatasetIds | None = None
    batch_size: BatchSize | None = None
    is_enabled: bool | None = Field(
        default=None,
        description="false: nothing is sent, and nothing is lost: once true again, it goes on where it stood.",
    )


class WebhookEndpoint(BaseModel):
    """Where the feed is sent, and how that goes."""

    webhook_endpoint_id: UUID
    url: str
    description: str | None
    kinds: list[EventKind]
    dataset_ids: list[str]
    batch_size: int
    is_enabled: bool
    disabled_at: datetime | None
    disabled_reason: str | None = Field(description="Why we stopped: it answered 410, or failed for days.")
    after: int = Field(description="Up to this event deliveries were made; the rest of the feed follows.")
    undelivered_count: int = Field(description="Deliveries made that are waiting or retrying.")
    failing_since: datetime | None = Field(description="First failure since something was last delivered.")
    resume_at: datetime | None = Field(description="Nothing is sent before; null: at once.")
    delivered_at: datetime | None = Field(description="When something was last delivered.")
    old_secret_until: datetime | None = Field(description="Until then the secret before signs too.")
    created_by: UUID
    created_at: datetime
    updated_at: datetime


class WebhookEndpoints(BaseModel):
    """All of the account, oldest first."""

    webhook_endpoints: list[WebhookEndpoint]


class MadeWebhookEndpoint(WebhookEndpoint):
    """A new endpoint: one of two answers that ever show its secret."""

    secret: str = Field(description="Signs what we send; never shown again.", examples=["whsec_…"])


class WebhookSecret(BaseModel):
    """A new secret, shown this once."""

    secret: str = Field(examples=["whsec_…"])
    old_secret_until: datetime = Field(description="Until then what we send carries two signatures, old and new.")


class Rewind(BaseModel):
    """Where to go on."""

    model_config = ConfigDict(extra="forbid")

    after: EventId = Field(description="All events after this one are delivered, again where they were; 0: all.")


class DeliveryQuery(BaseModel):
    """The query of the list of deliveries."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: Annotated[Status | SkipJsonSchema[None], Field(description="Only those that stand so.")] = None
    cursor: Annotated[CursorText | SkipJsonSchema[None], Field(description="next_cursor of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=100, description="Deliveries a page.")] = 25


class WebhookDelivery(BaseModel):
    """One delivery, and how its last attempt ended."""

    webhook_delivery_id: UUID = Field(description="Stands in webhook-id, in every attempt.")
    status: Status = Field(description="dead: given up after ten attempts; it can be redelivered.")
    is_test: bool
    event_ids: list[int]
    attempt_count: int
    due_at: datetime | None = Field(description="When it is tried next; null when it has ended.")
    http_status: int | None = Field(description="Of the last attempt; null: there was no answer.")
    reason: str | None = Field(description="Why the last attempt failed.")
    answer: str | None = Field(description="Beginning of what the endpoint answered.")
    duration_ms: int | None = Field(description="How long the last attempt took.")
    attempted_at: datetime | None
    ended_at: datetime | None
    created_at: datetime


class WebhookDeliveryPage(BaseModel):
    """Deliveries, newest first."""

    items: list[WebhookDelivery]
    next_cursor: str | None


class QueuedDelivery(BaseModel):
    """What will be sent within moments."""

    webhook_delivery_id: UUID
