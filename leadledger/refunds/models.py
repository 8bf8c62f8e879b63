"""Bodies of the addresses of refunds."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from leadledger.time_cursor import CursorText

NO_ZERO = r"^[^\x00]*$"  # the database's text holds no zero byte
STRICT = ConfigDict(extra="forbid", strict=True)
Reason = Literal[
    "duplicate",
    "over_before_sale",
    "outside_territory",
    "suppressed",
    "source_corrected",
    "wrong_trade",
    "no_address",
    "late",
    "granted",
]
Complaint = Literal[
    "duplicate",
    "over_before_sale",
    "outside_territory",
    "suppressed",
    "source_corrected",
    "wrong_trade",
    "no_address",
    "late",
    "other",
]


class Refund(BaseModel):
    """Credits of a claim that came back, and what proved that they must."""

    refund_id: UUID
    claim_id: UUID
    lead_id: UUID
    credits: int
    reason: Reason = Field(description="`granted`: by a person, on a request; all others by evidence.")
    evidence: dict[str, object] = Field(description="Permit, version and page it rests on, and what they say.")
    found_at: datetime = Field(description="When the evidence stood in our records.")
    credited_at: datetime
    decided_by: Literal["evidence", "operator"]


class RefundPage(BaseModel):
    """Refunds, newest first."""

    items: list[Refund]
    next_cursor: str | None


class PageFilter(BaseModel):
    """Which page."""

    model_config = ConfigDict(extra="forbid")

    cursor: CursorText | None = Field(default=None, description="`next_cursor` of the page before; goes on from there.")
    limit: int = Field(default=50, ge=1, le=100, description="Rows a page.")


class NewRefundRequest(BaseModel):
    """What was wrong with a claimed lead."""

    model_config = STRICT

    claim_id: UUID = Field(strict=False, description="Which claim.")
    complaint: Complaint
    words: str = Field(default="", max_length=2_000, pattern=NO_ZERO, description="In your words; a person reads them.")


class NewAppeal(BaseModel):
    """Why a refusal is wrong."""

    model_config = STRICT

    words: str = Field(min_length=1, max_length=2_000, pattern=NO_ZERO)


class RefundRequest(BaseModel):
    """A request and what became of it."""

    refund_request_id: UUID
    claim_id: UUID
    complaint: Complaint
    words: str
    status: Literal["waiting", "credited", "refused", "appealed", "appeal_refused"]
    answer: str | None
    appeal: str | None
    created_at: datetime
    decided_at: datetime | None
    can_appeal: bool


class RefundRequestPage(BaseModel):
    """Requests, newest first."""

    items: list[RefundRequest]
    next_cursor: str | None
