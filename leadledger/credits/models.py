"""What the addresses of credits take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from leadledger.plans import Area, Channel
from leadledger.time_cursor import CursorText

Reason = Literal["purchase", "subscription_grant", "claim", "refund", "expiry", "adjustment"]
STRICT = ConfigDict(extra="forbid")


class CurrentPlan(BaseModel):
    """What the account may do now."""

    plan: str = Field(description="Word for programs; `lapsed`: no plan is paid for.", examples=["pro"])
    name: str = Field(examples=["Pro"])
    seats: int = Field(description="Most members.")
    channels: list[Channel] = Field(description="How alerts may come.")
    has_api: bool = Field(description="Whether API keys and webhooks work.")
    area: Area = Field(description="Where leads may be claimed: one metropolitan area, named states, or anywhere.")
    states: list[str] = Field(description="FIPS codes, where area is `states`.")
    metro: str | None = Field(description="The metropolitan area chosen, where area is `metro`; null: none yet.")
    counties: list[str] | None = Field(description="FIPS codes of its counties.")
    ends_at: datetime | None = Field(description="When the plan ends, if an end is known.")


class Cap(BaseModel):
    """Most credits that claims may take in a month."""

    user_id: UUID | None = Field(description="Whose claims; null: of all members together.")
    credits_a_month: int
    used: int = Field(description="Taken this month on the account's clock, what came back left out.")


class Expiring(BaseModel):
    """Credits that go when they are not used."""

    credits: int
    at: datetime


class Credits(BaseModel):
    """How the account stands."""

    balance: int = Field(description="The sum of all entries; never below zero.")
    next_expiry: Expiring | None = Field(description="What goes next, if nothing of it is used.")
    used_this_month: int = Field(
        description="Credits that claims and exclusive ZIPs took this month on the account's clock."
    )
    caps: list[Cap]
    plan: CurrentPlan | None = Field(description="null: no plans are set up here.")


class CapChange(BaseModel):
    """A cap for the account, or for one member."""

    model_config = STRICT

    user_id: UUID | None = Field(default=None, description="A member; left out: all together.")
    credits_a_month: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(description="null takes the cap away.")


class Caps(BaseModel):
    """All caps of the account."""

    caps: list[Cap]


class Entry(BaseModel):
    """One line of the ledger. Nobody can change or remove it."""

    credit_entry_id: int
    amount: int = Field(description="Credits; below zero: taken.")
    balance: int = Field(description="What the account had after it.")
    reason: Reason
    claim_id: UUID | None
    user_id: UUID | None = Field(description="Who did it; null: the service.")
    details: dict[str, object] = Field(description="What it came of: the invoice, the lead, the evidence.")
    expires_at: datetime | None
    recorded_at: datetime


class EntryPage(BaseModel):
    """Entries, newest first."""

    items: list[Entry]
    next_cursor: str | None


class EntryFilter(BaseModel):
    """Which entries."""

    model_config = STRICT

    reason: list[Reason] = Field(default=[], description="Only of these reasons.")
    cursor: CursorText | None = Field(default=None, description="`next_cursor` of the page before; goes on from there.")
    limit: int = Field(default=50, ge=1, le=200, description="Entries a page.")


class Offer(BaseModel):
    """What a lead costs this account, and how far it is sold; said before anything is bought."""

    lead_id: UUID
    credits: int = Field(description="Price of a claim beside others.")
    seats: int = Field(description="Most accounts that may hold the lead.")
    sold: int = Field(description="How many hold it, yours included.")
    exclusive_credits: int = Field(description="Price of being the only one.")
    exclusive_hours: int = Field(description="For how long.")
    exclusive_until: datetime | None = Field(
        description="Until then another account holds it alone; null: nobody does."
    )
    is_held: bool = Field(description="You hold it; to claim it again costs nothing.")
    is_exclusive_possible: bool
    is_in_plan: bool = Field(description="Whether your plan reaches the place.")
    names: list[Literal["owner", "applicant", "contractor"]] = Field(
        description="Whose names the publisher gives, which a claim opens; empty: none."
    )


class Offers(BaseModel):
    """One for each lead that was found, in the order asked for."""

    offers: list[Offer]


class OfferFilter(BaseModel):
    """Of which leads."""

    model_config = STRICT

    lead_id: list[UUID] = Field(min_length=1, max_length=100, description="Ids of leads; at most 100.")


class PlanForSale(BaseModel):
    """A plan as sold, by the month."""

    plan: str
    name: str
    cents_a_month: int = Field(description="US cents.")
    credits_a_month: int
    seats: int
    channels: list[Channel]
    has_api: bool
    area: Area
    states: list[str]


class PackForSale(BaseModel):
    """Credits bought once; they stay good."""

    pack: str
    name: str
    credits: int
    cents: int = Field(description="US cents.")


class MetroForSale(BaseModel):
    """A metropolitan area that a plan for one can be for."""

    metro: str
    name: str
    counties: list[str]


class TrialTerms(BaseModel):
    """What a new account gets, without a card."""

    credits: int
    days: int


class ClaimPrice(BaseModel):
    """What claims of a trade cost."""

    trade: str | None = Field(description="null: every trade that is not listed.")
    credits: int
    seats: int
    exclusive_credits: int
    exclusive_hours: int


class ExclusiveZipTerms(BaseModel):
    """What one ZIP of a trade costs, in which nobody else may claim."""

    credits: int
    days: int


class PriceList(BaseModel):
    """Everything that is sold. Prices are before tax."""

    currency: Literal["usd"]
    trial: TrialTerms
    grant_days: int = Field(description="How long the credits of a month stay good.")
    undo_seconds: int = Field(description="A claim given back within this time costs nothing.")
    plans: list[PlanForSale]
    packs: list[PackForSale]
    claims: list[ClaimPrice]
    exclusive_zip: ExclusiveZipTerms
    metros: list[MetroForSale]


class ExclusiveZip(BaseModel):
    """A ZIP and trade in which nobody else may claim."""

    trade: str
    zip: str
    begins_at: datetime
    ends_at: datetime


class ZipTerms(BaseModel):
    """What one costs, and for how long."""

    credits: int
    days: int


class ExclusiveZips(BaseModel):
    """Those of the account that hold now."""

    items: list[ExclusiveZip]
    terms: ZipTerms


class NewExclusiveZip(BaseModel):
    """Which ZIP and trade."""

    model_config = STRICT

    trade: str = Field(max_length=40, pattern=r"^[^\x00]*$", description="A trade.")
    zip: str = Field(pattern=r"^[0-9]{5}$", description="Five digits.")
