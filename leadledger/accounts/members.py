"""Reads and changes accounts and their members; row-level security decides, this finds the words."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from leadledger.accounts.models import AccountChange, Role
from leadledger.acting import Acting
from leadledger.database import Connection
from leadledger.errors import AppError, NotFound
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("accounts.sql"))


class LastOwner(AppError):
    """An account without an owner could be changed by nobody."""

    status = 409
    code = "last_owner"


def describe_account(acting: Acting) -> dict[str, object]:
    """The account of this request."""
    with acting.conn.cursor(row_factory=dict_row) as rows:
        account = rows.execute(QUERIES["read_account"], {"account_id": acting.account_id}).fetchone()
    assert account is not None  # the caller is a member
    return {**account, "role": acting.role, "user_id": acting.caller.user_id}


def change_account(acting: Acting, change: AccountChange) -> dict[str, object]:
    """The account after the change."""
    acting.conn.execute(QUERIES["change_account"], {**change.model_dump(), "account_id": acting.account_id})
    return describe_account(acting)


def list_accounts(conn: Connection) -> list[dict[str, object]]:
    """All accounts of the caller; of a key only its own."""
    with conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES["list_accounts"]).fetchall()


def list_members(acting: Acting) -> list[dict[str, object]]:
    """Everybody in the account."""
    with acting.conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES["list_members"], {"account_id": acting.account_id}).fetchall()


def change_member(acting: Acting, user_id: UUID, role: Role) -> dict[str, object]:
    """The member with the new role.

    Raises:
        NotFound: no such member here.
        LastOwner: nobody would own the account.
    """
    about = {"account_id": acting.account_id, "user_id": user_id, "role": role}
    with acting.conn.cursor(row_factory=dict_row) as rows:
        try:
            changed = rows.execute(QUERIES["change_member"], about).fetchone()
        except psycopg.errors.CheckViolation:
            raise _last_owner() from None
    if changed is None:
        raise NotFound(f"no member {user_id} in this account")
    return changed


def remove_member(acting: Acting, user_id: UUID) -> None:
    """Take a member out; anybody may leave.

    Raises:
        NotFound: no such member here, or it is not the caller's to remove.
        LastOwner: nobody would own the account.
    """
    about = {"account_id": acting.account_id, "user_id": user_id}
    try:
        removed = acting.conn.execute(QUERIES["remove_member"], about).fetchone()
    except psycopg.errors.CheckViolation:
        raise _last_owner() from None
    if removed is None:
        raise NotFound(f"no member {user_id} in this account that you may remove")


def _last_owner() -> LastOwner:
    return LastOwner("this is the account's only owner; make somebody else an owner first", field="role")
