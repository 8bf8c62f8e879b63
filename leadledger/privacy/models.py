"""What the public addresses of privacy take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from permit_leads.spelled import TooVague
from permit_leads.suppress import Suppression, check

PLAIN = r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$"
Line = Annotated[str, Field(min_length=2, max_length=200, pattern=PLAIN)]
Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s\x00]{1,64}@[^@\s\x00]+\.[^@\s\x00]+$")]
Kind = Literal["deletion", "opt_out"]


class PrivacyRequest(BaseModel):
    """Who or what is to be left out, and where to write when it is done."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = Field(
        description="deletion: take a person out of everything; opt_out: make no leads of a home any more."
    )
    name: Line | None = Field(
        default=None, description="First and last name, as permits may print it.", examples=["Jane Q. Doe"]
    )
    phone: Line | None = Field(default=None, description="Telephone number with area code.", examples=["512-555-0100"])
    email: Line | None = Field(default=None, examples=["jane@example.com"])
    address: Line | None = Field(default=None, description="House number and street.", examples=["1204 Maple St"])
    zip: Annotated[str, Field(pattern=r"^[0-9]{5}$")] | None = Field(
        default=None, description="Five-digit ZIP of the address."
    )
    contact_email: Email = Field(
        description="Where we write to about this request, and nothing else.", examples=["jane@example.com"]
    )
    note: Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")] | None = Field(
        default=None, description="Anything that helps to find the permits."
    )

    @model_validator(mode="after")
    def _names_one_person_or_place(self) -> PrivacyRequest:
        if self.kind == "opt_out" and self.address is None:
            raise ValueError("opt_out needs the address that is to be left alone")
        if not (self.name or self.phone or self.email or self.address):
            raise ValueError("say who or what is meant: name, phone, email or address")
        try:
            check(self.suppression("none"))
        except TooVague as vague:
            raise ValueError(str(vague)) from None
        return self

    def suppression(self, suppression_id: str) -> Suppression:
        """What would be in force if this were granted."""
        return Suppression(suppression_id, self.kind, self.name, self.phone, self.email, self.address, self.zip)


class Filed(BaseModel):
    """A request that has come in."""

    tracking_code: str = Field(description="Shown once; with it anybody can follow the request.")
    received_at: datetime
    due_at: datetime = Field(description="By then it is decided and done.")


class RequestStatus(BaseModel):
    """How a request stands; never what it says."""

    kind: Kind
    state: Literal["received", "granted", "refused"]
    received_at: datetime
    due_at: datetime
    decided_at: datetime | None
    reason: str | None = Field(description="Why it was decided so.")
