"""The addresses of webhook endpoints: members look, admins change."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from leadledger.acting import acting_for_account
from leadledger.deps import AdminOf, CallerOf, DatabaseOf, SettingsOf, refuse_parameters
from leadledger.idempotency import WriteOf
from leadledger.responses import declare_errors, json_response
from leadledger.webhooks import endpoints
from leadledger.webhooks.models import (
    DeliveryQuery,
    MadeWebhookEndpoint,
    QueuedDelivery,
    Rewind,
    WebhookDeliveryPage,
    WebhookEndpoint,
    WebhookEndpointChange,
    WebhookEndpointDraft,
    WebhookEndpoints,
    WebhookSecret,
)

PLAIN = [Depends(refuse_parameters)]
router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])
READ = declare_errors(400, 401, 403, 404)
WRITE = declare_errors(400, 401, 403, 404, 409, 422)
ASK = declare_errors(400, 401, 403, 404, 409, 422)
EndpointId = Annotated[UUID, Path(description="Id of the webhook endpoint.")]
DeliveryId = Annotated[UUID, Path(description="Id of the delivery, as in webhook-id.")]


@router.get(
    "", operation_id="list_webhook_endpoints", response_model=WebhookEndpoints, responses=READ, dependencies=PLAIN
)
def list_webhook_endpoints(caller: CallerOf, database: DatabaseOf) -> Response:
    """All webhook endpoints of the account, and how each is doing."""
    with acting_for_account(database, caller) as acting:
        return json_response({"webhook_endpoints": endpoints.list_endpoints(acting)})


@router.post(
    "",
    operation_id="create_webhook_endpoint",
    status_code=201,
    response_model=MadeWebhookEndpoint,
    responses=WRITE,
    dependencies=PLAIN,
)
def create_webhook_endpoint(
    draft: WebhookEndpointDraft, caller: AdminOf, database: DatabaseOf, settings: SettingsOf, write: WriteOf
) -> Response:
    """Have events sent to an address from now on; the answer shows the secret they are signed with, this once."""

    def make() -> Response:
        most, loopback = settings.max_webhook_endpoints, settings.outgoing_loopback
        return json_response(endpoints.create_endpoint(acting, draft, most, allow_loopback=loopback), status=201)

    with acting_for_account(database, caller, "admin") as acting:
        return write.once(acting, make, is_secret=True)


@router.get(
    "/{webhook_endpoint_id}",
    operation_id="get_webhook_endpoint",
    response_model=WebhookEndpoint,
    responses=READ,
    dependencies=PLAIN,
)
def get_webhook_endpoint(webhook_endpoint_id: EndpointId, caller: CallerOf, database: DatabaseOf) -> Response:
    """One webhook endpoint, and how it is doing."""
    with acting_for_account(database, caller) as acting:
        return json_response(endpoints.find_endpoint(acting, webhook_endpoint_id))


@router.patch(
    "/{webhook_endpoint_id}",
    operation_id="change_webhook_endpoint",
    response_model=WebhookEndpoint,
    responses=WRITE,
    dependencies=PLAIN,
)
def change_webhook_endpoint(
    webhook_endpoint_id: EndpointId,
    change: WebhookEndpointChange,
    caller: AdminOf,
    database: DatabaseOf,
    settings: SettingsOf,
    write: WriteOf,
) -> Response:
    """Another address or choice of events; stop it, or have it go on where it stopped."""

    def make() -> Response:
        loopback = settings.outgoing_loopback
        return json_response(endpoints.change_endpoint(acting, webhook_endpoint_id, change, allow_loopback=loopback))

    with acting_for_account(database, caller, "admin") as acting:
        return write.once(acting, make)


@router.delete(
    "/{webhook_endpoint_id}",
    operation_id="remove_webhook_endpoint",
    status_code=204,
    responses=READ,
    dependencies=PLAIN,
)
def remove_webhook_endpoint(webhook_endpoint_id: EndpointId, caller: AdminOf, database: DatabaseOf) -> Response:
    """Forget a webhook endpoint and what was sent to it."""
    with acting_for_account(database, caller, "admin") as acting:
        endpoints.remove_endpoint(acting, webhook_endpoint_id)
    return Response(status_code=204)


@router.post(
    "/{webhook_endpoint_id}/secret",
    operation_id="rotate_webhook_secret",
    status_code=201,
    response_model=WebhookSecret,
    responses=ASK,
    dependencies=PLAIN,
)
def rotate_webhook_secret(
    webhook_endpoint_id: EndpointId, caller: AdminOf, database: DatabaseOf, write: WriteOf
) -> Response:
    """A new secret, shown this once; for 24 hours deliveries carry two signatures, so that no event is refused."""
    with acting_for_account(database, caller, "admin") as acting:
        return write.once(
            acting,
            lambda: json_response(endpoints.rotate_secret(acting, webhook_endpoint_id), status=201),
            is_secret=True,
        )


@router.post(
    "/{webhook_endpoint_id}/test",
    operation_id="test_webhook_endpoint",
    status_code=202,
    response_model=QueuedDelivery,
    responses=ASK,
    dependencies=PLAIN,
)
def test_webhook_endpoint(
    webhook_endpoint_id: EndpointId, caller: AdminOf, database: DatabaseOf, write: WriteOf
) -> Response:
    """Send a signed delivery of type `webhook.test` without events; the list of deliveries says how it went."""
    with acting_for_account(database, caller, "admin") as acting:
        return write.once(
            acting, lambda: json_response(endpoints.request_test(acting, webhook_endpoint_id), status=202)
        )


@router.post(
    "/{webhook_endpoint_id}/rewind",
    operation_id="rewind_webhook_endpoint",
    response_model=WebhookEndpoint,
    responses=WRITE,
    dependencies=PLAIN,
)
def rewind_webhook_endpoint(
    webhook_endpoint_id: EndpointId, wanted: Rewind, caller: AdminOf, database: DatabaseOf, write: WriteOf
) -> Response:
    """Go on after any event of the feed: what came later is delivered again, or what lies between is skipped."""
    with acting_for_account(database, caller, "admin") as acting:
        return write.once(acting, lambda: json_response(endpoints.rewind(acting, webhook_endpoint_id, wanted.after)))


@router.get(
    "/{webhook_endpoint_id}/deliveries",
    operation_id="list_webhook_deliveries",
    response_model=WebhookDeliveryPage,
    responses=READ,
)
def list_webhook_deliveries(
    webhook_endpoint_id: EndpointId,
    asked: Annotated[DeliveryQuery, Query()],
    caller: CallerOf,
    database: DatabaseOf,
) -> Response:
    """What was sent and what waits, newest first, with how the last attempt ended; ended ones for 30 days."""
    with acting_for_account(database, caller) as acting:
        return json_response(endpoints.list_deliveries(acting, webhook_endpoint_id, asked))


@router.post(
    "/{webhook_endpoint_id}/deliveries/{webhook_delivery_id}/redeliver",
    operation_id="redeliver_webhook",
    status_code=202,
    response_model=QueuedDelivery,
    responses=ASK,
    dependencies=PLAIN,
)
def redeliver_webhook(
    webhook_endpoint_id: EndpointId,
    webhook_delivery_id: DeliveryId,
    caller: AdminOf,
    database: DatabaseOf,
    write: WriteOf,
) -> Response:
    """Send a delivery again, delivered or dead, under the same id."""
    with acting_for_account(database, caller, "admin") as acting:
        return write.once(
            acting,
            lambda: json_response(endpoints.redeliver(acting, webhook_endpoint_id, webhook_delivery_id), status=202),
        )
