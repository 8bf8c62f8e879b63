"""Sessions and their refresh tokens: single use, with GoTrue's two mercies for clients that lost an answer.

Source: supabase/auth internal/api/token_refresh.go (parent of the active token; reuse interval of 10 s), supabase docs
auth/sessions.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from leadledger.database import Connection
from leadledger.identity.failures import IdentityError
from leadledger.identity.signing import SigningKeys
from leadledger.identity.users import User
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("queries.sql"))
REUSE_INTERVAL = timedelta(seconds=10)
CHAIN_LIMIT = 50  # refreshes that may lie between a reused token and the active one within ten seconds


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in, and the refresh token that continues it."""

    session_id: UUID
    user_id: UUID
    amr: list[dict[str, object]]
    refresh_token: str


@dataclass(frozen=True, slots=True)
class _Token:
    token_hash: str
    parent_hash: str | None
    used_at: datetime | None


def open_session(conn: Connection, user: User, method: str, now: datetime) -> Session:
    """A new session of somebody who proved by `method` who they are."""
    amr: list[dict[str, object]] = [{"method": method, "timestamp": int(now.timestamp())}]
    session = Session(uuid.uuid4(), user.user_id, amr, secrets.token_urlsafe(24))
    row = {"session_id": session.session_id, "user_id": user.user_id, "amr": Jsonb(amr), "now": now}
    conn.execute(QUERIES["insert_session"], row)
    _insert_token(conn, session.session_id, session.refresh_token, None, now)
    return session


def refresh_session(conn: Connection, keys: SigningKeys, refresh_token: str, now: datetime) -> Session | IdentityError:
    """The session with its next refresh token.

    A refusal is returned, not raised: a token used twice revokes the session, and that must be committed.
    """
    locked = conn.execute(QUERIES["lock_session_of_token"], {"token_hash": _hash(refresh_token)}).fetchone()
    token = _find_token(conn, refresh_token)
    if locked is None or token is None:
        return IdentityError(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
    session_id, user_id, amr = locked
    active = refresh_token if token.used_at is None else _find_active(conn, keys, refresh_token, token.used_at, now)
    if active is None:
        conn.execute(QUERIES["revoke_session"], {"session_id": session_id, "now": now})
        return IdentityError(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")
    if token.used_at is None:
        active = _rotate(conn, keys, session_id, refresh_token, now)
    return Session(session_id, user_id, amr, active)


def is_live(conn: Connection, session_id: UUID, user_id: UUID) -> bool:
    """Whether this session of this user was not signed out."""
    return conn.execute(QUERIES["find_session"], {"session_id": session_id, "user_id": user_id}).fetchone() is not None


def revoke_sessions(conn: Connection, scope: str, session_id: UUID, user_id: UUID, now: datetime) -> None:
    """Sign out: `local` this session, `others` all but this one, `global` all of them."""
    title = {"local": "revoke_session", "others": "revoke_other_sessions", "global": "revoke_all_sessions"}[scope]
    conn.execute(QUERIES[title], {"session_id": session_id, "user_id": user_id, "now": now})


def _rotate(conn: Connection, keys: SigningKeys, session_id: UUID, refresh_token: str, now: datetime) -> str:
    conn.execute(QUERIES["use_refresh_token"], {"token_hash": _hash(refresh_token), "now": now})
    successor = keys.successors(refresh_token)[0]
    _insert_token(conn, session_id, successor, _hash(refresh_token), now)
    return successor


def _find_active(
    conn: Connection, keys: SigningKeys, refresh_token: str, used_at: datetime, now: datetime
) -> str | None:
    """The active token for a client that comes with a used one, or None when that is theft.

    Its direct successor always (the answer was lost); further ones only within the reuse interval.
    """
    steps = CHAIN_LIMIT if now - used_at <= REUSE_INTERVAL else 1
    for _ in range(steps):
        successor = _find_successor(conn, keys, refresh_token)
        if successor is None:
            return None
        refresh_token, token = successor
        if token.used_at is None:
            return refresh_token
    return None


def _find_successor(conn: Connection, keys: SigningKeys, refresh_token: str) -> tuple[str, _Token] | None:
    for candidate in keys.successors(refresh_token):
        token = _find_token(conn, candidate)
        if token is not None:
            return candidate, token
    return None


def _find_token(conn: Connection, refresh_token: str) -> _Token | None:
    with conn.cursor(row_factory=class_row(_Token)) as cursor:
        return cursor.execute(QUERIES["find_refresh_token"], {"token_hash": _hash(refresh_token)}).fetchone()


def _insert_token(
    conn: Connection, session_id: UUID, refresh_token: str, parent_hash: str | None, now: datetime
) -> None:
    row = {"token_hash": _hash(refresh_token), "session_id": session_id, "parent_hash": parent_hash, "now": now}
    conn.execute(QUERIES["insert_refresh_token"], row)


def _hash(refresh_token: str) -> str:
    """Tokens are random, so a plain hash keeps them as safe as a slow one would."""
    return hashlib.sha256(refresh_token.encode()).hexdigest()
