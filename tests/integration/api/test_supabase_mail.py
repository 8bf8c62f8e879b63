"""The unmodified Python `supabase` client, and what reaches a mailbox when it asks for mail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from psycopg import sql
from supabase_auth.errors import AuthApiError

from leadledger.app import create_app
from leadledger.database import Database
from supabase import Client, ClientOptions, create_client
from tests.integration.api.conftest import FRONTEND, PUBLISHABLE_KEY, make_settings, serve
from tests.integration.api.rows import QUERIES as ROWS
from tests.integration.mailbox import Mailbox, code_in, link_in, running_mailbox

EMAIL, PASSWORD = "owner@example.com", "correct horse"
PATIENCE_SECONDS = 60  # the client's own 5 are too few where all cores are taken


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """The mail server of this test."""
    with running_mailbox() as running:
        yield running


@pytest.fixture
def server(api_database_url: str, tmp_path: Path, mailbox: Mailbox) -> Iterator[httpx.Client]:
    """An API whose provider asks for confirmation by mail."""
    mail = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_security": "none", "mail_from": "a@example.test"}
    with serve(create_app(make_settings(api_database_url, tmp_path, **mail))) as client:
        yield client


def make_client(server: httpx.Client, flow: str) -> Client:
    options = ClientOptions(
        flow_type="pkce" if flow == "pkce" else "implicit", httpx_client=httpx.Client(timeout=PATIENCE_SECONDS)
    )
    return create_client(str(server.base_url).rstrip("/"), PUBLISHABLE_KEY, options)


def location(server: httpx.Client, link: str) -> str:
    """Where the link of a mail leads; the address in it is that of a public API."""
    parts = urlsplit(link)
    answer = server.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def leads_status(server: httpx.Client, client: Client) -> int:
    session = client.auth.get_session()
    assert session is not None
    return server.get("/api/leads", headers={"Authorization": f"Bearer {session.access_token}"}).status_code


def test_sign_up_confirm_reset_link_and_sign_out(server: httpx.Client, mailbox: Mailbox) -> None:
    client = make_client(server, "implicit")
    signed_up = client.auth.sign_up({"email": EMAIL, "password": PASSWORD})
    assert signed_up.session is None
    assert signed_up.user is not None
    with pytest.raises(AuthApiError) as waiting:
        client.auth.sign_in_with_password({"email": EMAIL, "password": PASSWORD})
    assert waiting.value.code == "email_not_confirmed"
    with pytest.raises(AuthApiError) as early:
        client.auth.resend({"type": "signup", "email": EMAIL})
    assert (early.value.status, early.value.code) == (429, "over_email_send_rate_limit")
    code = code_in(mailbox.next_mail(EMAIL))
    confirmed = client.auth.verify_otp({"type": "signup", "email": EMAIL, "token": code})
    assert confirmed.user is not None
    assert confirmed.user.id == signed_up.user.id
    assert leads_status(server, client) == 200

    client.auth.reset_password_for_email(EMAIL)
    (token,) = parse_qs(urlsplit(link_in(mailbox.next_mail(EMAIL))).query)["token"]
    client.auth.verify_otp({"type": "recovery", "token_hash": token})
    client.auth.update_user({"password": "another horse"})
    client.auth.sign_out()
    client.auth.sign_in_with_password({"email": EMAIL, "password": "another horse"})
    client.auth.refresh_session()
    client.auth.sign_out()

    client.auth.sign_in_with_otp({"email": EMAIL})
    code = code_in(mailbox.next_mail(EMAIL))
    assert client.auth.verify_otp({"type": "email", "email": EMAIL, "token": code}).session is not None
    client.auth.sign_out()
    assert client.auth.get_session() is None
    client.auth.close()


def test_rows_of_one_account_are_refused_to_another(
    server: httpx.Client, mailbox: Mailbox, api_database_url: str
) -> None:
    tokens = {}
    for email in (EMAIL, "other@example.com"):
        client = make_client(server, "implicit")
        client.auth.sign_up({"email": email, "password": PASSWORD})
        answer = client.auth.verify_otp({"type": "signup", "email": email, "token": code_in(mailbox.next_mail(email))})
        assert answer.session is not None
        tokens[email] = answer.session.access_token
        assert ask(server, tokens[email], "GET", "/api/account").status_code == 200
        client.auth.close()
    mine, other = tokens.values()
    made = ask(server, mine, "POST", "/api/territories", json={"name": "Mine", "zips": ["78701"]})
    path = f"/api/territories/{made.json()['territory_id']}"
    assert [ask(server, token, "GET", "/api/territories").json()["territories"] != [] for token in tokens.values()] == [
        True,
        False,
    ]
    assert ask(server, other, "DELETE", path).status_code == 404
    assert [count_territories(api_database_url, token) for token in tokens.values()] == [1, 0]
    assert ask(server, mine, "DELETE", path).status_code < 300


def ask(server: httpx.Client, token: str, method: str, path: str, **more: Any) -> httpx.Response:
    return server.request(method, path, headers={"Authorization": f"Bearer {token}"}, **more)


def count_territories(api_database_url: str, token: str) -> int:
    """What SQL shows to the holder of this token, asked as Supabase's REST interface would."""
    database = Database(api_database_url, size=1)
    database.open()
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
        statement = ROWS["read_column"].format(
            column=sql.Identifier("territory_id"), schema=sql.Identifier("public"), table=sql.Identifier("territories")
        )
        with database.acting_as("authenticated", claims) as conn:
            return len(conn.execute(statement).fetchall())
    finally:
        database.close()


def test_pkce_code_of_the_link_is_exchanged(server: httpx.Client, mailbox: Mailbox) -> None:
    client = make_client(server, "pkce")
    client.auth.sign_in_with_otp({"email": EMAIL, "options": {"email_redirect_to": f"{FRONTEND}/auth/callback"}})
    page = urlsplit(location(server, link_in(mailbox.next_mail(EMAIL))))
    (code,) = parse_qs(page.query)["code"]
    assert page.path == "/auth/callback"
    other = make_client(server, "pkce")
    with pytest.raises(AuthApiError) as stolen:
        other.auth.exchange_code_for_session({"auth_code": code, "code_verifier": "x" * 50})
    assert stolen.value.code == "bad_code_verifier"
    client.auth.exchange_code_for_session({"auth_code": code})
    assert leads_status(server, client) == 200
    for one in (client, other):
        one.auth.close()


def test_change_of_address_is_agreed_to_twice(server: httpx.Client, mailbox: Mailbox) -> None:
    client = make_client(server, "implicit")
    client.auth.sign_up({"email": EMAIL, "password": PASSWORD})
    client.auth.verify_otp({"type": "signup", "email": EMAIL, "token": code_in(mailbox.next_mail(EMAIL))})
    client.auth.update_user({"email": "new@example.com"})
    codes = {email: code_in(mailbox.next_mail(email)) for email in (EMAIL, "new@example.com")}
    first = client.auth.verify_otp({"type": "email_change", "email": EMAIL, "token": codes[EMAIL]})
    assert first.session is None
    second = client.auth.verify_otp(
        {"type": "email_change", "email": "new@example.com", "token": codes["new@example.com"]}
    )
    assert second.user is not None
    assert second.user.email == "new@example.com"
    client.auth.close()
