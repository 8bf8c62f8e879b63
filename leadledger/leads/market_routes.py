"""The address of market trends."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from leadledger.deps import CallerOf, DatabaseOf, TodayOf
from leadledger.leads import coverage, market
from leadledger.leads.filters import LeadFilter
from leadledger.leads.market_models import Market, MarketQuestion
from leadledger.leads.routes import CoverageOf
from leadledger.responses import declare_errors, json_response

router = APIRouter(prefix="/api/market", tags=["market"])


@router.get("", operation_id="get_market", response_model=Market, responses=declare_errors(400, 401, 403))
def get_market(
    asked: Annotated[MarketQuestion, Query()], caller: CallerOf, database: DatabaseOf, today: TodayOf, book: CoverageOf
) -> Response:
    """Permits and declared cost by trade, county and week of issue; weeks that are not complete yet are marked."""
    weeks = market.choose_weeks(asked, today)
    snapshot = book.look()
    with database.acting_as("authenticated", caller.claims) as conn:
        page = market.list_series(conn, asked, weeks)
    return json_response(
        market.describe(
            page, weeks, coverage.cover(snapshot, LeadFilter(county=asked.county), None, is_found=bool(page["items"]))
        )
    )
