"""The addresses of territories."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from leadledger.accounts import territories
from leadledger.accounts.territories import NewTerritory, Territories, Territory, TerritoryChange
from leadledger.acting import acting_for_account
from leadledger.deps import CallerOf, DatabaseOf, WriterOf, refuse_parameters
from leadledger.idempotency import WriteOf
from leadledger.responses import declare_errors, json_response

router = APIRouter(prefix="/api/territories", tags=["account"], dependencies=[Depends(refuse_parameters)])
READ = declare_errors(400, 401, 403, 404)
WRITE = declare_errors(400, 401, 403, 404, 409, 422)
TerritoryId = Annotated[UUID, Path(description="Id of the territory.")]


@router.get("", operation_id="list_territories", response_model=Territories, responses=READ)
def list_territories(caller: CallerOf, database: DatabaseOf) -> Response:
    """All territories of the account, by name."""
    with acting_for_account(database, caller) as acting:
        return json_response({"territories": territories.list_territories(acting)})


@router.post("", operation_id="create_territory", status_code=201, response_model=Territory, responses=WRITE)
def create_territory(wanted: NewTerritory, caller: WriterOf, database: DatabaseOf, write: WriteOf) -> Response:
    """Keep counties, ZIPs and a drawn area under a name, to search and be alerted by."""
    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, lambda: json_response(territories.add_territory(acting, wanted), status=201))


@router.get("/{territory_id}", operation_id="get_territory", response_model=Territory, responses=READ)
def get_territory(territory_id: TerritoryId, caller: CallerOf, database: DatabaseOf) -> Response:
    """One territory."""
    with acting_for_account(database, caller) as acting:
        return json_response(territories.read_territory(acting, territory_id))


@router.patch("/{territory_id}", operation_id="change_territory", response_model=Territory, responses=WRITE)
def change_territory(
    territory_id: TerritoryId, change: TerritoryChange, caller: WriterOf, database: DatabaseOf, write: WriteOf
) -> Response:
    """Change what is given; searches and alerts that name it follow."""
    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, lambda: json_response(territories.change_territory(acting, territory_id, change)))


@router.delete("/{territory_id}", operation_id="delete_territory", status_code=204, responses=READ)
def delete_territory(territory_id: TerritoryId, caller: WriterOf, database: DatabaseOf) -> Response:
    """Forget a territory."""
    with acting_for_account(database, caller, "member") as acting:
        territories.remove_territory(acting, territory_id)
    return Response(status_code=204)
