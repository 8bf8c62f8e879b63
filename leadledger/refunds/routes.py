"""The addresses of refunds: members see and ask, viewers only see."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from leadledger.acting import acting_for_account
from leadledger.deps import CallerOf, DatabaseOf, WriterOf, refuse_parameters
from leadledger.idempotency import WriteOf
from leadledger.refunds import requests
from leadledger.refunds.models import (
    NewAppeal,
    NewRefundRequest,
    PageFilter,
    RefundPage,
    RefundRequest,
    RefundRequestPage,
)
from leadledger.responses import declare_errors, json_response

router = APIRouter(prefix="/api", tags=["refunds"])
PLAIN = [Depends(refuse_parameters)]
READ = declare_errors(400, 401, 403, 404)
WRITE = declare_errors(400, 401, 403, 404, 409, 422)
RequestId = Annotated[UUID, Path(description="Id of the request.")]


@router.get("/refunds", operation_id="list_refunds", response_model=RefundPage, responses=READ)
def list_refunds(asked: Annotated[PageFilter, Query()], caller: CallerOf, database: DatabaseOf) -> Response:
    """Credits that came back, newest first, each with its evidence; most came without anybody asking."""
    with acting_for_account(database, caller) as acting:
        return json_response(requests.list_refunds(acting, asked))


@router.get("/refund-requests", operation_id="list_refund_requests", response_model=RefundRequestPage, responses=READ)
def list_refund_requests(asked: Annotated[PageFilter, Query()], caller: CallerOf, database: DatabaseOf) -> Response:
    """What the account asked for, newest first, and what became of it."""
    with acting_for_account(database, caller) as acting:
        return json_response(requests.list_requests(acting, asked))


@router.post(
    "/refund-requests",
    operation_id="request_refund",
    response_model=RefundRequest,
    status_code=201,
    responses=WRITE,
    dependencies=PLAIN,
)
def request_refund(wanted: NewRefundRequest, caller: WriterOf, database: DatabaseOf, write: WriteOf) -> Response:
    """Ask for the credits of a claim: credited at once where the records prove it, else a person decides."""
    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, lambda: json_response(requests.request_refund(acting, wanted), status=201))


@router.post(
    "/refund-requests/{refund_request_id}/appeal",
    operation_id="appeal_refund",
    response_model=RefundRequest,
    responses=WRITE,
    dependencies=PLAIN,
)
def appeal_refund(
    refund_request_id: RequestId, wanted: NewAppeal, caller: WriterOf, database: DatabaseOf, write: WriteOf
) -> Response:
    """Ask for a second look at a refusal, once."""
    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, lambda: json_response(requests.appeal(acting, refund_request_id, wanted)))
