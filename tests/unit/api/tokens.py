"""Keys and tokens for tests: made once, so that a test only says what is wrong with its token."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER = "https://project.example.test/auth/v1"
USER_ID = "6f1d3c5e-7f7f-4b39-9d1c-0f6a3f0f5a10"
SECRET = "current-secret-with-at-least-32-characters"
PREVIOUS_SECRET = "previous-secret-with-at-least-32-characters"

EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def claims(**changes: Any) -> dict[str, Any]:
    """What a good token of Supabase holds; a change to None leaves the claim out."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "sub": USER_ID,
        "aud": "authenticated",
        "exp": now + 3600,
        "iat": now,
        "role": "authenticated",
        "aal": "aal1",
        "session_id": "8a6c2d0e-32f1-4a2f-8f53-7c0d8f3e5b11",
        "email": "owner@example.com",
        "phone": "",
        "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": {},
        "is_anonymous": False,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def sign(key: Any = EC_KEY, algorithm: str = "ES256", kid: str | None = "ec-1", **changes: Any) -> str:
    """A token of these claims under this key."""
    return jwt.encode(claims(**changes), key, algorithm=algorithm, headers={"kid": kid} if kid else None)


def ec_jwk(kid: str = "ec-1", key: ec.EllipticCurvePrivateKey = EC_KEY) -> dict[str, Any]:
    """The public half as a JWK set lists it."""
    return {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "alg": "ES256", "use": "sig"}


def rsa_jwk(kid: str = "rsa-1") -> dict[str, Any]:
    """The RSA key's public half."""
    return {**RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True), "kid": kid, "alg": "RS256", "use": "sig"}


class Issuer:
    """Stands where the issuer's JWK set is fetched: what it lists, whether it answers, how often it was asked."""

    def __init__(self, *keys: Mapping[str, Any]) -> None:
        self.keys = list(keys)
        self.error: Exception | None = None
        self.asked = 0

    def fetch(self) -> Mapping[str, object]:
        """The set, or the failure."""
        self.asked += 1
        if self.error is not None:
            raise self.error
        return {"keys": self.keys}


class Clock:
    """A clock that only a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now
