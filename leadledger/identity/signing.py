"""The ES256 keys of the embedded provider: made once, kept in the database, and the only ones that sign its tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt import PyJWK
from jwt.algorithms import ECAlgorithm
from psycopg.types.json import Jsonb

from leadledger.database import Connection
from leadledger.identity.users import User
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("queries.sql"))
ACCESS_SECONDS = 3_600
PUBLIC_PARTS = ("kty", "crv", "x", "y")


class SigningKeys:
    """The keys that count now, current first."""

    def __init__(self, conn: Connection) -> None:
        rows = conn.execute(QUERIES["find_keys"]).fetchall()
        if not rows:
            kid, private_jwk = _generate()
            conn.execute(QUERIES["insert_first_key"], {"kid": kid, "private_jwk": Jsonb(private_jwk)})
            rows = conn.execute(QUERIES["find_keys"]).fetchall()
        self._keys: list[tuple[str, dict[str, str]]] = [(kid, jwk) for kid, jwk in rows]

    def sign_access_token(self, issuer: str, user: User, session_id: UUID, amr: object, now: datetime) -> str:
        """An access token with every claim Supabase's has, good for an hour."""
        kid, private_jwk = self._keys[0]
        issued_at = int(now.timestamp())
        claims = {
            "iss": issuer,
            "sub": str(user.user_id),
            "aud": "authenticated",
            "exp": issued_at + ACCESS_SECONDS,
            "iat": issued_at,
            "role": "authenticated",
            "aal": "aal1",
            "amr": amr,
            "session_id": str(session_id),
            "email": user.email,
            "phone": "",
            "app_metadata": user.app_metadata,
            "user_metadata": user.user_metadata,
            "is_anonymous": False,
        }
        return jwt.encode(claims, PyJWK(private_jwk, algorithm="ES256"), algorithm="ES256", headers={"kid": kid})

    def public_jwks(self) -> dict[str, object]:
        """The public halves, as `/.well-known/jwks.json` lists them."""
        return {"keys": [_public(kid, jwk) for kid, jwk in self._keys]}

    def successors(self, refresh_token: str) -> list[str]:
        """What this refresh token was, or will be, exchanged for: one candidate for each key, the current one's first.

        Only a holder of the private keys can tell, so only hashes of refresh tokens need to be kept, and a client
        that lost our answer can still be given the same token again.
        """
        return [_derive(jwk["d"], refresh_token) for _, jwk in self._keys]

    def keyed_hashes(self, text: str) -> list[str]:
        """Hashes of something short that nobody without the private keys can try out: one a key, the current first."""
        return [_keyed(jwk["d"], b"leadledger mailed codes", text).hex() for _, jwk in self._keys]


def _keyed(private_part: str, purpose: bytes, text: str) -> bytes:
    return hmac.digest(hmac.digest(private_part.encode(), purpose, hashlib.sha256), text.encode(), hashlib.sha256)


def _generate() -> tuple[str, Mapping[str, Any]]:
    private = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)
    return str(uuid.uuid4()), {name: private[name] for name in (*PUBLIC_PARTS, "d")}


def _public(kid: str, jwk: Mapping[str, str]) -> dict[str, object]:
    parts = {name: jwk[name] for name in PUBLIC_PARTS}
    return {**parts, "alg": "ES256", "use": "sig", "key_ops": ["verify"], "ext": True, "kid": kid}


def _derive(private_part: str, refresh_token: str) -> str:
    return base64.urlsafe_b64encode(_keyed(private_part, b"leadledger refresh tokens", refresh_token)[:24]).decode()
