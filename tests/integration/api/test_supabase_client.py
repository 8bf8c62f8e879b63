"""The unmodified Python `supabase` client against the embedded provider, and the API behind a real issuer's keys."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from supabase_auth.errors import AuthApiError, AuthWeakPasswordError

from leadledger.app import create_app
from supabase import Client, create_client
from tests.integration.api.conftest import PUBLISHABLE_KEY, make_settings, serve
from tests.unit.api.tokens import OTHER_EC_KEY, SECRET, claims, ec_jwk, sign

EMAIL, PASSWORD = "owner@example.com", "correct horse"


@pytest.fixture
def client(server: httpx.Client) -> Iterator[Client]:
    """A client as an application makes one: address and publishable key."""
    supabase = create_client(str(server.base_url).rstrip("/"), PUBLISHABLE_KEY)
    yield supabase
    supabase.auth.close()


def leads_status(server: httpx.Client, token: str) -> int:
    return server.get("/api/leads", headers={"Authorization": f"Bearer {token}"}).status_code


def access_token(client: Client) -> str:
    session = client.auth.get_session()
    assert session is not None
    return session.access_token


def test_sign_up_read_leads_refresh_and_sign_out(client: Client, server: httpx.Client) -> None:
    signed_up = client.auth.sign_up({"email": EMAIL, "password": PASSWORD, "options": {"data": {"trade": "roofing"}}})
    assert signed_up.session is not None
    assert leads_status(server, access_token(client)) == 200
    before = access_token(client)
    client.auth.refresh_session()
    assert leads_status(server, access_token(client)) == 200
    assert client.auth.get_user().user.user_metadata == {"trade": "roofing"}  # type: ignore[union-attr]  # signed in
    client.auth.sign_out()
    assert client.auth.get_session() is None
    with pytest.raises(AuthApiError) as ended:
        client.auth.get_user(before)
    assert ended.value.code == "session_not_found"


def test_client_verifies_our_tokens_by_itself(client: Client) -> None:
    signed_up = client.auth.sign_up({"email": EMAIL, "password": PASSWORD})
    read = client.auth.get_claims()
    assert read is not None
    assert signed_up.user is not None
    assert read["claims"]["sub"] == signed_up.user.id


def test_client_signs_in_again_and_changes_the_user(client: Client) -> None:
    client.auth.sign_up({"email": EMAIL, "password": PASSWORD})
    client.auth.sign_out()
    client.auth.sign_in_with_password({"email": EMAIL.upper(), "password": PASSWORD})
    client.auth.update_user({"password": "another horse", "data": {"city": "Austin"}})
    client.auth.sign_out()
    signed_in = client.auth.sign_in_with_password({"email": EMAIL, "password": "another horse"})
    assert signed_in.user is not None
    assert signed_in.user.user_metadata == {"city": "Austin"}


def test_client_understands_our_refusals(client: Client) -> None:
    client.auth.sign_up({"email": EMAIL, "password": PASSWORD})
    with pytest.raises(AuthWeakPasswordError) as weak:
        client.auth.sign_up({"email": "other@example.com", "password": "short"})
    with pytest.raises(AuthApiError) as taken:
        client.auth.sign_up({"email": EMAIL, "password": PASSWORD})
    with pytest.raises(AuthApiError) as wrong:
        client.auth.sign_in_with_password({"email": EMAIL, "password": "incorrect horse"})
    assert weak.value.reasons == ["length"]
    assert taken.value.code == "user_already_exists"
    assert wrong.value.code == "invalid_credentials"


class JwksHandler(http.server.BaseHTTPRequestHandler):
    """Answers with the key set of the moment, as Supabase's edge would."""

    keys: ClassVar[list[dict[str, Any]]] = []

    def do_GET(self) -> None:
        """The key set; anything else is not there."""
        body = json.dumps({"keys": self.keys}).encode()
        self.send_response(200 if self.path == "/auth/v1/.well-known/jwks.json" else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def issuer_of(*keys: dict[str, Any]) -> Iterator[str]:
    """Stands for a Supabase project: publishes these keys on loopback."""
    JwksHandler.keys = list(keys)
    project = http.server.ThreadingHTTPServer(("127.0.0.1", 0), JwksHandler)
    threading.Thread(target=project.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{project.server_port}"
    finally:
        project.shutdown()
        project.server_close()


def test_tokens_of_a_supabase_project_are_believed_and_ours_are_gone(api_database_url: str, tmp_path: Path) -> None:
    with issuer_of(ec_jwk()) as url:
        settings = make_settings(api_database_url, tmp_path, supabase_url=url, supabase_jwt_secret=SECRET)
        issuer = f"{url}/auth/v1"
        with serve(create_app(settings)) as server:
            assert leads_status(server, sign(iss=issuer)) == 200
            assert leads_status(server, sign(SECRET, "HS256", None, iss=issuer)) == 200
            assert leads_status(server, sign(OTHER_EC_KEY, iss=issuer)) == 401
            assert leads_status(server, sign(iss=issuer, role="service_role")) == 401
            assert leads_status(server, sign(iss=issuer, is_anonymous=True)) == 403
            assert leads_status(server, PUBLISHABLE_KEY) == 401
            assert server.get("/auth/v1/health").status_code == 404


def test_project_that_is_away_means_nobody_gets_in(api_database_url: str, tmp_path: Path) -> None:
    settings = make_settings(api_database_url, tmp_path, supabase_url="http://127.0.0.1:1")
    with serve(create_app(settings)) as server:
        answer = server.get("/api/leads", headers={"Authorization": f"Bearer {sign(iss='http://127.0.0.1:1/auth/v1')}"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert claims()["sub"] not in answer.text
