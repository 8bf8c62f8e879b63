"""The addresses of searches: a list, facets, a map."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.exceptions import HTTPException
from starlette.responses import Response

from leadledger.auth import Caller
from leadledger.database import Connection, Database
from leadledger.deps import CallerOf, DatabaseOf, NowOf, TodayOf, refuse_parameters
from leadledger.leads import clusters, coverage, facets, search
from leadledger.leads.asked_places import resolve_places
from leadledger.leads.coverage import CoverageBook
from leadledger.leads.filters import LeadListQuery, LeadQuestion, LeadSearch, LeadSearchBody, MapQuestion
from leadledger.leads.models import LeadPage
from leadledger.leads.permits import check_past
from leadledger.leads.routes import CoverageOf
from leadledger.leads.search_models import LeadClusters, LeadFacets, PlaceChoices
from leadledger.responses import declare_errors, json_response

router = APIRouter(prefix="/api", tags=["leads"])
CHOICES: dict[int | str, dict[str, Any]] = {
    300: {
        "model": PlaceChoices,
        "description": "Several places go by the name in `place`; ask again with one of them.",
        "headers": {"X-Request-Id": {"description": "The request's id, as in the body.", "schema": {"type": "string"}}},
    }
}
ANSWERS = {**CHOICES, **declare_errors(400, 401, 403, 404)}
Ask = Callable[[Connection, LeadSearch], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Searching:
    """One request's search: who asks, and what is known of coverage."""

    caller: Caller
    database: Database
    book: CoverageBook
    today: date

    def answer(self, asked: LeadQuestion, ask: Ask) -> Response:
        """What `ask` finds once places are known, with what the answer can know of the place asked for."""
        snapshot = self.book.look()
        with self.database.acting_as("authenticated", self.caller.claims) as conn:
            resolved = resolve_places(conn, asked, coverage.counties_of(snapshot) if asked.place else frozenset())
            found = ask(conn, resolved)
            local = coverage.datasets_of_place(conn, resolved)
        is_found = any(found.get(name) for name in ("items", "clusters")) or found.get("total", {}).get("value", 0) > 0
        return json_response({**found, "coverage": coverage.cover(snapshot, resolved, local, is_found=is_found)})

    def list(self, asked: LeadQuestion, as_of: datetime | None) -> Response:
        """A page of the list."""
        return self.answer(asked, lambda conn, resolved: search.list_leads(conn, resolved, self.today, as_of=as_of))


def get_searching(caller: CallerOf, database: DatabaseOf, book: CoverageOf, today: TodayOf) -> Searching:
    """The search of this request."""
    return Searching(caller, database, book, today)


SearchingOf = Annotated[Searching, Depends(get_searching)]


@router.get("/leads", operation_id="list_leads", response_model=LeadPage, responses=ANSWERS)
def list_leads(asked: Annotated[LeadListQuery, Query()], searching: SearchingOf, now: NowOf) -> Response:
    """Leads in the order asked for, page by page; with them, what the answer can know of the place asked for."""
    check_past(asked.as_of, now)
    return searching.list(asked, asked.as_of)


@router.post(
    "/leads/search",
    operation_id="search_leads",
    response_model=LeadPage,
    responses={**ANSWERS, **declare_errors(422)},
    dependencies=[Depends(refuse_parameters)],
)
def search_leads(asked: LeadSearchBody, searching: SearchingOf, now: NowOf) -> Response:
    """The same with a drawn area and with groups of conditions; changes nothing."""
    check_past(asked.as_of, now)
    return searching.list(asked, asked.as_of)


@router.get("/leads/search", include_in_schema=False)
def refuse_get_of_search() -> None:
    """Else it would be the address of a lead called "search".

    Raises:
        HTTPException: always.
    """
    raise HTTPException(405, headers={"Allow": "POST"})


@router.get("/leads/facets", operation_id="count_facets", response_model=LeadFacets, responses=ANSWERS)
def count_facets(asked: Annotated[LeadQuestion, Query()], searching: SearchingOf) -> Response:
    """How many of the leads asked for there are by trade, kind, openness, county, ZIP, class; bounded like totals."""
    return searching.answer(asked, lambda conn, resolved: facets.count_facets(conn, resolved, searching.today))


@router.get("/leads/clusters", operation_id="count_clusters", response_model=LeadClusters, responses=ANSWERS)
def count_clusters(asked: Annotated[MapQuestion, Query()], searching: SearchingOf) -> Response:
    """The leads asked for on a map: bounded counts in squares that stand still when the view moves."""
    return searching.answer(
        asked, lambda conn, resolved: clusters.count_clusters(conn, resolved, asked.zoom, searching.today)
    )
