"""The addresses of accounts and members."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from leadledger.accounts import members
from leadledger.accounts.models import Account, AccountChange, Member, MemberChange, Members, Memberships
from leadledger.acting import acting_for_account
from leadledger.deps import AdminOf, CallerOf, DatabaseOf, refuse_parameters
from leadledger.idempotency import WriteOf
from leadledger.responses import declare_errors, json_response

router = APIRouter(prefix="/api/account", tags=["account"], dependencies=[Depends(refuse_parameters)])
READ = declare_errors(400, 401, 403, 404)
WRITE = declare_errors(400, 401, 403, 404, 409, 422)
UserId = Annotated[UUID, Path(description="Id of the user.")]


@router.get("", operation_id="get_account", response_model=Account, responses=READ)
def get_account(caller: CallerOf, database: DatabaseOf) -> Response:
    """The account this request acts for; the first call of a new user creates it."""
    with acting_for_account(database, caller) as acting:
        return json_response(members.describe_account(acting))


@router.patch("", operation_id="change_account", response_model=Account, responses=WRITE)
def change_account(change: AccountChange, caller: AdminOf, database: DatabaseOf, write: WriteOf) -> Response:
    """Name and time zone; admins only."""
    with acting_for_account(database, caller, "admin") as acting:
        return write.once(acting, lambda: json_response(members.change_account(acting, change)))


@router.get("/memberships", operation_id="list_memberships", response_model=Memberships, responses=READ)
def list_memberships(caller: CallerOf, database: DatabaseOf) -> Response:
    """The accounts the caller may act for; a key has one."""
    with database.acting_as("authenticated", caller.claims) as conn:
        return json_response({"accounts": members.list_accounts(conn)})


@router.get("/members", operation_id="list_members", response_model=Members, responses=READ)
def list_members(caller: CallerOf, database: DatabaseOf) -> Response:
    """Everybody in the account."""
    with acting_for_account(database, caller) as acting:
        return json_response({"members": members.list_members(acting)})


@router.patch("/members/{user_id}", operation_id="change_member", response_model=Member, responses=WRITE)
def change_member(
    user_id: UserId, change: MemberChange, caller: AdminOf, database: DatabaseOf, write: WriteOf
) -> Response:
    """A new role; only owners make or unmake owners, and one always stays."""
    with acting_for_account(database, caller, "admin") as acting:
        return write.once(acting, lambda: json_response(members.change_member(acting, user_id, change.role)))


@router.delete("/members/{user_id}", operation_id="remove_member", status_code=204, responses=WRITE)
def remove_member(user_id: UserId, caller: AdminOf, database: DatabaseOf) -> Response:
    """Take a member out of the account; anybody may leave. Keys made by the member end to work."""
    with acting_for_account(database, caller) as acting:
        members.remove_member(acting, user_id)
    return Response(status_code=204)
