"""The addresses of credits: prices for everybody, the ledger for members, caps by admins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from leadledger.acting import acting_for_account
from leadledger.credits import ledger, zips
from leadledger.credits.models import (
    CapChange,
    Caps,
    Credits,
    EntryFilter,
    EntryPage,
    ExclusiveZip,
    ExclusiveZips,
    NewExclusiveZip,
    OfferFilter,
    Offers,
    PriceList,
)
from leadledger.credits.prices import describe_prices
from leadledger.deps import AdminOf, CallerOf, DatabaseOf, WriterOf, refuse_parameters
from leadledger.idempotency import WriteOf
from leadledger.plans import load_catalog
from leadledger.responses import declare_errors, json_response

router = APIRouter(prefix="/api", tags=["credits"])
PLAIN = [Depends(refuse_parameters)]
READ = declare_errors(400, 401, 403, 404)
WRITE = declare_errors(400, 401, 403, 404, 409, 422)


@router.get(
    "/plans", operation_id="list_plans", response_model=PriceList, responses=declare_errors(400), dependencies=PLAIN
)
def list_plans() -> Response:
    """Plans, packs and prices. Public."""
    return json_response(describe_prices(load_catalog()))


@router.get("/credits", operation_id="get_credits", response_model=Credits, responses=READ, dependencies=PLAIN)
def get_credits(caller: CallerOf, database: DatabaseOf) -> Response:
    """The account's balance, what expires next, this month's use, its caps and its plan."""
    with acting_for_account(database, caller) as acting:
        return json_response(ledger.describe_credits(acting))


@router.get("/credits/entries", operation_id="list_credit_entries", response_model=EntryPage, responses=READ)
def list_credit_entries(asked: Annotated[EntryFilter, Query()], caller: CallerOf, database: DatabaseOf) -> Response:
    """The ledger, newest first, each entry with the balance after it."""
    with acting_for_account(database, caller) as acting:
        return json_response(ledger.list_entries(acting, asked))


@router.put("/credits/caps", operation_id="change_credit_cap", response_model=Caps, responses=WRITE, dependencies=PLAIN)
def change_credit_cap(change: CapChange, caller: AdminOf, database: DatabaseOf, write: WriteOf) -> Response:
    """Set the most that claims may take in a month, for the account or one member; null takes it away."""
    with acting_for_account(database, caller, "admin") as acting:
        return write.once(acting, lambda: json_response(ledger.change_cap(acting, change)))


@router.get("/offers", operation_id="list_offers", response_model=Offers, responses=READ)
def list_offers(asked: Annotated[OfferFilter, Query()], caller: CallerOf, database: DatabaseOf) -> Response:
    """What leads cost and how far they are sold, before anything is bought."""
    with acting_for_account(database, caller) as acting:
        return json_response({"offers": ledger.list_offers(acting, asked.lead_id)})


@router.get(
    "/exclusive-zips",
    operation_id="list_exclusive_zips",
    response_model=ExclusiveZips,
    responses=READ,
    dependencies=PLAIN,
)
def list_exclusive_zips(caller: CallerOf, database: DatabaseOf) -> Response:
    """ZIPs in which nobody but the account may claim now, and what one costs."""
    with acting_for_account(database, caller) as acting:
        return json_response(zips.list_zips(acting))


@router.post(
    "/exclusive-zips",
    operation_id="buy_exclusive_zip",
    response_model=ExclusiveZip,
    status_code=201,
    responses=declare_errors(400, 401, 402, 403, 404, 409, 422),
    dependencies=PLAIN,
)
def buy_exclusive_zip(wanted: NewExclusiveZip, caller: WriterOf, database: DatabaseOf, write: WriteOf) -> Response:
    """Buy a ZIP and trade with credits, or hold it longer: nobody else may claim there meanwhile."""
    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, lambda: json_response(zips.buy_zip(acting, wanted), status=201))
