"""Bodies of the addresses of billing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

STRICT = ConfigDict(extra="forbid", strict=True)
NoticeKind = Literal[
    "past_due", "unpaid", "incomplete", "paused", "canceling", "trial_ending", "trial_ended", "ended", "metro_missing"
]


class PlanInForce(BaseModel):
    """What the account has now."""

    plan: str = Field(description="Key of the plan; `trial` and `lapsed` are not for sale.")
    name: str
    area: Literal["metro", "states", "us"]
    metro: str | None = Field(description="The metropolitan area, where the plan is for one.")
    seats: int
    has_api: bool
    ends_at: datetime | None = Field(description="When it ends, if an end is known.")


class Subscription(BaseModel):
    """A subscription as Stripe last told of it."""

    plan: str
    name: str
    cents_a_month: int = Field(description="US cents, before tax.")
    status: str = Field(description="Stripe's word: active, past_due, canceled …")
    is_collection_paused: bool = Field(description="Stripe takes no money for now, and no credits come.")
    cancel_at_period_end: bool
    cancel_at: datetime | None
    ended_at: datetime | None
    current_period_end: datetime | None
    trial_end: datetime | None
    past_due_since: datetime | None
    next_payment_attempt: datetime | None
    pay_url: str | None = Field(description="Where what is owed can be paid; for admins.")


class Notice(BaseModel):
    """What the account should know now; the most pressing only."""

    kind: NoticeKind
    message: str
    url: str | None = Field(description="Where something can be done about it; for admins.")


class Billing(BaseModel):
    """How the account stands with what it pays."""

    is_configured: bool = Field(description="Whether anything can be bought here.")
    is_test: bool = Field(description="Payments are tests: no money moves.")
    plan: PlanInForce | None = Field(description="null: no plans are set up here.")
    subscription: Subscription | None
    notice: Notice | None


class PlanCheckout(BaseModel):
    """A plan, by the month."""

    model_config = STRICT

    kind: Literal["plan"]
    plan: str = Field(max_length=40, description="Key of a plan of GET /api/plans.")
    metro: str | None = Field(default=None, max_length=40, description="The area, where the plan is for one.")


class PackCheckout(BaseModel):
    """A pack of credits, once."""

    model_config = STRICT

    kind: Literal["pack"]
    pack: str = Field(max_length=40, description="Key of a pack of GET /api/plans.")


NewCheckout = Annotated[PlanCheckout | PackCheckout, Field(discriminator="kind")]


class Checkout(BaseModel):
    """Where to pay."""

    url: str
    expires_at: datetime


class Portal(BaseModel):
    """Where Stripe lets the customer see invoices, change the card or the plan, and cancel; good for minutes."""

    url: str


class MetroChoice(BaseModel):
    """The area of a plan for one."""

    model_config = STRICT

    metro: str = Field(
        max_length=40, pattern=r"^[^\x00]*$", description="Key of a metropolitan area of GET /api/plans."
    )


class Invoice(BaseModel):
    """An invoice as Stripe last told of it."""

    invoice_id: str
    status: str = Field(description="Stripe's word: draft, open, paid, uncollectible, void.")
    billing_reason: str | None
    plan: str | None = Field(description="Of the line that pays for a whole period; null: there is none.")
    amount_due_cents: int
    amount_paid_cents: int
    currency: str
    period_start: datetime | None = Field(description="What it pays for; null where it pays for no whole period.")
    period_end: datetime | None
    hosted_invoice_url: str | None
    credits: int = Field(description="Granted for it.")
    created_at: datetime


class PackSale(BaseModel):
    """A pack that was bought."""

    session_id: str
    pack: str
    credits: int
    amount_cents: int
    currency: str
    status: Literal["waiting", "paid", "failed", "expired"]
    created_at: datetime
    reversed_credits: int = Field(description="Taken because the money went back.")


class Payments(BaseModel):
    """The latest 200 invoices and packs, newest first."""

    items: list[Invoice]
    packs: list[PackSale]


class Received(BaseModel):
    """The event is kept."""

    received: Literal[True]
