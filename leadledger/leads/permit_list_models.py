"""What properties and contractors are asked, and what the answers look like."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from leadledger.leads.asking import Zip
from leadledger.leads.models import CoverageDataset, SimulatedNote
from leadledger.leads.permit_fields import Money

Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*[A-Za-z0-9][^\x00]*$")]


class PropertyQuestion(BaseModel):
    """The query of GET /api/properties."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: Text = Field(description="House number and street, without city.", examples=["4821 Maple Street"])
    zip: Zip = Field(description="Five-digit ZIP.", examples=["78704"])


class ContractorQuestion(BaseModel):
    """The query of GET /api/contractors/profile: one of the two, or both."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text | SkipJsonSchema[None] = Field(
        default=None,
        description="Company name; case, punctuation and legal form (LLC, Inc) make no difference.",
        examples=["Example Builders"],
    )
    contractor_lic_num: Text | SkipJsonSchema[None] = Field(
        default=None, description="Licence number as printed on permits.", examples=["TACLA12345"]
    )


class ListedPermit(BaseModel):
    """A permit in a list."""

    permit_id: UUID
    dataset_id: str
    publisher: str
    permit_num: str
    permit_type_desc: str | None
    work_class: str | None
    description: str | None
    status_current: str | None
    status_current_mapped: str | None
    applied_date: date | None
    issued_date: date | None
    completed_date: date | None
    original_address1: str | None
    original_address2: str | None
    original_city: str | None
    original_zip: str | None
    county_fips: str | None
    est_project_cost: Money | None
    contractor_company_name: str | None
    trades: list[str]
    withdrawn_at: datetime | None = Field(description="Since when the publisher no longer lists it.")
    simulated_note: SimulatedNote


class PropertyHistory(BaseModel):
    """What was ever permitted at one address, as far as publishers say where."""

    state: Literal["found", "nothing_known", "address_not_published", "no_house_number"] = Field(
        description="nothing_known: no permit at this address; address_not_published: the permit does not say where; "
        "no_house_number: it names a street only, so no building can be told."
    )
    address: str | None = Field(description="The address in the form by which permits are compared, without unit.")
    zip: str | None
    spellings: list[str] = Field(description="How publishers write it.")
    permits: list[ListedPermit] = Field(max_length=200, description="Newest first.")
    permit_count: int = Field(ge=0)
    is_cut_off: bool = Field(description="There are more than could be looked through.")
    unplaced_count: int = Field(
        ge=0,
        description="Permits of the same street that say neither ZIP nor city; left out: it may be elsewhere.",
    )
    coverage: list[CoverageDataset] = Field(description="The datasets the permits are from.")


class CompanyName(BaseModel):
    """A company as a publisher writes it."""

    contractor_company_name: str
    permit_count: int


class LicenceNumber(BaseModel):
    """A licence number as a publisher writes it."""

    contractor_lic_num: str
    permit_count: int


class Share(BaseModel):
    """Permits and declared cost of one part."""

    permit_count: int
    est_project_cost_sum: Money | None = Field(description="null: none of them declares a cost.")


class TradeShare(Share):
    """By trade."""

    trade: str
    trade_label: str


class CountyShare(Share):
    """By county."""

    county_fips: str | None
    county_name: str | None


class MonthShare(Share):
    """By month of issue."""

    month: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}$", examples=["2026-10"])


class ContractorProfile(BaseModel):
    """What permits say of one company."""

    name: str = Field(description="The name in the form by which companies are compared.")
    names: list[CompanyName] = Field(description="How publishers write it.")
    licences: list[LicenceNumber] = Field(description="Empty: no publisher prints one on its permits.")
    permit_count: int = Field(description="Permits that name it and stand.")
    costed_count: int = Field(description="Those that declare a cost.")
    est_project_cost_sum: Money
    typical_cost: Money | None = Field(description="Median of the declared costs; null when none is declared.")
    first_issued_date: date | None
    newest_issued_date: date | None
    trades: list[TradeShare]
    counties: list[CountyShare]
    months: list[MonthShare] = Field(max_length=60, description="The newest 60 months with permits, newest first.")
    newest_permits: list[ListedPermit] = Field(max_length=10)
    is_cut_off: bool = Field(description="There are more than could be looked through: counts are lower bounds.")
    coverage: list[CoverageDataset] = Field(description="The datasets that name it.")
    silent_dataset_ids: list[str] = Field(
        description="Loaded datasets that print no company on any permit: work there cannot be seen."
    )
