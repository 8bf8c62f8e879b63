"""The public addresses of privacy; they need no sign-in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from leadledger.deps import DatabaseOf, refuse_parameters
from leadledger.privacy import requests
from leadledger.privacy.models import Filed, PrivacyRequest, RequestStatus
from leadledger.responses import declare_errors, json_response

router = APIRouter(prefix="/api/privacy", tags=["privacy"], dependencies=[Depends(refuse_parameters)])
TrackingCode = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{32}$", description="As the answer to the request gave it.")]


@router.post(
    "/requests",
    operation_id="file_privacy_request",
    status_code=202,
    response_model=Filed,
    responses=declare_errors(400, 403, 422),
)
def file_privacy_request(asked: PrivacyRequest, database: DatabaseOf) -> Response:
    """Ask to be left out. A person looks at it within 45 days; what is granted is gone from everything. Public."""
    with database.acting_as("anon") as conn:
        return json_response(requests.file_request(conn, asked), status=202)


@router.get(
    "/requests/{tracking_code}",
    operation_id="get_privacy_request",
    response_model=RequestStatus,
    responses=declare_errors(400, 404),
)
def get_privacy_request(tracking_code: TrackingCode, database: DatabaseOf) -> Response:
    """How a request stands; never what it says. Public."""
    with database.acting_as("anon") as conn:
        return json_response(requests.find_request(conn, tracking_code))
