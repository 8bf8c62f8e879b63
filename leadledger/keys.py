"""Public keys that tokens may be signed with: fetched as a JWK set, kept for minutes, never trusted for longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

import httpx
import structlog
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from leadledger.errors import Unavailable

FRESH_SECONDS = 300.0  # from here on a refetch is tried, but a failing one does no harm yet
EXPIRES_SECONDS = 600.0  # Supabase's own cache life; beyond it nothing is believed
UNKNOWN_KID_SECONDS = 30.0  # at most one refetch in this time for key ids nobody has heard of
FAILED_SECONDS = 5.0  # after a failed fetch, none for this long

# The one algorithm each kind of key may verify; what a token's header claims is only compared with it.
ALGORITHMS: Mapping[tuple[str, str | None], str] = {
    ("EC", "P-256"): "ES256",
    ("RSA", None): "RS256",
    ("OKP", "Ed25519"): "EdDSA",
}

FetchKeys = Callable[[], Mapping[str, object]]
log = structlog.get_logger()


class JwksUnavailable(Exception):
    """The key set cannot be had or is no key set."""


class KeyRing:
    """The current public keys by `kid`; safe to share between threads."""

    def __init__(self, fetch: FetchKeys, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: Mapping[str, PyJWK] = {}
        self._fetched_at: float | None = None
        self._tried_at = float("-inf")

    def find(self, kid: str) -> PyJWK | None:
        """The key of this id, or None when the issuer does not list it.

        Raises:
            Unavailable: the issuer's keys cannot be fetched and none are cached.
        """
        if self._age() > FRESH_SECONDS:
            self._refresh(FAILED_SECONDS)
        elif kid not in self._keys:
            self._refresh(UNKNOWN_KID_SECONDS)
        if self._age() > EXPIRES_SECONDS:
            raise Unavailable("the issuer's signing keys cannot be fetched, so no token can be checked; try again")
        return self._keys.get(kid)

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._clock() - self._fetched_at

    def _refresh(self, cool_down_seconds: float) -> None:
        """Fetch anew, one thread at a time and not again within the cool-down; a failure leaves the old keys."""
        with self._lock:
            if self._clock() - self._tried_at < cool_down_seconds:
                return
            self._tried_at = self._clock()
            try:
                keys = read_keys(self._fetch())
            except JwksUnavailable as error:
                log.warning("jwks.fetch_failed", reason=str(error))
                return
            self._keys, self._fetched_at = keys, self._clock()


def read_keys(jwks: Mapping[str, object]) -> dict[str, PyJWK]:
    """Signature keys of a JWK set by `kid`, each bound to the one algorithm of its kind.

    Secret (`oct`) keys, keys for encryption and kinds we do not verify are left out: a published secret is none.

    Raises:
        JwksUnavailable: this is no JWK set.
    """
    listed = jwks.get("keys")
    if not isinstance(listed, list):
        raise JwksUnavailable("the answer has no list of keys")
    found = (_read_key(jwk) for jwk in listed if isinstance(jwk, dict))
    return {key.key_id: key for key in found if key is not None and key.key_id is not None}


def fetch_jwks(url: str) -> FetchKeys:
    """How to get the key set published at `url`."""

    def fetch() -> Mapping[str, object]:
        try:
            answer = httpx.get(url, timeout=5.0, headers={"Accept": "application/json"})
            answer.raise_for_status()
            jwks = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise JwksUnavailable(f"{url}: {type(error).__name__}") from None
        if not isinstance(jwks, dict):
            raise JwksUnavailable(f"{url}: not a JWK set")
        return jwks

    return fetch


def _read_key(jwk: dict[str, object]) -> PyJWK | None:
    kind = str(jwk.get("kty"))
    algorithm = ALGORITHMS.get((kind, str(jwk["crv"]) if "crv" in jwk else None))
    is_for_signatures = jwk.get("use", "sig") == "sig" and jwk.get("alg", algorithm) == algorithm
    if algorithm is None or not is_for_signatures or not isinstance(jwk.get("kid"), str):
        return None
    public = {name: value for name, value in jwk.items() if name not in ("d", "p", "q", "dp", "dq", "qi")}
    try:
        return PyJWK(public, algorithm=algorithm)
    except PyJWTError:
        return None
