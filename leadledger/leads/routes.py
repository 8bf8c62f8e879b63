"""The addresses of leads and of what is covered."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from leadledger.deps import CallerOf, DatabaseOf, ModeOf, TodayOf, refuse_parameters
from leadledger.errors import NotFound
from leadledger.leads import coverage, detail
from leadledger.leads.coverage import CoverageBook
from leadledger.leads.models import Counties, Coverage, LeadDetail, Trades
from leadledger.leads.receipts import ReceiptReader
from leadledger.responses import declare_errors, json_response
from permit_leads.normalize.trades import trade_labels

NDJSON = "application/x-ndjson"
PLAIN = [Depends(refuse_parameters)]
public = APIRouter(prefix="/api", tags=["coverage"], dependencies=PLAIN)
router = APIRouter(prefix="/api", tags=["leads"])


def get_coverage_book(request: Request, mode: ModeOf) -> CoverageBook:
    """What is covered, as this process knows it; for a test key by the sample."""
    book: CoverageBook = request.app.state.coverage_books[mode]
    return book


def get_receipt_reader(request: Request, mode: ModeOf) -> ReceiptReader:
    """The reader of archived pages of this process."""
    reader: ReceiptReader = request.app.state.receipt_readers[mode]
    return reader


CoverageOf = Annotated[CoverageBook, Depends(get_coverage_book)]
ReceiptsOf = Annotated[ReceiptReader, Depends(get_receipt_reader)]
LeadId = Annotated[UUID, Path(description="Id of the lead; it never changes.")]
PageSha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="sha-256 of the page, as a receipt gives it.")]
PAGE_ANSWER = {
    "description": "One JSON object a line: `page_row`, and the publisher's columns as they stand there.",
    "content": {NDJSON: {"schema": {"type": "string"}}},
    "headers": {
        "X-Page-Sha256": {"description": "sha-256 of the archived bytes.", "schema": {"type": "string"}},
        "X-Withheld-Columns": {"description": "How many columns stay closed.", "schema": {"type": "integer"}},
    },
}


@public.get("/coverage", operation_id="get_coverage", response_model=Coverage, responses=declare_errors(400))
def get_coverage(book: CoverageOf) -> Response:
    """All datasets: what they publish, how fresh they are, and how much came of them. Public."""
    snapshot = book.look()
    return json_response({"datasets": snapshot.datasets, "as_of": snapshot.as_of, "sample_note": snapshot.sample_note})


@public.get("/trades", operation_id="list_trades", response_model=Trades, responses=declare_errors(400))
def list_trades() -> Response:
    """All trades leads are made for. Public."""
    return json_response({"trades": [{"trade": trade, "label": label} for trade, label in trade_labels().items()]})


@public.get("/counties", operation_id="list_counties", response_model=Counties, responses=declare_errors(400))
def list_counties(book: CoverageOf) -> Response:
    """Counties that some loaded dataset speaks about, by state and name. Public."""
    return json_response({"counties": coverage.list_counties(book.look())})


@router.get(
    "/leads/{lead_id}",
    operation_id="get_lead",
    response_model=LeadDetail,
    responses=declare_errors(400, 401, 403, 404),
    dependencies=PLAIN,
)
def get_lead(lead_id: LeadId, caller: CallerOf, database: DatabaseOf, today: TodayOf, receipts: ReceiptsOf) -> Response:
    """One lead: permit, reasons that sum to the score, receipts, versions, other trades; names once it is claimed."""
    with database.acting_as("authenticated", caller.claims) as conn:
        row = detail.find_lead(conn, lead_id)
        lead = detail.describe_lead(conn, row, today)
        page = detail.find_page(conn, row["page_sha256"])
        claim = detail.find_claim(conn, lead_id, caller.account_id)
    return json_response({**lead, "claim": claim, "receipts": receipts.read_receipts(row, page)})


@router.get(
    "/pages/{page_sha256}",
    operation_id="get_page",
    response_class=Response,
    responses={200: PAGE_ANSWER, **declare_errors(400, 401, 403, 404)},
    dependencies=PLAIN,
)
def get_page(page_sha256: PageSha256, caller: CallerOf, database: DatabaseOf, receipts: ReceiptsOf) -> Response:
    """The records of an archived page, to check receipts by; columns that may name persons stay in the archive."""
    with database.acting_as("authenticated", caller.claims) as conn:
        page = detail.find_page(conn, page_sha256)
    if page is None:
        raise NotFound(f"no archived page of records has the sha-256 {page_sha256}")
    body, closed_count = receipts.read_page(page)
    headers = {
        "Content-Disposition": f'attachment; filename="{page_sha256}.ndjson"',
        "X-Page-Sha256": page_sha256,
        "X-Withheld-Columns": str(closed_count),
    }
    return Response(body, headers=headers, media_type=NDJSON)
