"""What the addresses of accounts take and answer."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from leadledger.validation import nearest

INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$")


def check_zone(name: str) -> str:
    """An IANA time zone.

    Raises:
        ValueError: names the nearest one.
    """
    known = sorted(available_timezones())
    if name in known:
        return name
    meant = nearest(name, known)
    raise ValueError(f"no such time zone; did you mean '{meant}'?" if meant else "expected a name like America/Chicago")


def check_instant(text: object) -> object:
    """Only RFC 3339 with its zone; a bare number would otherwise pass as seconds since 1970.

    Raises:
        ValueError: it is written otherwise.
    """
    if isinstance(text, str) and not INSTANT.match(text):
        raise ValueError("expected an instant such as 2026-03-08T09:00:00Z")
    return text


Instant = Annotated[
    AwareDatetime, BeforeValidator(check_instant), WithJsonSchema({"type": "string", "format": "date-time"})
]
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]
ZoneName = Annotated[str, Field(max_length=64), AfterValidator(check_zone)]
Role = Literal["owner", "admin", "member", "viewer"]


class Account(BaseModel):
    """The account a request acts for, and the caller's part in it."""

    account_id: UUID
    name: str
    time_zone: str = Field(description="IANA name; digests and quiet hours go by it.", examples=["America/Chicago"])
    created_at: datetime
    role: Role = Field(description="The caller's role; each includes those after it: owner, admin, member, viewer.")
    user_id: UUID = Field(description="The caller.")


class AccountChange(BaseModel):
    """What an admin may change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = Field(default=None, examples=["Lone Star Roofing"])
    time_zone: ZoneName | None = Field(default=None, examples=["America/Chicago"])

    @model_validator(mode="after")
    def _says_something(self) -> AccountChange:
        if self.name is None and self.time_zone is None:
            raise ValueError("nothing to change; give name or time_zone")
        return self


class Membership(BaseModel):
    """An account the caller belongs to."""

    account_id: UUID = Field(description="For the header X-Account-Id.")
    name: str
    role: Role


class Memberships(BaseModel):
    """All accounts of the caller, the one chosen without X-Account-Id first."""

    accounts: list[Membership]


class Member(BaseModel):
    """A colleague."""

    user_id: UUID
    email: str | None = Field(description="As at the first sign-in.")
    role: Role
    created_at: datetime


class Members(BaseModel):
    """Everybody in the account, eldest first."""

    members: list[Member]


class MemberChange(BaseModel):
    """A new role."""

    model_config = ConfigDict(extra="forbid")

    role: Role
