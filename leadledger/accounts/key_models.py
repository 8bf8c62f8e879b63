"""What the addresses of API keys take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from leadledger.accounts.models import Instant, Name
from leadledger.api_keys import Scope
from leadledger.modes import Mode

Scopes = Annotated[
    list[Scope],
    Field(
        min_length=1,
        max_length=4,
        description="What the key may do: read (leads, coverage, the feed, what the account keeps), write (pipeline, "
        "territories, searches, alerts), export, admin (keys, members, webhook endpoints, audit).",
        examples=[["read"]],
    ),
]


class NewApiKey(BaseModel):
    """A key to make."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(description="What people call it.", examples=["CRM import"])
    scopes: Scopes
    mode: Mode = Field(
        default="live",
        description="live: what publishers publish, and what the account keeps. test: a fixed sample of real permits, "
        "the same every day, for trying a program out; it writes nothing and sees nothing of the account.",
    )
    expires_at: Instant | SkipJsonSchema[None] = Field(
        default=None, description="When it ends to work, at most five years from now; left out: never."
    )


class ApiKeyChange(BaseModel):
    """A new name."""

    model_config = ConfigDict(extra="forbid")

    name: Name


class Rotation(BaseModel):
    """How a key gives way to its successor."""

    model_config = ConfigDict(extra="forbid")

    overlap_days: int = Field(
        default=7, ge=0, le=90, strict=True, description="How long the old key stays good beside the new one."
    )


class ApiKey(BaseModel):
    """What is known of a key; never the key itself."""

    api_key_id: UUID
    name: str
    mode: Mode
    key_start: str = Field(description="Its first characters, to tell keys apart.", examples=["llp_live_Ab3d"])
    scopes: list[Scope]
    replaces_id: UUID | None = Field(description="The key it succeeds, if it came of a rotation.")
    created_by: UUID = Field(description="The member in whose name it acts; it ends to work when that member leaves.")
    created_at: datetime
    last_used_at: datetime | None = Field(description="To the minute.")
    expires_at: datetime | None
    revoked_at: datetime | None


class ApiKeys(BaseModel):
    """Keys of the account, newest first; those that ended more than 30 days ago are left out."""

    api_keys: list[ApiKey]


class MadeApiKey(ApiKey):
    """A new key: the only answer that ever shows it."""

    key: str = Field(description="Keep it now; it is never shown again.", examples=["llp_live_…"])
