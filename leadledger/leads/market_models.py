"""What the market is asked, and what the answers look like."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from leadledger.leads.asking import TRADES, Day, Fips, Trade
from leadledger.leads.models import CoverageDataset
from leadledger.leads.permit_fields import Money
from leadledger.leads.tallies import WEEKS_KEPT

CursorText = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=400)]


class MarketQuestion(BaseModel):
    """The query of GET /api/market."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    trade: list[Trade] = Field(
        default=[],
        max_length=len(TRADES),
        description="Trades, any of them; repeat it. Left out: every trade, and all permits together.",
        examples=[["roofing"]],
    )
    county: list[Fips] = Field(
        default=[], max_length=50, description="County FIPS codes, any of them; repeat it.", examples=[["48453"]]
    )
    since: Day | SkipJsonSchema[None] = Field(
        default=None,
        description="A day of the first week; left out: twelve weeks before the last one.",
        examples=["2026-09-01"],
    )
    until: Day | SkipJsonSchema[None] = Field(
        default=None, description="A day of the last week; left out: this week.", examples=["2026-11-22"]
    )
    cursor: CursorText | SkipJsonSchema[None] = Field(
        default=None, description="next_cursor of the page before, with the same question."
    )
    limit: int = Field(default=25, ge=1, le=100, description="Series a page.")


class MarketWeek(BaseModel):
    """One week of one trade in one county."""

    week_start: date = Field(description="Its Monday, in the publishers' calendar.")
    permit_count: int = Field(ge=0, description="Permits issued in this week that still stand.")
    costed_count: int = Field(ge=0, description="Those that declare a cost.")
    est_project_cost_sum: Money
    is_complete: bool = Field(
        description="false: the week still runs, or some dataset had not been read for all of it; counts may grow."
    )


class MarketSeries(BaseModel):
    """Week by week, one trade in one county; a permit of two trades counts in both."""

    trade: str | None = Field(description="null: all permits, of whatever trade or none.")
    trade_label: str
    county_fips: str | None = Field(description="null: permits of which the publisher does not say the county.")
    county_name: str | None
    permit_count: int = Field(ge=0, description="Of all weeks asked for.")
    costed_count: int = Field(ge=0)
    est_project_cost_sum: Money
    dataset_ids: list[str] = Field(description="Datasets that had such permits in these weeks.")
    weeks: list[MarketWeek] = Field(max_length=WEEKS_KEPT, description="Every week asked for, oldest first.")


class MarketDataset(CoverageDataset):
    """A dataset that speaks about the counties asked for, and for which days it is whole."""

    whole_since: date | None = Field(description="First day for which its permits are all here; null: not counted yet.")
    whole_until: date | None = Field(description="Last such day; null: not counted yet.")
    tallied_at: datetime | None = Field(description="When its permits were last counted.")
    is_tally_behind: bool = Field(description="A run has ended since: the next count is under way.")


class MarketCoverage(BaseModel):
    """What the answer can know of the place asked for."""

    state: Literal["covered", "not_covered", "stale"] = Field(description="As in the list of leads.")
    datasets: list[MarketDataset]


class Market(BaseModel):
    """Permits and declared cost by trade, county and week."""

    since: date = Field(description="Monday of the first week.")
    until: date = Field(description="Sunday of the last week.")
    items: list[MarketSeries] = Field(description="By county and trade; all permits together first.")
    next_cursor: str | None = Field(description="Send it back with the same question to go on; null at the end.")
    coverage: MarketCoverage
