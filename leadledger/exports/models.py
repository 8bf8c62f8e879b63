"""What the addresses of exports take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from leadledger.leads.filters import LeadSearch
from leadledger.time_cursor import CursorText

Format = Literal["csv", "xlsx", "geojson", "parquet"]
State = Literal["queued", "running", "done", "failed", "cancelled", "expired"]
PAGING = ("cursor", "limit")


class ExportFilter(LeadSearch):
    """Exactly what POST /api/leads/search takes, but for its pages: a file has all of them."""

    cursor: SkipJsonSchema[None] = None
    limit: SkipJsonSchema[int] = 25

    @model_validator(mode="before")
    @classmethod
    def _has_no_pages(cls, given: object) -> object:
        for name in PAGING:
            if isinstance(given, dict) and name in given:
                raise ValueError(f"an export has no pages; leave {name} out")
        return given

    def as_stored(self) -> dict[str, Any]:
        """JSON that means the same when it is read again, also after defaults have changed."""
        return self.model_dump(mode="json", exclude=set(PAGING), exclude_none=True)


class NewExport(BaseModel):
    """Which leads, as what."""

    model_config = ConfigDict(extra="forbid")

    format: Format = Field(examples=["csv"])
    filter: ExportFilter = Field(
        default_factory=ExportFilter,
        description="The body of POST /api/leads/search; left out, all open leads.",
        examples=[{"trade": ["roofing"], "county": ["48453"], "min_score": 60}],
    )


class Export(BaseModel):
    """One file, and how far it is."""

    export_id: UUID
    format: Format
    filter: ExportFilter
    state: State = Field(
        description="queued, running, then done; failed and cancelled say why in reason; expired: it was removed."
    )
    reason: str | None = Field(description="Why it is not done.")
    row_count: int = Field(description="Rows written so far; of a finished file, all of them.")
    estimated_count: int | None = Field(description="Rows that fit, as far as the search counts; null before it began.")
    is_estimate_exact: bool | None = Field(description="false: there are at least so many.")
    byte_count: int | None
    sha256: str | None = Field(description="Of the whole file, in hex; also its ETag.")
    file_name: str = Field(examples=["leads-2026-11-26-3f0c9a51.csv"])
    requested_by: UUID
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None = Field(description="When the file is removed.")


class ExportPage(BaseModel):
    """Exports, newest first."""

    items: list[Export]
    next_cursor: str | None


class ExportQuery(BaseModel):
    """The query of GET /api/exports."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cursor: Annotated[CursorText | SkipJsonSchema[None], Field(description="next_cursor of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=100, description="Exports a page.")] = 25
