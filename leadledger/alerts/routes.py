"""The addresses of saved searches, alerts and the inbox: viewers look, members change."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from leadledger.acting import acting_for_account
from leadledger.alerts import inbox, searches, subscriptions
from leadledger.alerts.models import (
    Alert,
    AlertChange,
    AlertDraft,
    Deliveries,
    Inbox,
    InboxFilter,
    InboxMark,
    InboxMarked,
    NewAlert,
    Preview,
    PreviewDraft,
    SavedSearch,
    SavedSearches,
    SearchChange,
    SearchDraft,
)
from leadledger.deps import CallerOf, DatabaseOf, SettingsOf, WriterOf, refuse_parameters
from leadledger.idempotency import WriteOf
from leadledger.responses import declare_errors, json_response

PLAIN = [Depends(refuse_parameters)]
router = APIRouter(prefix="/api", tags=["alerts"])
READ = declare_errors(400, 401, 403, 404)
ASK = declare_errors(400, 401, 403, 404, 422)
WRITE = declare_errors(400, 401, 403, 404, 409, 422)
REMOVE = declare_errors(400, 401, 403, 404, 409)
SearchId = Annotated[UUID, Path(description="Id of the saved search.")]
AlertId = Annotated[UUID, Path(description="Id of the alert.")]


@router.get(
    "/saved-searches",
    operation_id="list_saved_searches",
    response_model=SavedSearches,
    responses=READ,
    dependencies=PLAIN,
)
def list_saved_searches(caller: CallerOf, database: DatabaseOf) -> Response:
    """All saved searches of the account with their alerts."""
    with acting_for_account(database, caller) as acting:
        return json_response({"saved_searches": searches.list_searches(acting)})


@router.post(
    "/saved-searches",
    operation_id="create_saved_search",
    response_model=SavedSearch,
    status_code=201,
    responses=WRITE,
    dependencies=PLAIN,
)
def create_saved_search(
    draft: SearchDraft, caller: WriterOf, database: DatabaseOf, settings: SettingsOf, write: WriteOf
) -> Response:
    """Keep a question; a condition that cannot be watched is refused, never ignored."""

    def make() -> Response:
        return json_response(searches.create_search(acting, draft, settings.max_saved_searches), status=201)

    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, make)


@router.post(
    "/saved-search-previews",
    operation_id="preview_saved_search",
    response_model=Preview,
    responses=ASK,
    dependencies=PLAIN,
)
def preview_saved_search(draft: PreviewDraft, caller: CallerOf, database: DatabaseOf) -> Response:
    """What a question would have told in the last seven days: count, days, and the best leads."""
    with acting_for_account(database, caller) as acting:
        return json_response(searches.preview(acting, draft.filter))


@router.get(
    "/saved-searches/{saved_search_id}",
    operation_id="get_saved_search",
    response_model=SavedSearch,
    responses=READ,
    dependencies=PLAIN,
)
def get_saved_search(saved_search_id: SearchId, caller: CallerOf, database: DatabaseOf) -> Response:
    """One saved search with its alerts."""
    with acting_for_account(database, caller) as acting:
        return json_response(searches.find_search(acting, saved_search_id))


@router.patch(
    "/saved-searches/{saved_search_id}",
    operation_id="change_saved_search",
    response_model=SavedSearch,
    responses=WRITE,
    dependencies=PLAIN,
)
def change_saved_search(
    saved_search_id: SearchId, change: SearchChange, caller: WriterOf, database: DatabaseOf, write: WriteOf
) -> Response:
    """Another name or question; paused, none of its alerts tells anything."""
    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, lambda: json_response(searches.change_search(acting, saved_search_id, change)))


@router.delete(
    "/saved-searches/{saved_search_id}",
    operation_id="remove_saved_search",
    status_code=204,
    responses=REMOVE,
    dependencies=PLAIN,
)
def remove_saved_search(saved_search_id: SearchId, caller: WriterOf, database: DatabaseOf) -> Response:
    """Forget a saved search and its alerts."""
    with acting_for_account(database, caller, "member") as acting:
        searches.remove_search(acting, saved_search_id)
    return Response(status_code=204)


@router.post(
    "/saved-searches/{saved_search_id}/alerts",
    operation_id="create_alert",
    response_model=NewAlert,
    status_code=201,
    responses=WRITE,
    dependencies=PLAIN,
)
def create_alert(
    saved_search_id: SearchId,
    draft: AlertDraft,
    caller: WriterOf,
    database: DatabaseOf,
    settings: SettingsOf,
    write: WriteOf,
) -> Response:
    """Have somebody told; a target that is no member's own e-mail is asked for consent before anything else is sent."""

    def make() -> Response:
        loopback = settings.outgoing_loopback
        made = subscriptions.create_alert(acting, saved_search_id, draft, settings, allow_loopback=loopback)
        return json_response(made, status=201)

    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, make, is_secret=draft.channel == "webhook")


