"""Proof Key for Code Exchange: only the client that began a flow can finish it.

Source: RFC 7636; supabase/auth internal/api/pkce.go for lengths, spellings and messages.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from leadledger.database import Connection
from leadledger.identity.failures import IdentityError
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("one_time.sql"))
CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")
METHODS = ("s256", "plain")
CODE_LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the client committed to when it began."""

    text: str
    method: str

    def fits(self, verifier: str) -> bool:
        """Whether the client that now comes with the verifier is the one that began."""
        answer = verifier
        if self.method == "s256":
            digest = hashlib.sha256(verifier.encode()).digest()
            answer = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return hmac.compare_digest(answer.encode(), self.text.encode())


def read_challenge(text: str | None, method: str | None) -> Challenge | None:
    """The challenge of a request; None: the implicit flow.

    Raises:
        IdentityError: half of one, or not as RFC 7636 wants it (400).
    """
    if not text and not method:
        return None
    if not text or not method:
        message = "PKCE flow requires code_challenge_method and code_challenge"
        raise IdentityError(400, "validation_failed", message)
    if method.lower() not in METHODS:
        raise IdentityError(400, "validation_failed", "code_challenge_method is unknown; expected s256 or plain")
    if not CHALLENGE.fullmatch(text):
        message = "code challenge has to be between 43 and 128 characters of A-Z, a-z, 0-9, '.', '_', '~' and '-'"
        raise IdentityError(400, "validation_failed", message)
    return Challenge(text, method.lower())


def issue_code(conn: Connection, user_id: UUID, method: str, challenge: Challenge, now: datetime) -> str:
    """A code that this challenge's client may exchange for a session, once and soon."""
    code = secrets.token_urlsafe(24)
    row = {
        "code_hash": _hash(code),
        "user_id": user_id,
        "method": method,
        "code_challenge": challenge.text,
        "code_challenge_method": challenge.method,
        "now": now,
        "expires_at": now + CODE_LIFE,
    }
    conn.execute(QUERIES["forget_old_auth_codes"], {"now": now})
    conn.execute(QUERIES["insert_auth_code"], row)
    return code


def redeem_code(conn: Connection, code: str, verifier: str, now: datetime) -> tuple[UUID, str]:
    """Whose code this is, and how they proved who they are; the code is spent.

    Raises:
        IdentityError: no such code, too late, or another client's.
    """
    row = conn.execute(QUERIES["lock_auth_code"], {"code_hash": _hash(code)}).fetchone()
    if row is None:
        raise IdentityError(404, "flow_state_not_found", "invalid flow state, no valid flow state found")
    user_id, method, text, challenge_method, expires_at = row
    if expires_at <= now:
        raise IdentityError(422, "flow_state_expired", "invalid flow state, flow state has expired")
    if not Challenge(text, challenge_method).fits(verifier):
        message = "code challenge does not match previously saved code verifier"
        raise IdentityError(400, "bad_code_verifier", message)
    conn.execute(QUERIES["forget_auth_code"], {"code_hash": _hash(code)})
    return user_id, method


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
