"""One-time credentials that travel by mail: a link's token and a six-digit code, good for an hour and for one use.

Source: supabase/auth internal/api/verify.go for what each type may redeem.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from uuid import UUID

from leadledger.database import Connection
from leadledger.identity.failures import IdentityError
from leadledger.identity.pkce import Challenge
from leadledger.identity.signing import SigningKeys
from permit_leads.store.queries import load_queries

Kind = Literal["confirmation", "recovery", "email_change", "email_change_current"]
QUERIES = load_queries(Path(__file__).with_name("one_time.sql"))
LIFE = timedelta(hours=1)
MAIL_INTERVAL = timedelta(seconds=60)  # GoTrue's default for mails to one address
ATTEMPT_LIMIT = 5  # of a million codes; the link stays good
PKCE_PREFIX = "pkce_"  # by which a link says, before anything is looked up, how its errors are told
KINDS: dict[str, tuple[Kind, ...]] = {
    "signup": ("confirmation",),
    "invite": ("confirmation",),
    "recovery": ("recovery",),
    "magiclink": ("recovery",),
    "email": ("confirmation", "recovery"),
    "email_change": ("email_change", "email_change_current"),
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the mail says, and only the mail."""

    token: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What a good credential was for."""

    user_id: UUID
    kind: Kind
    challenge: Challenge | None


def claim_request(conn: Connection, purpose: str, email: str, now: datetime) -> str:
    """The right to mail this address for this purpose now; answered alike whether anybody has the address or not.

    Raises:
        IdentityError: a mail was asked for less than a minute ago (429).
    """
    request_hash = hashlib.sha256(f"{purpose} {email}".encode()).hexdigest()
    row = {"request_hash": request_hash, "now": now, "interval": MAIL_INTERVAL}
    conn.execute(QUERIES["forget_old_requests"], row)
    if conn.execute(QUERIES["claim_request"], row).fetchone() is None:
        (asked_at,) = conn.execute(QUERIES["find_request"], row).fetchone() or (now,)
        wait = max(1, round((asked_at + MAIL_INTERVAL - now).total_seconds()))
        message = f"For security purposes, you can only request this after {wait} seconds."
        raise IdentityError(429, "over_email_send_rate_limit", message, headers={"Retry-After": str(wait)})
    return request_hash


def forget_request(conn: Connection, request_hash: str, now: datetime) -> None:
    """Give the right back: the mail did not go out."""
    conn.execute(QUERIES["forget_request"], {"request_hash": request_hash, "now": now})


def issue(
    conn: Connection, user_id: UUID, kind: Kind, email: str, challenge: Challenge | None, now: datetime
) -> Credentials:
    """New credentials; those of an earlier mail of the same kind are void."""
    token = (PKCE_PREFIX if challenge else "") + secrets.token_urlsafe(32)
    code = f"{secrets.randbelow(1_000_000):06d}"
    row = {
        "token_hash": _hash_token(token),
        "code_hash": _hash_codes(conn, token, code)[0],
        "user_id": user_id,
        "kind": kind,
        "email": email,
        "code_challenge": challenge.text if challenge else None,
        "code_challenge_method": challenge.method if challenge else None,
        "now": now,
        "expires_at": now + LIFE,
    }
    conn.execute(QUERIES["put_token"], row)
    return Credentials(token, code)


def redeem_token(conn: Connection, token: str, type_: str, now: datetime) -> Redeemed | None:
    """What the token of a link was for; None when it is unknown, used, too old or of another type."""
    return _take(conn, _hash_token(token), KINDS[type_], now)


def redeem_mailed_code(conn: Connection, email: str, code: str, type_: str, now: datetime) -> Redeemed | None:
    """What the code of a mail to this address was for; None likewise, and after a few wrong ones.

    Commit also when it is None: the attempt must count.
    """
    row = {"email": email, "kinds": list(KINDS[type_]), "now": now, "attempt_limit": ATTEMPT_LIMIT}
    right = None
    for token_hash, code_hash in conn.execute(QUERIES["try_codes"], row).fetchall():
        candidates = _hash_codes_of(conn, token_hash, code)
        if any(hmac.compare_digest(code_hash, candidate) for candidate in candidates):
            right = token_hash
    return _take(conn, right, KINDS[type_], now) if right else None


def forget_credentials(conn: Connection, user_id: UUID) -> None:
    """Void everything that was mailed: the password has changed."""
    conn.execute(QUERIES["forget_tokens"], {"user_id": user_id})
    conn.execute(QUERIES["forget_auth_codes"], {"user_id": user_id})


def count_email_changes(conn: Connection, user_id: UUID) -> int:
    """How many of the two addresses have not agreed yet."""
    (waiting,) = conn.execute(QUERIES["count_email_changes"], {"user_id": user_id}).fetchone() or (0,)
    return int(waiting)


def _take(conn: Connection, token_hash: str, kinds: Sequence[Kind], now: datetime) -> Redeemed | None:
    row = conn.execute(QUERIES["take_token"], {"token_hash": token_hash, "kinds": list(kinds), "now": now}).fetchone()
    if row is None:
        return None
    _, user_id, kind, text, method = row
    return Redeemed(user_id, kind, Challenge(text, method) if text else None)


def _hash_token(token: str) -> str:
    """Tokens are random, so a plain hash keeps them as safe as a slow one would."""
    return hashlib.sha256(token.encode()).hexdigest()


def _hash_codes(conn: Connection, token: str, code: str) -> list[str]:
    return _hash_codes_of(conn, _hash_token(token), code)


def _hash_codes_of(conn: Connection, token_hash: str, code: str) -> list[str]:
    """A code has a million values, so its hash is keyed, and salted by its token's."""
    return SigningKeys(conn).keyed_hashes(f"{token_hash} {code}")
