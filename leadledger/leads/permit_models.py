"""What the answers about permits look like. `null` always means that the publisher does not say."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from leadledger.leads.models import CoverageDataset, LeadSummary, Receipts, Sha256, SimulatedNote
from leadledger.leads.permit_fields import PermitFields

NEWEST_VERSIONS = 20
LAST_VERSION = 2**31 - 1
Value = str | int | float | None


def check_written(moment: object) -> object:
    """Only a written instant; a bare number would otherwise pass as seconds since 1970.

    Raises:
        ValueError: it is written otherwise.
    """
    if isinstance(moment, str) and "T" not in moment.upper():
        raise ValueError("expected an instant such as 2026-03-08T12:00:00Z")
    return moment


Instant = Annotated[AwareDatetime, BeforeValidator(check_written)]
VersionNumber = Annotated[int, Field(ge=1, le=LAST_VERSION)]


class PermitQuestion(BaseModel):
    """The query of GET /api/permits/{permit_id}."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: Instant | SkipJsonSchema[None] = Field(
        default=None,
        description="Show what was known at this instant; left out: what is known now.",
        examples=["2026-11-20T12:00:00Z"],
    )


class VersionsQuestion(BaseModel):
    """The query of GET /api/permits/{permit_id}/versions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    before: VersionNumber | SkipJsonSchema[None] = Field(
        default=None, description="next_before of the page before: only older versions."
    )
    limit: int = Field(default=25, ge=1, le=100, description="Versions a page.")


class DiffQuestion(BaseModel):
    """The query of GET /api/permits/{permit_id}/diff."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_version: VersionNumber = Field(alias="from", description="Number of the version to compare with.")
    to_version: VersionNumber = Field(alias="to", description="Number of the version to compare.")


class FieldChange(BaseModel):
    """One field that two versions write differently."""

    field: str = Field(examples=["status_current"])
    label: str = Field(description="What the field means.")
    before: Value = Field(description="null: it said nothing.")
    after: Value = Field(description="null: it says nothing.")


class LearnedVersion(BaseModel):
    """One version of a permit: when we learned it, by which run, from which row of which page."""

    version: int
    recorded_at: datetime = Field(description="When the page that taught us was fetched.")
    run_id: UUID
    page_sha256: Sha256
    page_row: int = Field(ge=0, description="Zero-based place of the record in the page.")
    withdrawn_reason: str | None = Field(description="Set when this version says the publisher no longer lists it.")


class ChangedVersion(LearnedVersion):
    """A version with what is different from the one before it."""

    changes: list[FieldChange] = Field(description="Against the version before; empty for the first one.")


class PermitVersions(BaseModel):
    """Versions of a permit, newest first."""

    permit_id: UUID
    items: list[ChangedVersion]
    next_before: int | None = Field(description="Send it as `before` to go on; null at the end.")


class PermitDiff(BaseModel):
    """What two versions of a permit write differently, field by field."""

    model_config = ConfigDict(populate_by_name=True)

    permit_id: UUID
    from_version: LearnedVersion = Field(alias="from")
    to_version: LearnedVersion = Field(alias="to")
    changes: list[FieldChange] = Field(description="In the order of the record; empty when nothing differs.")


class PermitDetail(LearnedVersion):
    """A permit as known at an instant, with a receipt for each value."""

    permit_id: UUID
    permit_key: str = Field(description="The publisher's key of this record.")
    dataset_id: str
    publisher: str
    as_of: datetime | None = Field(description="The instant asked for; null: now.")
    first_recorded_at: datetime = Field(description="When we first learned of the permit.")
    fields: PermitFields
    not_published_fields: list[str] = Field(description="Fields this publisher prints for no permit at all.")
    trades: list[str] | None = Field(
        description="Trades the permit itself is for; null for a version that is no longer the newest."
    )
    versions: list[LearnedVersion] = Field(
        max_length=NEWEST_VERSIONS, description="The newest versions known at that instant; /versions has all."
    )
    version_count: int = Field(ge=1, description="How many versions were known at that instant.")
    receipts: Receipts
    leads: list[LeadSummary] = Field(description="Leads made of the permit, as they stand today; best first.")
    coverage: list[CoverageDataset] = Field(description="How the dataset stands today.")
    simulated_note: SimulatedNote
