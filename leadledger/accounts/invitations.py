"""Invitations into an account: a one-time token, known to us by its hash, good for one e-mail address."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from psycopg.rows import dict_row
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from leadledger.accounts.models import Role
from leadledger.acting import Acting
from leadledger.database import Connection
from leadledger.errors import AppError, Forbidden, NotFound
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
MOST_OPEN = 100
TOKEN_PATTERN = r"^lli_[A-Za-z0-9_-]{43}$"  # noqa: S105 - its shape, not a token
REFUSALS = {
    "used": "this invitation was used already",
    "revoked": "this invitation was revoked; ask for a new one",
    "expired": "this invitation has expired; ask for a new one",
    "member_already": "you are a member of this account already",
}

Email = Annotated[
    str,
    Field(max_length=254, pattern=r"^[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]+\.[^@\s\x00-\x1f\x7f.]{2,}$"),
    AfterValidator(str.lower),
]


class InvitationConflict(AppError):
    """The invitation is not, or no more, in a state for this."""

    status = 409

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NewInvitation(BaseModel):
    """Whom to invite."""

    model_config = ConfigDict(extra="forbid")

    email: Email = Field(description="Only who signs in with this address can accept.", examples=["kim@example.com"])
    role: Literal["admin", "member", "viewer"] = "member"
    expires_days: int = Field(default=7, ge=1, le=30, strict=True, description="How long it can be accepted.")


class Invitation(BaseModel):
    """What is known of an invitation; never its token."""

    invitation_id: UUID
    email: str
    role: Role
    state: Literal["open", "accepted", "revoked", "expired"]
    invited_by: UUID
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None


class Invitations(BaseModel):
    """Newest first; those that ended more than 30 days ago are left out."""

    invitations: list[Invitation]


class MadeInvitation(Invitation):
    """A new invitation: the only answer that ever shows its token."""

    token: str = Field(description="For the invited person alone, to be given to POST /api/invitations/accept.")


class Acceptance(BaseModel):
    """The token out of the invitation."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(pattern=TOKEN_PATTERN, description="As the invitation brought it.")


def list_invitations(acting: Acting) -> list[dict[str, Any]]:
    """Invitations of the account, newest first."""
    with acting.conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES["list_invitations"], {"account_id": acting.account_id}).fetchall()


def invite(acting: Acting, wanted: NewInvitation) -> dict[str, Any]:
    """The invitation with its token; an open one to the same address ends.

    Raises:
        InvitationConflict: a member has this address, or too many are open.
    """
    token = f"lli_{secrets.token_urlsafe(32)}"
    values = {"account_id": acting.account_id, "email": wanted.email, "role": wanted.role, "limit": MOST_OPEN}
    values.update(token_hash=hash_token(token), days=wanted.expires_days)
    with acting.conn.cursor(row_factory=dict_row) as rows:
        known = rows.execute(QUERIES["is_member"], values).fetchone()
        if known is not None and known["exists"]:
            raise InvitationConflict("member_already", "somebody with this address is a member already")
        rows.execute(QUERIES["replace_open"], values)
        made = rows.execute(QUERIES["invite"], values).fetchone()
    if made is None:
        message = f"{MOST_OPEN} invitations are open, or another to this address was made just now; look at the list"
        raise InvitationConflict("too_many_invitations", message)
    return {**made, "token": token}


def revoke(acting: Acting, invitation_id: UUID) -> None:
    """End it; again does no harm.

    Raises:
        NotFound: no such invitation here.
        InvitationConflict: it was accepted; the member is there.
    """
    about = {"account_id": acting.account_id, "invitation_id": invitation_id}
    if acting.conn.execute(QUERIES["revoke_invitation"], about).fetchone() is not None:
        return
    if acting.conn.execute(QUERIES["was_accepted"], about).fetchone() is None:
        raise NotFound(f"no invitation {invitation_id} in this account")
    raise InvitationConflict("used", "this invitation was accepted; remove the member instead")


def accept(conn: Connection, token: str) -> dict[str, Any]:
    """The account the caller now belongs to.

    Raises:
        NotFound: no invitation has this token.
        Forbidden: it was meant for another address.
        InvitationConflict: it cannot be accepted any more.
    """
    found = conn.execute(QUERIES["accept_invitation"], {"token_hash": hash_token(token)}).fetchone()
    if found is None:
        raise NotFound("no invitation has this token", field="token")
    outcome, account_id, name, role = found
    if outcome == "other_person":
        raise Forbidden("this invitation was sent to another address; sign in with that one", field="token")
    if outcome != "accepted":
        raise InvitationConflict(outcome, REFUSALS[outcome])
    return {"account_id": account_id, "name": name, "role": role}


def hash_token(token: str) -> str:
    """sha-256, hexadecimal; a token is random, so nothing slower is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
