"""What the answers about leads look like. `null` always means that the publisher does not say.

Routes answer ready-made bytes; these models are what the OpenAPI document declares, and tests hold the two together.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from leadledger.leads.permit_fields import Money, PermitFields
from permit_leads.registry_facts import DisabledStatus

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="sha-256 of the archived page, in hex.")]
SimulatedNote = Annotated[
    str | None, Field(description="Set when the rows came from a publisher simulator: what it says of itself.")
]
Stage = Literal["new", "contacted", "quoted", "won", "lost"]
Freshness = Literal["fresh", "stale", "unknown", "disabled"]


class TopReason(BaseModel):
    """One of the strongest reasons for a score."""

    rule: str = Field(description="Id of the rule.")
    label: str = Field(description="The rule in words.")
    points: int = Field(description="20 points double the odds.")


class LeadSummary(BaseModel):
    """One permit seen by one trade."""

    lead_id: UUID
    permit_id: UUID
    trade: str = Field(examples=["roofing"])
    trade_label: str = Field(examples=["Roofing"])
    kind: Literal["direct", "adjacent"] = Field(description="adjacent: this trade usually follows such a permit.")
    openness: Literal["open", "likely", "taken", "closed"] = Field(
        description="open: no company of the trade is named; likely: a general contractor holds it; taken: sold work; "
        "closed: finished or dead."
    )
    score: int = Field(ge=0, le=100, description="Today's score: reasons and age together.")
    points: int = Field(description="Sum of the reasons, without age.")
    age_days: int | None = Field(description="Days since it was issued, or applied for; null when no day is published.")
    issued_date: date | None
    permit_num: str
    permit_type_desc: str | None
    permit_class_mapped: str | None
    work_class: str | None
    description: str | None
    status_current: str | None = Field(description="The publisher's word.")
    status_current_mapped: str | None = Field(description="Our word for it.")
    original_address1: str | None
    original_city: str | None
    original_state: str | None
    original_zip: str | None
    county_fips: str | None
    county_name: str | None
    latitude: float | None
    longitude: float | None
    est_project_cost: Money | None
    contractor_company_name: str | None
    dataset_id: str
    publisher: str
    top_reasons: list[TopReason] = Field(max_length=3)
    simulated_note: SimulatedNote


class Total(BaseModel):
    """How many leads fit: counted to the end, or only so far."""

    value: int = Field(ge=0)
    relation: Literal["eq", "gte"] = Field(description="gte: there are at least this many; counting stopped.")


class CoverageDataset(BaseModel):
    """A dataset that speaks about the place asked for."""

    dataset_id: str
    publisher: str
    newest_issued_date: date | None
    last_success: datetime | None
    freshness: Freshness
    freshness_reason: str | None = Field(description="Why it is not fresh.")
    stale_since: datetime | None = Field(description="Nothing newer than this is shown; null when fresh.")
    simulated_note: SimulatedNote


class LeadCoverage(BaseModel):
    """What an answer can know: an empty list means something else where nobody publishes, or where a feed is stale."""

    verdict: Literal["found", "none", "not_covered", "source_stale"] = Field(
        description="What the answer means. found: leads fit; none: the place is covered by a fresh source and nothing "
        "fits; source_stale: nothing fits, but every source of the place is behind; not_covered: nobody we read speaks "
        "about the place."
    )
    state: Literal["covered", "not_covered", "stale"] = Field(
        description="covered: at least one fresh dataset speaks about this place; stale: only ones that are behind; "
        "not_covered: no loaded dataset does."
    )
    sample_note: str | None = Field(description="Says that this is the sample test keys see; null: live data.")
    datasets: list[CoverageDataset]


class WordReading(BaseModel):
    """How a word of the question was understood, where that was not as it was written."""

    word: str = Field(description="As it was asked.", examples=["rooof"])
    read_as: list[str] = Field(description="What was looked for instead, any of them.", examples=[["roof"]])
    reason: Literal["spelling", "synonym"]


class LeadPage(BaseModel):
    """One page of leads in the order asked for; ties by lead_id, so that pages never overlap."""

    items: list[LeadSummary]
    next_cursor: str | None = Field(description="Send it back with the same filter to go on; null at the end.")
    total: Total
    words: list[WordReading] = Field(description="Corrections and synonyms of q; empty where it was taken as written.")
    coverage: LeadCoverage


class Reason(BaseModel):
    """One summand of the score."""

    rule: str
    label: str
    points: int = Field(description="All points sum to points_total.")
    score_delta: int = Field(description="What it moves the score by, in this order; all of them sum to the score.")
    evidence: str | None = Field(description="What in the permit it rests on.")


class Permit(PermitFields):
    """The permit of a lead as last known, with its place among what we know."""

    permit_key: str = Field(description="The publisher's key of this record.")
    trades: list[str] = Field(description="Trades the permit itself is for, by the publisher's label or its words.")
    version: int = Field(ge=1, description="Which version of the permit this is.")
    first_recorded_at: datetime = Field(description="When we first learned of it.")
    recorded_at: datetime = Field(description="When we learned this version.")


class ReceiptPage(BaseModel):
    """The archived response a version was read from."""

    page_sha256: Sha256
    url: str = Field(description="The address that was asked.")
    method: str
    fetched_at: datetime
    byte_count: int
    media_type: str
    page_row: int = Field(ge=0, description="Zero-based place of the record in the page.")
    run_id: UUID
    simulated_note: SimulatedNote


class ReceiptField(BaseModel):
    """Where one shown value comes from."""

    field: str = Field(examples=["est_project_cost"])
    label: str = Field(description="What the field means.")
    value: str | None = Field(description="The value shown, as text.")
    columns: list[str] = Field(description="The publisher's columns it was read from; empty for a constant.")
    raw_values: dict[str, str | None] = Field(description="What stands in those columns, letter by letter.")
    withheld_columns: list[str] = Field(description="Columns whose text is not shown, because it may name a person.")
    parse: str | None = Field(description="How the text was read.", examples=["usd"])
    rule: str | None = Field(description="Which rule of the source file said so.")


class Receipts(BaseModel):
    """Proof of each value: the archived page, the record's row, and the raw cells, read again for this answer."""

    page: ReceiptPage | None
    fields: list[ReceiptField]
    problem: str | None = Field(description="Why there are no raw values, if there are none.")


