"""What a client does with a provider that sends mail."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt

from tests.integration.api.gotrue import PASSWORD
from tests.integration.mailbox import Mailbox, code_in


def new_email() -> str:
    return f"owner-{secrets.token_hex(4)}@example.com"


def sign_up(auth: httpx.Client, email: str, **more: object) -> dict[str, Any]:
    answer = auth.post("signup", json={"email": email, "password": PASSWORD, **more})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def sign_in(auth: httpx.Client, email: str, password: str = PASSWORD) -> httpx.Response:
    return auth.post("token", params={"grant_type": "password"}, json={"email": email, "password": password})


def confirmed(auth: httpx.Client, mailbox: Mailbox, email: str) -> dict[str, Any]:
    """A session of a new user whose address is confirmed."""
    sign_up(auth, email)
    return verify(auth, "signup", email, code_in(mailbox.next_mail(email))).json()  # type: ignore[no-any-return]


def verify(auth: httpx.Client, type_: str, email: str, code: str) -> httpx.Response:
    return auth.post("verify", json={"type": type_, "email": email, "token": code})


def follow(auth: httpx.Client, link: str) -> tuple[str, dict[str, list[str]], dict[str, list[str]]]:
    """Where a browser without any key ends up: page, query, fragment."""
    parts = urlsplit(link)
    answer = httpx.get(str(auth.base_url.join("/auth/v1/verify")), params=parse_qs(parts.query))
    assert answer.status_code == 303, answer.text
    assert answer.headers["cache-control"] == "no-store"
    page = urlsplit(answer.headers["location"])
    return f"{page.scheme}://{page.netloc}{page.path}", parse_qs(page.query), parse_qs(page.fragment)


def make_pkce() -> tuple[str, dict[str, str]]:
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return verifier, {"code_challenge": challenge, "code_challenge_method": "s256"}


def exchange(auth: httpx.Client, code: str, verifier: str) -> httpx.Response:
    body = {"auth_code": code, "code_verifier": verifier}
    return auth.post("token", params={"grant_type": "pkce"}, json=body)


def claims_of(session: dict[str, Any]) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(session["access_token"], options={"verify_signature": False})
    return claims