@router.get("/alerts/{alert_id}", operation_id="get_alert", response_model=Alert, responses=READ, dependencies=PLAIN)
def get_alert(alert_id: AlertId, caller: CallerOf, database: DatabaseOf) -> Response:
    """One alert."""
    with acting_for_account(database, caller) as acting:
        return json_response(subscriptions.find_alert(acting, alert_id))


@router.patch(
    "/alerts/{alert_id}", operation_id="change_alert", response_model=Alert, responses=WRITE, dependencies=PLAIN
)
def change_alert(
    alert_id: AlertId, change: AlertChange, caller: WriterOf, database: DatabaseOf, write: WriteOf
) -> Response:
    """Another rhythm, other scopes or quiet hours, pause and go on; what came while paused is not told later."""
    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, lambda: json_response(subscriptions.change_alert(acting, alert_id, change)))


@router.delete("/alerts/{alert_id}", operation_id="remove_alert", status_code=204, responses=REMOVE, dependencies=PLAIN)
def remove_alert(alert_id: AlertId, caller: WriterOf, database: DatabaseOf) -> Response:
    """End an alert."""
    with acting_for_account(database, caller, "member") as acting:
        subscriptions.remove_alert(acting, alert_id)
    return Response(status_code=204)


@router.post(
    "/alerts/{alert_id}/test", operation_id="test_alert", status_code=202, responses=REMOVE, dependencies=PLAIN
)
def test_alert(alert_id: AlertId, caller: WriterOf, database: DatabaseOf) -> Response:
    """Send the best leads of the last days, marked as a test; see the alert's deliveries for how it went."""
    with acting_for_account(database, caller, "member") as acting:
        subscriptions.request_test(acting, alert_id)
    return Response(status_code=202)


@router.get(
    "/alerts/{alert_id}/deliveries",
    operation_id="list_alert_deliveries",
    response_model=Deliveries,
    responses=READ,
    dependencies=PLAIN,
)
def list_alert_deliveries(alert_id: AlertId, caller: CallerOf, database: DatabaseOf) -> Response:
    """What an alert sent, is trying to send, and could not."""
    with acting_for_account(database, caller) as acting:
        return json_response({"deliveries": subscriptions.list_deliveries(acting, alert_id)})


@router.get("/inbox", operation_id="list_inbox", response_model=Inbox, responses=READ)
def list_inbox(asked: Annotated[InboxFilter, Query()], caller: CallerOf, database: DatabaseOf) -> Response:
    """What the caller's in_app alerts tell, newest first."""
    with acting_for_account(database, caller) as acting:
        return json_response(inbox.list_inbox(acting, asked))


@router.post("/inbox/read", operation_id="mark_inbox", response_model=InboxMarked, responses=WRITE, dependencies=PLAIN)
def mark_inbox(mark: InboxMark, caller: WriterOf, database: DatabaseOf) -> Response:
    """Mark some or all of the inbox as read."""
    with acting_for_account(database, caller) as acting:
        return json_response({"marked_count": inbox.mark_inbox(acting, mark.match_ids)})
