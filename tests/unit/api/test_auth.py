"""Which tokens are believed: every way of being wrong that is known, and the few ways of being right."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from leadledger.auth import TokenVerifier, read_bearer
from leadledger.errors import Forbidden, Unauthorized, Unavailable
from leadledger.keys import JwksUnavailable, KeyRing
from tests.unit.api.tokens import (
    EC_KEY,
    ISSUER,
    OTHER_EC_KEY,
    PREVIOUS_SECRET,
    RSA_KEY,
    SECRET,
    USER_ID,
    Clock,
    Issuer,
    claims,
    ec_jwk,
    rsa_jwk,
    sign,
)

HOUR = 3600
PUBLIC_PEM = EC_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def now() -> int:
    """Seconds since 1970; tokens are minted when their test runs."""
    return int(time.time())


def make_verifier(issuer: Issuer | None = None, secrets: tuple[str, ...] = (SECRET, PREVIOUS_SECRET)) -> TokenVerifier:
    """A verifier of one EC and one RSA key, and of two legacy secrets."""
    issuer = issuer or Issuer(ec_jwk(), rsa_jwk())
    return TokenVerifier(ISSUER, KeyRing(issuer.fetch), secrets, api_keys=("sb_publishable_x", "sb_secret_y"))


def forge(header: dict[str, Any], payload: dict[str, Any], signature: bytes = b"") -> str:
    """A token put together by hand."""
    parts = [json.dumps(header).encode(), json.dumps(payload).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def unsafe_hs256(secret: str, kid: str | None) -> str:
    """HS256 over a public key's text, which libraries refuse to sign with."""
    header = {"alg": "HS256", "typ": "JWT", **({"kid": kid} if kid else {})}
    unsigned = forge(header, claims()).rsplit(".", 1)[0]
    digest = hmac.digest(secret.encode(), unsigned.encode(), hashlib.sha256)
    return f"{unsigned}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def sign_with_header(key: EllipticCurvePrivateKey, **header: Any) -> str:
    """A token with more in its header than an issuer puts there."""
    return jwt.encode(claims(), key, "ES256", headers={"kid": "ec-1", **header})


def in_der(token: str) -> str:
    """The same signature in another encoding, which must not be a second way to write a token."""
    unsigned, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    return f"{unsigned}.{base64.urlsafe_b64encode(der).decode().rstrip('=')}"


