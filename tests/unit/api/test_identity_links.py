"""Where links of mails may lead, who may finish a flow, and what the mails say."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from leadledger.identity.failures import IdentityError
from leadledger.identity.letters import WORDINGS, LinkType, write_letter
from leadledger.identity.one_time import Credentials
from leadledger.identity.pkce import Challenge, read_challenge
from leadledger.identity.redirects import Redirects, add_code, add_error, add_session
from leadledger.settings import ApiSettings

SITE, APP = "https://leads.example.test", "http://127.0.0.1:3000"
REDIRECTS = Redirects((SITE, APP))
# RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("asked", "url"),
    [
        (f"{SITE}/welcome?next=%2Fleads", f"{SITE}/welcome?next=%2Fleads"),
        (f"{APP}/auth/callback#old", f"{APP}/auth/callback"),
        (APP, APP),
    ],
)
def test_page_of_a_configured_site_is_led_to(asked: str, url: str) -> None:
    assert REDIRECTS.choose(asked) == url


@pytest.mark.parametrize(
    "asked",
    [
        None,
        "",
        "/welcome",
        "//evil.example.test",
        "https://evil.example.test/",
        "http://leads.example.test/",
        "https://leads.example.test:444/",
        "https://leads.example.test.evil.example.test/",
        "https://leads.example.test@evil.example.test/",
        "https://user:secret@leads.example.test/",
        "https://leads.example.test\\@evil.example.test/",
        "https:\\\\leads.example.test",
        "https://evil.example.test\t//leads.example.test",
        " https://leads.example.test/",
        "https://leads.example.test/\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "javascript://leads.example.test/%0aalert(1)",
        "https://[leads.example.test/",
        f"{SITE}/{'a' * 3000}",
    ],
)
def test_any_other_address_leads_to_the_first_site(asked: str | None) -> None:
    assert REDIRECTS.choose(asked) == SITE


def test_session_travels_in_the_fragment_and_a_code_in_the_query() -> None:
    answer = {
        "access_token": "a.b.c",
        "refresh_token": "r=&#",
        "expires_in": 3600,
        "expires_at": 7,
        "token_type": "bearer",
    }
    implicit = urlsplit(add_session(f"{APP}/x?y=1", answer, "signup"))
    assert implicit.query == "y=1"
    assert parse_qs(implicit.fragment)["refresh_token"] == ["r=&#"]
    assert parse_qs(implicit.fragment)["type"] == ["signup"]
    pkce = urlsplit(add_code(f"{APP}/x?y=%26&code=mine", "the code"))
    assert parse_qs(pkce.query) == {"y": ["&"], "code": ["the code"]}
    assert pkce.fragment == ""


def test_errors_are_told_as_gotrue_does() -> None:
    error = IdentityError(403, "otp_expired", "Email link is invalid or has expired")
    told = {
        "error": ["access_denied"],
        "error_code": ["otp_expired"],
        "error_description": ["Email link is invalid or has expired"],
    }
    implicit, pkce = (urlsplit(add_error(APP, error, is_pkce=is_pkce)) for is_pkce in (False, True))
    assert parse_qs(implicit.fragment) == parse_qs(pkce.fragment) == parse_qs(pkce.query) == told
    assert implicit.query == ""


def test_challenge_of_the_rfc_fits_its_verifier_only() -> None:
    challenge = read_challenge(CHALLENGE, "S256")
    assert challenge == Challenge(CHALLENGE, "s256")
    assert challenge.fits(VERIFIER)
    assert not challenge.fits(VERIFIER[:-1])
    assert not challenge.fits(CHALLENGE)
    assert read_challenge(None, None) is None


def test_plain_challenge_is_the_verifier() -> None:
    challenge = read_challenge(VERIFIER, "plain")
    assert challenge is not None
    assert challenge.fits(VERIFIER)
    assert not challenge.fits(base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode())


@pytest.mark.parametrize(
    ("text", "method"),
    [
        (CHALLENGE, None),
        (None, "s256"),
        (CHALLENGE, "md5"),
        ("short", "s256"),
        ("x" * 129, "s256"),
        (CHALLENGE + "=", "s256"),
        (CHALLENGE + "\n", "s256"),
    ],
)
def test_half_or_odd_challenge_is_refused(text: str | None, method: str | None) -> None:
    with pytest.raises(IdentityError) as refused:
        read_challenge(text, method)
    assert (refused.value.status, refused.value.code) == (400, "validation_failed")


@pytest.mark.parametrize("type_", WORDINGS)
def test_letter_says_link_and_code_in_both_its_bodies(type_: LinkType) -> None:
    letter = write_letter(
        "a@example.test", f"{APP}/auth/v1", type_, Credentials("tok&en", "012345"), f"{SITE}/x?y=1&z=2"
    )
    page = "https%3A%2F%2Fleads.example.test%2Fx%3Fy%3D1%26z%3D2"
    url = f"{APP}/auth/v1/verify?token=tok%26en&type={type_}&redirect_to={page}"
    assert f"\n{url}\n" in letter.text
    assert f'href="{url.replace("&", "&amp;")}"' in (letter.html or "")
    assert "012345" in letter.text
    assert "60 minutes" in letter.text
    assert letter.headers["Auto-Submitted"] == "auto-generated"
    assert "tok" not in repr(letter).replace(letter.key, "")


@pytest.mark.parametrize(
    ("variables", "is_at_once"),
    [
        ({}, True),
        ({"smtp_host": "mail.example.test", "mail_from": "a@example.test"}, False),
        ({"smtp_host": "mail.example.test", "mail_from": "a@example.test", "identity_autoconfirm": True}, True),
        ({"identity_autoconfirm": False}, False),
    ],
)
def test_confirmation_is_asked_for_where_mail_can_be_sent_unless_said_otherwise(
    variables: dict[str, object], is_at_once: bool
) -> None:
    assert ApiSettings.model_validate(variables).confirms_at_once is is_at_once
