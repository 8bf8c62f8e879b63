"""The addresses of properties and contractors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from leadledger.deps import CallerOf, DatabaseOf, refuse_parameters
from leadledger.leads import contractors, properties
from leadledger.leads.permit_list_models import (
    ContractorProfile,
    ContractorQuestion,
    PropertyHistory,
    PropertyQuestion,
)
from leadledger.leads.permit_routes import PermitId
from leadledger.leads.routes import CoverageOf
from leadledger.responses import declare_errors, json_response

router = APIRouter(prefix="/api", tags=["permits"])
READ = declare_errors(400, 401, 403)
FIND = declare_errors(400, 401, 403, 404)


@router.get("/properties", operation_id="get_property", response_model=PropertyHistory, responses=READ)
def get_property(
    asked: Annotated[PropertyQuestion, Query()], caller: CallerOf, database: DatabaseOf, book: CoverageOf
) -> Response:
    """Every permit at one address, newest first, however its publisher writes the street."""
    snapshot = book.look()
    with database.acting_as("authenticated", caller.claims) as conn:
        return json_response(properties.find_by_address(conn, snapshot, asked.address, asked.zip))


@router.get(
    "/permits/{permit_id}/property",
    operation_id="get_permit_property",
    response_model=PropertyHistory,
    responses=FIND,
    dependencies=[Depends(refuse_parameters)],
)
def get_permit_property(permit_id: PermitId, caller: CallerOf, database: DatabaseOf, book: CoverageOf) -> Response:
    """Every permit at the address of this one; says plainly when the permit does not say where it is."""
    snapshot = book.look()
    with database.acting_as("authenticated", caller.claims) as conn:
        return json_response(properties.find_by_permit(conn, snapshot, permit_id))


@router.get("/contractors/profile", operation_id="get_contractor", response_model=ContractorProfile, responses=FIND)
def get_contractor(
    asked: Annotated[ContractorQuestion, Query()], caller: CallerOf, database: DatabaseOf, book: CoverageOf
) -> Response:
    """What permits say of one company: how many, where, for what, since when, and at what cost."""
    snapshot = book.look()
    with database.acting_as("authenticated", caller.claims) as conn:
        return json_response(contractors.describe_contractor(conn, snapshot, asked))
