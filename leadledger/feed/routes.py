"""The addresses of the feed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from leadledger.deps import CallerOf, DatabaseOf
from leadledger.feed import reading
from leadledger.feed.models import EventPage, FeedFilter, FeedState, StateFilter
from leadledger.responses import declare_errors, json_response

router = APIRouter(prefix="/api/events", tags=["feed"])
READ = declare_errors(400, 401, 403)


@router.get("", operation_id="list_events", response_model=EventPage, responses=READ)
def list_events(asked: Annotated[FeedFilter, Query()], caller: CallerOf, database: DatabaseOf) -> Response:
    """What happened after an event, in the order it was committed; go on with `next_after`, and miss nothing."""
    with database.acting_as("authenticated", caller.claims) as conn:
        return json_response(reading.list_events(conn, asked))


@router.get("/state", operation_id="get_feed_state", response_model=FeedState, responses=READ)
def get_feed_state(asked: Annotated[StateFilter, Query()], caller: CallerOf, database: DatabaseOf) -> Response:
    """What a copy must hold that has followed the feed so far, to check it by."""
    with database.acting_as("authenticated", caller.claims) as conn:
        return json_response(reading.describe_state(conn, asked))
