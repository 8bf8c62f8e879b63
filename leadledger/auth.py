"""Who is calling: a Supabase access token, believed only after every claim that matters was checked.

Source: supabase docs auth/jwt-fields and auth/signing-keys; RFC 8725 on pinning algorithms to keys.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt
from jwt.exceptions import (
    ExpiredSignatureError,
    ImmatureSignatureError,
    InvalidAudienceError,
    InvalidIssuedAtError,
    InvalidIssuerError,
    InvalidSignatureError,
    MissingRequiredClaimError,
    PyJWTError,
)

from leadledger.errors import Forbidden, Unauthorized
from leadledger.keys import KeyRing
from leadledger.modes import Mode

LEEWAY_SECONDS = 60
AUDIENCE = "authenticated"
TOKEN_MAX_LENGTH = 8_192
# What the database may see of a token. `user_metadata` is written by the user and never goes there.
CLAIMS_FOR_DATABASE = ("iss", "sub", "aud", "role", "exp", "iat", "session_id", "aal", "amr", "app_metadata", "email")
REASONS: Mapping[type[PyJWTError], str] = {
    ExpiredSignatureError: "the token has expired; sign in again or refresh it",
    ImmatureSignatureError: "the token is not valid yet",
    InvalidIssuedAtError: "the token says it was issued in the future",
    InvalidAudienceError: "the token is meant for another audience",
    InvalidIssuerError: "the token comes from another issuer",
    InvalidSignatureError: "the signature does not fit the token",
    MissingRequiredClaimError: "the token lacks a claim it must have (sub, aud, iss, exp)",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in user or a member's API key, and the claims the database may act on.

    `account_id` is the account asked for, or the key's; None leaves the choice to the database. `scopes` are a key's;
    None: a person, whose role alone decides. `mode`: test for a test key, which is shown nothing but the sample.
    """

    user_id: UUID
    claims: Mapping[str, object]
    account_id: UUID | None = None
    scopes: frozenset[str] | None = None
    api_key_id: UUID | None = None
    mode: Mode = "live"


class TokenVerifier:
    """Checks access tokens of one issuer; `has_ended` says of a session id whether it was signed out."""

    def __init__(
        self,
        issuer: str,
        key_ring: KeyRing,
        secrets: Sequence[str] = (),
        api_keys: Sequence[str] = (),
        has_ended: Callable[[object], bool] | None = None,
    ) -> None:
        self._issuer = issuer
        self._key_ring = key_ring
        self._secrets = tuple(secrets)
        self._api_keys = tuple(api_keys)
        self._has_ended = has_ended

    def verify(self, token: str) -> Caller:
        """The user this token was issued to.

        Raises:
            Unauthorized: the token is malformed, forged, expired, for somebody else, or no user's.
            Forbidden: the user is anonymous.
            Unavailable: the issuer's keys cannot be had.
        """
        if any(hmac.compare_digest(token.encode(), key.encode()) for key in self._api_keys):
            raise _invalid("this is an API key, not the token of a signed-in user")
        caller = _read_caller(self._decode(token))
        if self._has_ended is not None and self._has_ended(caller.claims.get("session_id")):
            raise _invalid("the session was signed out; sign in again")
        return caller

    def _decode(self, token: str) -> dict[str, Any]:
        """Claims under a good signature. The key decides the algorithm; the header's word is only compared with it."""
        header = _read_header(token)
        kid, algorithm = header.get("kid"), header.get("alg")
        key = self._key_ring.find(kid) if isinstance(kid, str) and algorithm != "HS256" else None
        if key is not None:
            return self._check(token, key, key.algorithm_name)
        if algorithm == "HS256" and self._secrets:
            return self._check_secrets(token)
        raise _invalid("the token is signed with a key this issuer does not list")

    def _check_secrets(self, token: str) -> dict[str, Any]:
        for secret in self._secrets[:-1]:
            try:
                return self._check(token, secret, "HS256")
            except _WrongSecret:
                continue
        return self._check(token, self._secrets[-1], "HS256")

    def _check(self, token: str, key: jwt.PyJWK | str, algorithm: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=AUDIENCE,
                issuer=self._issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "sub", "aud", "iss"]},
            )
        except InvalidSignatureError:
            raise _WrongSecret(REASONS[InvalidSignatureError], error="invalid_token") from None
        except PyJWTError as error:
            raise _invalid(REASONS.get(type(error), "the token cannot be read")) from None


class _WrongSecret(Unauthorized):
    """The signature fits another key; with several secrets the next one may fit."""


def read_bearer(header: str | None) -> str:
    """The token out of an Authorization header.

    Raises:
        Unauthorized: there is none, or it is not a bearer token.
    """
    if header is None:
        raise Unauthorized("sign in first: this needs `Authorization: Bearer <access token>`")
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized("the Authorization header is not `Bearer <access token>`", error="invalid_request")
    if len(token) > TOKEN_MAX_LENGTH:
        raise _invalid("the token is longer than any we issue")
    return token


def _read_header(token: str) -> dict[str, Any]:
    try:
        return jwt.get_unverified_header(token)
    except PyJWTError:
        raise _invalid("the token is not a JSON Web Token") from None


def _read_caller(claims: Mapping[str, Any]) -> Caller:
    if claims.get("role") != "authenticated":
        raise _invalid("the token's role is not that of a signed-in user")
    try:
        user_id = UUID(str(claims["sub"]))
    except ValueError:
        raise _invalid("the token's subject is not a user id") from None
    if claims.get("is_anonymous") is True:
        raise Forbidden("anonymous sign-ins cannot see leads; sign up with an e-mail address")
    return Caller(user_id, {name: claims[name] for name in CLAIMS_FOR_DATABASE if name in claims})


def _invalid(reason: str) -> Unauthorized:
    return Unauthorized(reason, error="invalid_token")
