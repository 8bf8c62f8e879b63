"""Makes, rotates and ends the API keys of an account; none may do more than whoever makes it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from leadledger.accounts.key_models import NewApiKey
from leadledger.acting import Acting
from leadledger.api_keys import make_key
from leadledger.errors import AppError, Forbidden, InvalidBody, NotFound
from leadledger.modes import Mode
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
MOST_KEYS = 100
LONGEST = timedelta(days=5 * 366)


class KeyConflict(AppError):
    """The key is not in a state for this, or there are too many."""

    status = 409

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def list_keys(acting: Acting) -> list[dict[str, Any]]:
    """Keys of the account, newest first."""
    with acting.conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES["list_keys"], {"account_id": acting.account_id}).fetchall()


def create_key(acting: Acting, wanted: NewApiKey) -> dict[str, Any]:
    """The new key and what is known of it.

    Raises:
        Forbidden: a key asks for more than it has.
        InvalidBody: it would end before it begins, or too late.
        KeyConflict: the account has too many.
    """
    now = datetime.now(UTC)
    if wanted.expires_at is not None and not now < wanted.expires_at <= now + LONGEST:
        message = f"expires_at is {wanted.expires_at.isoformat()}: expected a time in the next five years"
        raise InvalidBody(message, field="expires_at")
    return _make(acting, {**wanted.model_dump(), "replaces_id": None})


def rotate_key(acting: Acting, api_key_id: UUID, overlap_days: int) -> dict[str, Any]:
    """The successor: same name, mode, scopes and life span. The old key stays good for the overlap.

    Raises:
        NotFound: no such key here.
        KeyConflict: it does not work any more, or has a successor.
    """
    about = {"account_id": acting.account_id, "api_key_id": api_key_id, "overlap_days": overlap_days}
    with acting.conn.cursor(row_factory=dict_row) as rows:
        rows.execute(QUERIES["lock_key"], about)
        old = rows.execute(QUERIES["find_key"], about).fetchone()
    if old is None:
        raise _no_key(api_key_id)
    if not old.pop("is_good"):
        raise KeyConflict("key_ended", "this key was revoked or has expired; make a new one instead")
    if old.pop("is_replaced"):
        raise KeyConflict(
            "key_replaced", "this key was rotated already; rotate its successor, or revoke that one first"
        )
    made = _make(acting, old)
    acting.conn.execute(QUERIES["end_later"], about)
    return made


def rename_key(acting: Acting, api_key_id: UUID, name: str) -> dict[str, Any]:
    """The key under its new name.

    Raises:
        NotFound: no such key here.
    """
    about = {"account_id": acting.account_id, "api_key_id": api_key_id, "name": name}
    with acting.conn.cursor(row_factory=dict_row) as rows:
        renamed = rows.execute(QUERIES["rename_key"], about).fetchone()
    if renamed is None:
        raise _no_key(api_key_id)
    return renamed


def revoke_key(acting: Acting, api_key_id: UUID) -> None:
    """End it at once; again does no harm.

    Raises:
        NotFound: no such key here.
    """
    about = {"account_id": acting.account_id, "api_key_id": api_key_id}
    if acting.conn.execute(QUERIES["revoke_key"], about).fetchone() is None:
        raise _no_key(api_key_id)


def _make(acting: Acting, values: dict[str, Any]) -> dict[str, Any]:
    _require_own_scopes(acting.caller.scopes, values["scopes"])
    mode: Mode = values["mode"]
    new = make_key(mode)
    kept = {**values, "account_id": acting.account_id, "limit": MOST_KEYS}
    kept.update(scopes=sorted(set(values["scopes"])), key_hash=new.key_hash, key_start=new.key_start)
    kept["is_sandbox"] = mode == "test"
    with acting.conn.cursor(row_factory=dict_row) as rows:
        made = rows.execute(QUERIES["make_key"], kept).fetchone()
    if made is None:
        raise KeyConflict("too_many_keys", f"the account has {MOST_KEYS} working keys; revoke one first")
    return {**made, "key": new.key}


def _require_own_scopes(own: Collection[str] | None, wanted: Collection[str]) -> None:
    lacking = sorted(set(wanted) - set(own)) if own is not None else []
    if lacking:
        raise Forbidden(f"the API key lacks {', '.join(lacking)}, so it can make no key with it", field="scopes")


def _no_key(api_key_id: UUID) -> NotFound:
    return NotFound(f"no API key {api_key_id} in this account")
