"""API keys: made once, shown once, known to us by their hash only."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple
from uuid import UUID

from leadledger.auth import Caller
from leadledger.database import Database
from leadledger.errors import PlanTooSmall, Unauthorized
from leadledger.modes import PREFIXES, Mode
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
Scope = Literal["read", "write", "export", "admin"]
KEY = re.compile(r"^llp_(live|test)_[A-Za-z0-9_-]{43}$")
SHOWN_LENGTH = 13
# The account that test keys act for, in the database of the sandbox only (leadledger/sandbox/building.sql).
SAMPLE_ACCOUNT_ID = UUID("5a3b1e00-0000-4000-8000-000000000001")
SAMPLE_USER_ID = UUID("5a3b1e00-0000-4000-8000-000000000002")
REFUSALS = {
    "revoked": "the API key was revoked",
    "expired": "the API key has expired",
    "orphaned": "the member who made the API key has left the account",
}


class NewKey(NamedTuple):
    """A key, and what is kept of it."""

    key: str
    key_hash: str
    key_start: str


def make_key(mode: Mode = "live") -> NewKey:
    """256 random bits behind a prefix that secret scanners can find, and that says what the key is for."""
    key = PREFIXES[mode] + secrets.token_urlsafe(32)
    return NewKey(key, hash_key(key), key[:SHOWN_LENGTH])


def hash_key(key: str) -> str:
    """sha-256, hexadecimal; a key is random, so nothing slower is needed."""
    return hashlib.sha256(key.encode()).hexdigest()


def is_key(token: str) -> bool:
    """Whether this is meant as one of our keys."""
    return token.startswith("llp_")


def find_caller(database: Database, key: str) -> Caller:
    """The member a key acts for.

    Raises:
        Unauthorized: it is none of ours, or does not work any more.
    """
    found = None
    if KEY.match(key):
        with database.acting_as("anon") as conn:
            found = conn.execute(QUERIES["find_api_key"], {"key_hash": hash_key(key)}).fetchone()
            if found is not None and found[-1] == "good":
                conn.execute(QUERIES["note_use"], {"api_key_id": found[0]})
    if found is None:
        raise Unauthorized("the API key is none of ours", error="invalid_token")
    api_key_id, account_id, user_id, scopes, is_sandbox, state = found
    if state == "resting":
        raise PlanTooSmall("the plan of this account has no API; the key rests until it has (GET /api/plans)")
    if state != "good":
        raise Unauthorized(REFUSALS[state], error="invalid_token")
    claims = {
        "sub": str(user_id),
        "role": "authenticated",
        "account_id": str(account_id),
        "api_key_id": str(api_key_id),
    }
    mode: Mode = "test" if is_sandbox else "live"
    return Caller(user_id, claims, account_id, frozenset(scopes), api_key_id, mode)


def enter_sandbox(caller: Caller) -> Caller:
    """What a test key acts as: the one member of the sample account, and nobody of any real one.

    The claim `mode` is what the databases tell test keys by (private.require_mode).
    """
    claims = {
        "sub": str(SAMPLE_USER_ID),
        "role": "authenticated",
        "account_id": str(SAMPLE_ACCOUNT_ID),
        "mode": "test",
    }
    return replace(caller, user_id=SAMPLE_USER_ID, claims=claims, account_id=SAMPLE_ACCOUNT_ID)
