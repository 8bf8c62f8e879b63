"""A user of the embedded provider, how GoTrue shows one, and how one is found."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from leadledger.database import Connection
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("queries.sql"))
EMAIL_PROVIDER = {"provider": "email", "providers": ["email"]}


@dataclass(frozen=True, slots=True)
class User:
    """One row of identity.users; an empty `password_hash` means that no password is right."""

    user_id: UUID
    email: str = field(repr=False)
    password_hash: str = field(repr=False)
    email_confirmed_at: datetime | None
    last_sign_in_at: datetime | None
    app_metadata: Mapping[str, Any]
    user_metadata: Mapping[str, Any] = field(repr=False)
    created_at: datetime
    updated_at: datetime
    confirmation_sent_at: datetime | None = None
    recovery_sent_at: datetime | None = None
    new_email: str | None = field(default=None, repr=False)
    email_change_sent_at: datetime | None = None

    def as_gotrue(self) -> dict[str, object]:
        """The user object of GoTrue's API."""
        sent = {
            "confirmation_sent_at": self.confirmation_sent_at,
            "recovery_sent_at": self.recovery_sent_at,
            "new_email": self.new_email,
            "email_change_sent_at": self.email_change_sent_at,
        }
        return {
            "id": str(self.user_id),
            "aud": "authenticated",
            "role": "authenticated",
            "email": self.email,
            "email_confirmed_at": self.email_confirmed_at,
            "phone": "",
            "confirmed_at": self.email_confirmed_at,
            "last_sign_in_at": self.last_sign_in_at,
            "app_metadata": self.app_metadata,
            "user_metadata": self.user_metadata,
            "identities": [self._email_identity()],
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "is_anonymous": False,
            **{name: value for name, value in sent.items() if value is not None},
        }

    def _email_identity(self) -> dict[str, object]:
        user_id = str(self.user_id)
        is_verified = self.email_confirmed_at is not None
        about = {"email": self.email, "email_verified": is_verified, "phone_verified": False, "sub": user_id}
        return {
            "identity_id": user_id,
            "id": user_id,
            "user_id": user_id,
            "identity_data": about,
            "provider": "email",
            "last_sign_in_at": self.last_sign_in_at,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "email": self.email,
        }


def describe_nobody(email: str, data: Mapping[str, Any] | None, now: datetime) -> dict[str, object]:
    """What a sign-up for a taken address is told: a user like any new one, except that it does not exist.

    Source: supabase/auth internal/api/signup.go, sanitizeUser.
    """
    made_up = User(
        user_id=uuid.uuid4(),
        email=email,
        password_hash="",
        email_confirmed_at=None,
        last_sign_in_at=None,
        app_metadata=EMAIL_PROVIDER,
        user_metadata=data or {},
        created_at=now,
        updated_at=now,
        confirmation_sent_at=now,
    )
    return {**made_up.as_gotrue(), "role": "", "identities": []}


def fetch_user(conn: Connection, title: str, parameters: Mapping[str, object]) -> User | None:
    """The user that the statement of this title answers, if it does."""
    with conn.cursor(row_factory=class_row(User)) as cursor:
        return cursor.execute(QUERIES[title], parameters).fetchone()


def find_user(conn: Connection, user_id: UUID) -> User | None:
    """The user of this id."""
    return fetch_user(conn, "find_user", {"user_id": user_id})


def find_user_by_email(conn: Connection, email: str) -> User | None:
    """The user of this address; PostgreSQL's text has no null character, so nobody has one with it."""
    return None if "\x00" in email else fetch_user(conn, "find_user_by_email", {"email": email})


def insert_user(
    conn: Connection,
    email: str,
    password_hash: str,
    data: Mapping[str, Any] | None,
    now: datetime,
    *,
    is_confirmed: bool,
) -> User | None:
    """A new user; None when the address is taken."""
    row = {
        "user_id": uuid.uuid4(),
        "email": email,
        "password_hash": password_hash,
        "confirmed_at": now if is_confirmed else None,
        "user_metadata": Jsonb(data or {}),
        "now": now,
    }
    return fetch_user(conn, "insert_user", row)
