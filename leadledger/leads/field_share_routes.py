"""The address of field shares."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from leadledger.deps import DatabaseOf
from leadledger.leads.field_shares import FieldCoverage, FieldQuestion, describe_fields
from leadledger.leads.routes import CoverageOf
from leadledger.responses import declare_errors, json_response

router = APIRouter(prefix="/api/coverage", tags=["coverage"])


@router.get("/fields", operation_id="get_field_coverage", response_model=FieldCoverage, responses=declare_errors(400))
def get_field_coverage(asked: Annotated[FieldQuestion, Query()], database: DatabaseOf, book: CoverageOf) -> Response:
    """By dataset, on which share of its permits each field says something, and how fresh the dataset is. Public."""
    snapshot = book.look()
    with database.acting_as("anon") as conn:
        return json_response(describe_fields(conn, snapshot, asked.dataset_id))
