"""Passwords and addresses: what is good enough, and how it is kept.

Source: OWASP password storage cheat sheet (argon2id, m = 19 MiB, t = 2, p = 1).
"""

from __future__ import annotations

import re
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from leadledger.identity.failures import IdentityError

MIN_LENGTH = 8
MAX_LENGTH = 256
EMAIL_MAX_LENGTH = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets
# Deliberately plain: one @, no spaces or control characters, a dotted domain of letters, digits and hyphens.
EMAIL = re.compile(r"^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$")
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Hashing is meant to be dear; no more at once than would harm the other requests of this process.
TURNS = threading.BoundedSemaphore(2)
# Verified against when there is no such user, so that the answer takes as long. It is the hash of no password.
NOBODY = HASHER.hash("nobody's password, compared with so that unknown users cost the same")


def read_email(text: str) -> str:
    """The address in the one spelling it is kept in: trimmed, lower case.

    Raises:
        IdentityError: it is no e-mail address (400).
    """
    email = text.strip().lower()
    if len(email) > EMAIL_MAX_LENGTH or not EMAIL.match(email):
        raise IdentityError(400, "validation_failed", "Unable to validate email address: invalid format")
    return email


def check_strength(password: str) -> None:
    """Length is the one rule.

    Raises:
        IdentityError: too short (422, weak_password), or longer than is worth hashing (400).
    """
    if len(password) > MAX_LENGTH:
        message = f"Password cannot be longer than {MAX_LENGTH} characters"
        raise IdentityError(400, "validation_failed", message)
    if len(password) < MIN_LENGTH:
        message = f"Password should be at least {MIN_LENGTH} characters."
        raise IdentityError(422, "weak_password", message, extra={"weak_password": {"reasons": ["length"]}})


def hash_password(password: str) -> str:
    """Argon2id, salted."""
    with TURNS:
        return HASHER.hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether it is the password of this hash; None (no such user) and "" (no password) take as long, never right."""
    with TURNS:
        try:
            HASHER.verify(password_hash or NOBODY, password[:MAX_LENGTH])
        except (VerificationError, InvalidHashError):
            return False
    return bool(password_hash)