class PermitVersion(BaseModel):
    """What was known of the permit, and since when."""

    version: int
    recorded_at: datetime
    page_sha256: Sha256


class People(BaseModel):
    """Names on the permit, as published; shown only to the account that holds a claim."""

    owner_name: str | None
    applicant_name: str | None
    contractor_full_name: str | None


class LeadClaim(BaseModel):
    """The account's claim of a lead."""

    claim_id: UUID
    stage: Stage
    assigned_to: UUID | None
    people: People


class LeadDetail(LeadSummary):
    """A lead with everything that speaks for it."""

    permit: Permit
    reasons: list[Reason]
    points_total: int = Field(description="Sum of all reasons' points, age included.")
    model_version: str
    receipts: Receipts
    versions: list[PermitVersion]
    claim: LeadClaim | None = Field(description="null: the account has not claimed it, so it sees no names.")
    other_leads: list[LeadSummary] = Field(description="The same permit, seen by other trades.")


class DatasetCoverage(BaseModel):
    """What one dataset brings, and how it stands."""

    dataset_id: str
    publisher: str
    title: str
    state: str
    county_fips: str | None
    county_name: str | None
    protocol: str
    is_enabled: bool
    disabled_status: DisabledStatus | None = Field(description="In what way it cannot be read; null while it is on.")
    disabled_reason: str | None
    disabled_on: date | None = Field(description="The day that was seen.")
    status: Literal["success", "failure", "running", "never_run"]
    freshness: Freshness
    freshness_reason: str | None = Field(description="Why it is not fresh.")
    stale_since: datetime | None = Field(description="Nothing newer than this is shown; null when fresh.")
    newest_issued_date: date | None
    last_success: datetime | None
    last_run: datetime | None
    record_count: int = Field(description="Records read by the last complete run.")
    permit_count: int
    lead_count: int = Field(description="Open and likely leads.")
    published_fields: list[str]
    not_published_fields: list[str]
    licence: str | None
    attribution: str | None
    is_resale_ok: bool | None = Field(description="null: nobody has read the terms yet.")
    simulated_note: SimulatedNote


class Coverage(BaseModel):
    """All datasets, by publisher."""

    datasets: list[DatasetCoverage]
    as_of: datetime
    sample_note: str | None = Field(description="Says that this is the sample test keys see; null: live data.")


class TradeName(BaseModel):
    """A trade and its name for people."""

    trade: str = Field(examples=["roofing"])
    label: str = Field(examples=["Roofing"])


class Trades(BaseModel):
    """All trades leads are made for."""

    trades: list[TradeName]


class County(BaseModel):
    """A county that some dataset speaks about."""

    county_fips: str = Field(examples=["48453"])
    name: str | None = Field(examples=["Travis County"])
    state: str | None = Field(examples=["TX"])


class Counties(BaseModel):
    """All counties that datasets speak about."""

    counties: list[County]
