"""The addresses of permits: what is known of one, and what was known before."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from leadledger.deps import CallerOf, DatabaseOf, NowOf
from leadledger.leads import detail, permits
from leadledger.leads.permit_models import (
    DiffQuestion,
    PermitDetail,
    PermitDiff,
    PermitQuestion,
    PermitVersions,
    VersionsQuestion,
)
from leadledger.leads.routes import CoverageOf, ReceiptsOf
from leadledger.responses import declare_errors, json_response

router = APIRouter(prefix="/api/permits", tags=["permits"])
READ = declare_errors(400, 401, 403, 404)
PermitId = Annotated[UUID, Path(description="Id of the permit; it never changes.")]


@router.get("/{permit_id}", operation_id="get_permit", response_model=PermitDetail, responses=READ)
def get_permit(
    permit_id: PermitId,
    asked: Annotated[PermitQuestion, Query()],
    caller: CallerOf,
    database: DatabaseOf,
    now: NowOf,
    book: CoverageOf,
    receipts: ReceiptsOf,
) -> Response:
    """One permit as known now, or as it was known at `as_of`: its fields, versions, leads, a receipt for each value."""
    permits.check_past(asked.as_of, now)
    snapshot = book.look()
    with database.acting_as("authenticated", caller.claims) as conn:
        described = permits.describe_permit(permits.find_permit(conn, permit_id), asked.as_of, snapshot)
        page = detail.find_page(conn, described["page_sha256"])
        leads = permits.list_permit_leads(conn, permit_id, now.date())
    proofs = receipts.read_receipts({**described, **described["fields"]}, page)
    note = {"simulated_note": page["simulated_note"] if page else None}
    return json_response({**described, **note, "receipts": proofs, "leads": leads})


@router.get("/{permit_id}/versions", operation_id="list_permit_versions", response_model=PermitVersions, responses=READ)
def list_permit_versions(
    permit_id: PermitId, asked: Annotated[VersionsQuestion, Query()], caller: CallerOf, database: DatabaseOf
) -> Response:
    """Every version of a permit, newest first, each with what it changed and the page it was read from."""
    with database.acting_as("authenticated", caller.claims) as conn:
        known = permits.find_permit(conn, permit_id)
    return json_response(permits.list_versions(known, asked.before, asked.limit))


@router.get("/{permit_id}/diff", operation_id="diff_permit", response_model=PermitDiff, responses=READ)
def diff_permit(
    permit_id: PermitId, asked: Annotated[DiffQuestion, Query()], caller: CallerOf, database: DatabaseOf
) -> Response:
    """What two versions of a permit write differently, field by field."""
    with database.acting_as("authenticated", caller.claims) as conn:
        known = permits.find_permit(conn, permit_id)
    return json_response(permits.diff(known, asked.from_version, asked.to_version))