GOOD: dict[str, Callable[[], str]] = {
    "ES256": sign,
    "RS256": lambda: sign(RSA_KEY, "RS256", "rsa-1"),
    "HS256, current secret": lambda: sign(SECRET, "HS256", None),
    "HS256, previous secret": lambda: sign(PREVIOUS_SECRET, "HS256", None),
    "HS256 with the legacy key's id": lambda: sign(SECRET, "HS256", "legacy"),
    "audience in an array": lambda: sign(aud=["something", "authenticated"]),
    "expired within the leeway": lambda: sign(exp=now() - 30, iat=now() - HOUR),
    "not before, within the leeway": lambda: sign(nbf=now() + 30),
}
BAD: dict[str, Callable[[], str]] = {
    "expired": lambda: sign(exp=now() - 120, iat=now() - HOUR),
    "not valid yet": lambda: sign(nbf=now() + 600),
    "issued in the future": lambda: sign(iat=now() + 600),
    "wrong audience": lambda: sign(aud="anon"),
    "wrong audience in an array": lambda: sign(aud=["anon", "other"]),
    "no audience": lambda: sign(aud=None),
    "wrong issuer": lambda: sign(iss="https://other.example.test/auth/v1"),
    "issuer with a path more": lambda: sign(iss=ISSUER + "/"),
    "no issuer": lambda: sign(iss=None),
    "no subject": lambda: sign(sub=None),
    "subject is no id": lambda: sign(sub="admin"),
    "no expiry": lambda: sign(exp=None),
    "role anon": lambda: sign(role="anon"),
    "role service_role": lambda: sign(role="service_role"),
    "no role": lambda: sign(role=None),
    "alg none": lambda: forge({"alg": "none", "typ": "JWT", "kid": "ec-1"}, claims()),
    "alg none, no kid": lambda: forge({"alg": "none", "typ": "JWT"}, claims()),
    "HS256 with the public key as secret": lambda: unsafe_hs256(PUBLIC_PEM, "ec-1"),
    "HS256 with the public key as secret, no kid": lambda: unsafe_hs256(PUBLIC_PEM, None),
    "HS256 with another secret": lambda: sign("another-secret-with-at-least-32-characters", "HS256", None),
    "HS512 with the right secret": lambda: sign(SECRET * 2, "HS512", None),
    "ES256 under another key": lambda: sign(OTHER_EC_KEY),
    "RS256 word under the EC key's id": lambda: sign(RSA_KEY, "RS256", "ec-1"),
    "unknown kid": lambda: sign(OTHER_EC_KEY, kid="ec-9"),
    "ES256 without kid": lambda: sign(kid=None),
    "kid of another kind": lambda: forge({"alg": "ES256", "kid": 7}, claims()),
    "legacy anon key": lambda: jwt.encode(
        {"iss": "supabase", "ref": "abc", "role": "anon", "exp": now() + HOUR}, SECRET
    ),
    "legacy service key": lambda: jwt.encode({"iss": "supabase", "role": "service_role", "exp": now() + HOUR}, SECRET),
    "publishable key": lambda: "sb_publishable_x",
    "secret key": lambda: "sb_secret_y",
    "no token at all": lambda: "not.a.token",
    "empty parts": lambda: "..",
    "algorithm in capitals and a zero signature": lambda: forge({"alg": "ES256", "kid": "ec-1"}, claims(), bytes(64)),
    "no signature": lambda: sign().rsplit(".", 1)[0] + ".",
    "signature in DER": lambda: in_der(sign()),
    "key of its own in the header": lambda: sign_with_header(OTHER_EC_KEY, jwk=ec_jwk("ec-1", OTHER_EC_KEY)),
    "key address in the header": lambda: sign_with_header(OTHER_EC_KEY, jku="https://evil.example.test/jwks.json"),
    "critical extension nobody knows": lambda: sign_with_header(EC_KEY, crit=["unknown"], unknown=True),
    "kid as a path": lambda: sign(kid="../../ec-1"),
    "expiry is no number": lambda: sign(exp="tomorrow"),
    "expiry without an end": lambda: sign(exp=float("inf")),
    "expiry is a list": lambda: sign(exp=[now() + HOUR]),
    "not before is no number": lambda: sign(nbf="soon"),
    "issued at no number": lambda: sign(iat="today"),
    "audience is an object": lambda: sign(aud={"authenticated": True}),
    "role is a list": lambda: sign(role=["authenticated"]),
    "role in capitals": lambda: sign(role="AUTHENTICATED"),
    "role of the database": lambda: sign(role="postgres"),
    "five parts, as if encrypted": lambda: sign() + ".x.y",
    "payload is a list": lambda: forge({"alg": "ES256", "kid": "ec-1"}, claims())[:20] + ".W10.AAAA",
}


@pytest.mark.parametrize("mint", GOOD.values(), ids=GOOD.keys())
def test_good_token_is_believed(mint: Callable[[], str]) -> None:
    assert make_verifier().verify(mint()).user_id == UUID(USER_ID)


@pytest.mark.parametrize("mint", BAD.values(), ids=BAD.keys())
def test_bad_token_is_refused(mint: Callable[[], str]) -> None:
    with pytest.raises(Unauthorized) as refused:
        make_verifier().verify(mint())
    assert 'error="invalid_token"' in refused.value.headers["WWW-Authenticate"]


def test_tampered_payload_is_refused() -> None:
    header, _, signature = sign().split(".")
    payload = forge({}, claims(sub="00000000-0000-4000-8000-000000000000")).split(".")[1]
    with pytest.raises(Unauthorized):
        make_verifier().verify(f"{header}.{payload}.{signature}")


def test_signed_out_session_is_refused_where_that_is_known() -> None:
    ended = "5f0f7f0e-4a43-4f0f-8d3c-0d5f0f7f0e4a"
    verifier = TokenVerifier(ISSUER, KeyRing(Issuer(ec_jwk()).fetch), has_ended=lambda session_id: session_id == ended)
    verifier.verify(sign())
    with pytest.raises(Unauthorized, match="signed out"):
        verifier.verify(sign(session_id=ended))


def test_unknown_ends_of_sessions_let_nobody_in() -> None:
    def fail(_: object) -> bool:
        raise Unavailable("the database is away")

    with pytest.raises(Unavailable):
        TokenVerifier(ISSUER, KeyRing(Issuer(ec_jwk()).fetch), has_ended=fail).verify(sign())


def test_roles_in_user_metadata_change_nothing() -> None:
    caller = make_verifier().verify(sign(user_metadata={"role": "service_role", "is_admin": True}))
    assert caller.claims["role"] == "authenticated"
    assert "user_metadata" not in caller.claims


