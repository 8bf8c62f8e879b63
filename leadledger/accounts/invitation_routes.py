"""The addresses of invitations, and of the audit trail: what else only admins see of an account."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from leadledger.accounts import audit, invitations
from leadledger.accounts.audit import AuditFilter, AuditPage
from leadledger.accounts.invitations import Acceptance, Invitations, MadeInvitation, NewInvitation
from leadledger.accounts.models import Membership
from leadledger.acting import acting_for_account
from leadledger.deps import AdminOf, CallerOf, DatabaseOf, refuse_parameters
from leadledger.errors import Forbidden
from leadledger.idempotency import WriteOf
from leadledger.responses import declare_errors, json_response

PLAIN = [Depends(refuse_parameters)]
router = APIRouter(prefix="/api", tags=["account"])
READ = declare_errors(400, 401, 403, 404)
WRITE = declare_errors(400, 401, 403, 404, 409, 422)
InvitationId = Annotated[UUID, Path(description="Id of the invitation.")]
INVITATIONS = "/account/invitations"


@router.get(
    INVITATIONS,
    operation_id="list_invitations",
    response_model=Invitations,
    responses=READ,
    dependencies=PLAIN,
)
def list_invitations(caller: AdminOf, database: DatabaseOf) -> Response:
    """Open invitations, and those that ended within 30 days."""
    with acting_for_account(database, caller, "admin") as acting:
        return json_response({"invitations": invitations.list_invitations(acting)})


@router.post(
    INVITATIONS,
    operation_id="create_invitation",
    status_code=201,
    response_model=MadeInvitation,
    responses=WRITE,
    dependencies=PLAIN,
)
def create_invitation(wanted: NewInvitation, caller: AdminOf, database: DatabaseOf, write: WriteOf) -> Response:
    """Invite an e-mail address; the answer shows the one-time token, once. A later one replaces it."""
    with acting_for_account(database, caller, "admin") as acting:
        return write.once(acting, lambda: json_response(invitations.invite(acting, wanted), status=201), is_secret=True)


@router.delete(
    INVITATIONS + "/{invitation_id}",
    operation_id="revoke_invitation",
    status_code=204,
    responses=declare_errors(400, 401, 403, 404, 409),
    dependencies=PLAIN,
)
def revoke_invitation(invitation_id: InvitationId, caller: AdminOf, database: DatabaseOf) -> Response:
    """End an invitation that nobody accepted."""
    with acting_for_account(database, caller, "admin") as acting:
        invitations.revoke(acting, invitation_id)
    return Response(status_code=204)


@router.post(
    "/invitations/accept",
    operation_id="accept_invitation",
    response_model=Membership,
    responses=WRITE,
    dependencies=PLAIN,
)
def accept_invitation(acceptance: Acceptance, caller: CallerOf, database: DatabaseOf) -> Response:
    """Become a member: signed in with the address that was invited, once. Then name the account in X-Account-Id."""
    if caller.api_key_id is not None:
        raise Forbidden("an API key belongs to one account; sign in as the invited person")
    with database.acting_as("authenticated", caller.claims) as conn:
        return json_response(invitations.accept(conn, acceptance.token))


@router.get("/account/audit", operation_id="list_audit_entries", response_model=AuditPage, responses=READ)
def list_audit_entries(asked: Annotated[AuditFilter, Query()], caller: AdminOf, database: DatabaseOf) -> Response:
    """Who changed what, newest first; entries are never changed or removed."""
    with acting_for_account(database, caller, "admin") as acting:
        return json_response(audit.list_entries(acting, asked))
