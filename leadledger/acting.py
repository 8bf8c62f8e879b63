"""A request inside one account: the transaction, the account it acts for, and what the caller may do there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import UUID

import psycopg

from leadledger.api_keys import Scope
from leadledger.auth import Caller
from leadledger.database import Connection, Database
from leadledger.errors import Forbidden, NotFound, PlanTooSmall
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
MemberRole = Literal["owner", "admin", "member", "viewer"]
ENTITLED = "plan_allows"
RANKS: dict[MemberRole, int] = {"viewer": 0, "member": 1, "admin": 2, "owner": 3}


@dataclass(frozen=True, slots=True)
class Acting:
    """An open transaction as `authenticated` whose claims name the account; row-level security sees no other."""

    conn: Connection
    caller: Caller
    account_id: UUID
    role: MemberRole
    time_zone: str

    def require(self, least: MemberRole) -> None:
        """Say who may do this, instead of leaving it to row-level security to find nothing.

        Raises:
            Forbidden: the caller's role is below this one.
        """
        if RANKS[self.role] < RANKS[least]:
            raise Forbidden(f"your role in this account is {self.role}; this needs {least} or more")


@contextmanager
def acting_for_account(database: Database, caller: Caller, least: MemberRole = "viewer") -> Iterator[Acting]:
    """One transaction in the account asked for, else in the caller's first; the first sign-in makes one.

    Raises:
        NotFound: the caller is no member of the account asked for.
        Forbidden: the caller's role there is below `least`, or row-level security refuses a write.
        PlanTooSmall: the account's plan does not have what is asked for.
    """
    with database.acting_as("authenticated", caller.claims) as conn:
        found = conn.execute(QUERIES["act_for"], {"account_id": caller.account_id}).fetchone()
        if found is None:
            raise NotFound("there is no such account, or you are no member of it", field="X-Account-Id")
        acting = Acting(conn, caller, *found)
        acting.require(least)
        try:
            yield acting
        except psycopg.errors.InsufficientPrivilege as refused:
            raise Forbidden(refused.diag.message_primary or "this is not yours to change") from None
        except psycopg.errors.CheckViolation as refused:
            if refused.diag.constraint_name == ENTITLED:
                raise PlanTooSmall(f"{refused.diag.message_primary}; see GET /api/plans") from None
            raise


def require_scope(caller: Caller, scope: Scope) -> None:
    """A key does what it was made for; a person may do what the role says.

    Raises:
        Forbidden: the key lacks the scope.
    """
    if caller.scopes is not None and scope not in caller.scopes:
        has = ", ".join(sorted(caller.scopes)) or "none"
        raise Forbidden(f"the API key lacks the scope '{scope}' (it has: {has})")