def test_anonymous_user_is_known_but_may_not_come_in() -> None:
    with pytest.raises(Forbidden):
        make_verifier().verify(sign(is_anonymous=True))


def test_secrets_are_not_believed_when_none_is_configured() -> None:
    with pytest.raises(Unauthorized):
        make_verifier(secrets=()).verify(sign(SECRET, "HS256", None))


def test_both_keys_verify_during_a_rotation_and_the_old_one_no_more_after_it() -> None:
    issuer = Issuer(ec_jwk("old"), ec_jwk("new", OTHER_EC_KEY))
    clock = Clock()
    verifier = TokenVerifier(ISSUER, KeyRing(issuer.fetch, clock))
    old, new = sign(kid="old"), sign(OTHER_EC_KEY, kid="new")
    verifier.verify(old)
    verifier.verify(new)
    issuer.keys = [ec_jwk("new", OTHER_EC_KEY)]
    clock.now += 301
    verifier.verify(new)
    with pytest.raises(Unauthorized):
        verifier.verify(old)


def test_token_under_a_brand_new_key_is_believed_after_one_refetch() -> None:
    issuer, clock = Issuer(ec_jwk("old")), Clock()
    verifier = TokenVerifier(ISSUER, KeyRing(issuer.fetch, clock))
    verifier.verify(sign(kid="old"))
    issuer.keys.append(ec_jwk("new", OTHER_EC_KEY))
    clock.now += 31
    verifier.verify(sign(OTHER_EC_KEY, kid="new"))
    assert issuer.asked == 2


def test_unknown_kids_do_not_make_us_ask_again_and_again() -> None:
    issuer, clock = Issuer(ec_jwk()), Clock()
    verifier = TokenVerifier(ISSUER, KeyRing(issuer.fetch, clock))
    for number in range(20):
        clock.now += 1
        with pytest.raises(Unauthorized):
            verifier.verify(sign(OTHER_EC_KEY, kid=f"guess-{number}"))
    assert issuer.asked == 1


def test_no_keys_at_all_means_no_token_is_believed() -> None:
    issuer = Issuer()
    issuer.error = JwksUnavailable("down")
    with pytest.raises(Unavailable):
        make_verifier(issuer).verify(sign())


def test_cached_keys_carry_over_a_short_outage_and_not_a_long_one() -> None:
    issuer, clock = Issuer(ec_jwk()), Clock()
    verifier = TokenVerifier(ISSUER, KeyRing(issuer.fetch, clock))
    verifier.verify(sign())
    issuer.error = JwksUnavailable("down")
    clock.now += 590
    verifier.verify(sign())
    clock.now += 11
    with pytest.raises(Unavailable):
        verifier.verify(sign())


def test_an_outage_is_not_hammered() -> None:
    issuer, clock = Issuer(), Clock()
    issuer.error = JwksUnavailable("down")
    key_ring = KeyRing(issuer.fetch, clock)
    for _ in range(50):
        clock.now += 0.05
        with pytest.raises(Unavailable):
            key_ring.find("ec-1")
    assert issuer.asked == 1


def test_published_secrets_and_keys_for_encryption_are_no_signature_keys() -> None:
    shared = base64.urlsafe_b64encode(SECRET.encode()).decode()
    issuer = Issuer({"kty": "oct", "kid": "shared", "alg": "HS256", "k": shared}, {**ec_jwk("enc"), "use": "enc"})
    verifier = TokenVerifier(ISSUER, KeyRing(issuer.fetch))
    for token in (sign(SECRET, "HS256", "shared"), sign(kid="enc")):
        with pytest.raises(Unauthorized):
            verifier.verify(token)


def test_key_is_bound_to_the_algorithm_of_its_kind_whatever_it_says() -> None:
    verifier = TokenVerifier(ISSUER, KeyRing(Issuer({**rsa_jwk(), "alg": "HS256"}).fetch))
    with pytest.raises(Unauthorized):
        verifier.verify(sign(RSA_KEY, "RS256", "rsa-1"))


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", "abc", "Bearer " + "x" * 9000])
def test_header_without_a_bearer_token_is_refused(header: str | None) -> None:
    with pytest.raises(Unauthorized) as refused:
        read_bearer(header)
    assert refused.value.headers["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER  abc "])
def test_bearer_token_is_read_whatever_the_case_of_the_scheme(header: str) -> None:
    assert read_bearer(header) == "abc"
