"""The provider's rules that need no database."""

from __future__ import annotations

import pytest

from leadledger.identity.failures import IdentityError
from leadledger.identity.limits import RateLimit
from leadledger.identity.passwords import check_strength, hash_password, is_password, read_email
from tests.unit.api.tokens import Clock


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Owner@Example.COM", "owner@example.com"),
        ("  owner@example.com ", "owner@example.com"),
        ("first.last+tag@sub.example.co", "first.last+tag@sub.example.co"),
    ],
)
def test_address_is_kept_in_one_spelling(text: str, email: str) -> None:
    assert read_email(text) == email


@pytest.mark.parametrize(
    "text",
    ["", "owner", "owner@", "@example.com", "a b@example.com", "a@b", "a@-b.com", "a@b..com", "a@b.com\n.org",
     "a\x00@b.com",      "a@" + "b" * 300 + ".com", "a@b.com,c@d.com", "ä@example.com"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(IdentityError) as refused:
        read_email(text)
    assert (refused.value.status, refused.value.code) == (400, "validation_failed")


def test_short_password_is_weak_and_says_why() -> None:
    with pytest.raises(IdentityError) as refused:
        check_strength("1234567")
    assert (refused.value.status, refused.value.code) == (422, "weak_password")
    assert refused.value.extra == {"weak_password": {"reasons": ["length"]}}


def test_endless_password_is_not_hashed() -> None:
    with pytest.raises(IdentityError):
        check_strength("x" * 257)


def test_password_fits_its_own_hash_only() -> None:
    kept = hash_password("correct horse")
    assert kept.startswith("$argon2id$")
    assert is_password("correct horse", kept)
    assert not is_password("correct hors", kept)
    assert not is_password("correct horse", None)
    assert not is_password("correct horse", "no hash at all")


def test_equal_passwords_have_different_hashes() -> None:
    assert hash_password("correct horse") != hash_password("correct horse")


def test_burst_is_allowed_then_refused_then_refilled() -> None:
    clock = Clock()
    limit = RateLimit(3, clock)
    for _ in range(3):
        limit.spend("192.0.2.1")
    with pytest.raises(IdentityError) as refused:
        limit.spend("192.0.2.1")
    assert (refused.value.status, refused.value.code) == (429, "over_request_rate_limit")
    assert refused.value.headers["Retry-After"] == "3"
    limit.spend("192.0.2.2")
    clock.now += 2
    limit.spend("192.0.2.1")
    with pytest.raises(IdentityError):
        limit.spend("192.0.2.1")


def test_bucket_never_holds_more_than_the_burst() -> None:
    clock = Clock()
    limit = RateLimit(2, clock)
    limit.spend("192.0.2.1")
    clock.now += 10_000
    for _ in range(2):
        limit.spend("192.0.2.1")
    with pytest.raises(IdentityError):
        limit.spend("192.0.2.1")
