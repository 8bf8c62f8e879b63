"""What holds for every answer: one error body, an id, safe headers, honest health, and no leaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from leadledger.app import create_app
from leadledger.database import PROBE_PATIENCE, Database
from leadledger.errors import Unavailable
from leadledger.settings import ApiSettings
from tests.integration.api.conftest import FRONTEND, make_settings, serve, sign_up
from tests.integration.api.rows import QUERIES as ROWS

NOWHERE = "postgresql://nobody:secret-password@127.0.0.1:1/none"
ERROR_FIELDS = {"code", "message", "field", "request_id"}


@pytest.fixture
def app(settings: ApiSettings) -> FastAPI:
    """The application, to be changed by a test."""
    return create_app(settings)


@pytest.fixture
def away(tmp_path: Path) -> Iterator[httpx.Client]:
    """An API whose database is not there."""
    with serve(create_app(make_settings(NOWHERE, tmp_path))) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing/here", 404, "not_found"),
        ("GET", "/api/leads/", 404, "not_found"),
        ("POST", "/api/leads", 405, "method_not_allowed"),
        ("DELETE", "/health", 405, "method_not_allowed"),
        ("GET", "/health?verbose=1", 400, "invalid_parameter"),
        ("GET", "/api/coverage?x=1", 400, "invalid_parameter"),
        ("GET", "/api/leads", 401, "unauthorized"),
        ("GET", "/api/pages/" + "0" * 64, 401, "unauthorized"),
    ],
)
def test_every_refusal_has_the_one_body(server: httpx.Client, method: str, path: str, status: int, code: str) -> None:
    answer = server.request(method, path)
    body = answer.json()
    assert answer.status_code == status
    assert set(body) == ERROR_FIELDS
    assert body["code"] == code
    assert body["request_id"] == answer.headers["x-request-id"]


def test_missing_token_is_challenged(server: httpx.Client) -> None:
    assert server.get("/api/leads").headers["www-authenticate"] == 'Bearer realm="leadledger"'


def test_request_id_of_the_caller_is_kept_when_it_is_harmless(server: httpx.Client) -> None:
    assert server.get("/health", headers={"X-Request-Id": "trace-12345"}).headers["x-request-id"] == "trace-12345"
    forged = server.get("/health", headers={"X-Request-Id": 'a" b: c'}).headers["x-request-id"]
    assert forged != 'a" b: c'


def test_bug_is_answered_without_its_details(app: FastAPI, capsys: pytest.CaptureFixture[str]) -> None:
    def break_down() -> None:
        raise RuntimeError("secret-password of owner@example.com")

    app.add_api_route("/broken", break_down)
    app.add_api_route("/api/broken", break_down)
    with serve(app) as client:
        answer = client.get("/broken")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    failed = next(line for line in lines if line["event"] == "request.failed")
    assert answer.status_code == 500
    assert (set(answer.json()), answer.json()["code"]) == (ERROR_FIELDS, "internal_error")
    assert "secret-password" not in answer.text
    assert failed["request_id"] == answer.json()["request_id"]
    assert "owner@example.com" not in json.dumps(lines)


def test_bug_of_the_provider_is_answered_in_gotrues_words(app: FastAPI) -> None:
    def break_down() -> None:
        raise RuntimeError("secret-password")

    mounted = next(route for route in app.routes if getattr(route, "path", "") == "/auth/v1")
    mounted.app.add_api_route("/broken", break_down)  # type: ignore[attr-defined]  # a Mount has an app
    with serve(app) as client:
        answer = client.get("/auth/v1/broken", headers={"X-Supabase-Api-Version": "2024-01-01"})
    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected_failure")
    assert "secret-password" not in answer.text


@pytest.mark.parametrize("path", ["/health", "/nothing", "/auth/v1/health", "/auth/v1/nothing", "/api/leads"])
def test_every_answer_has_safe_headers(server: httpx.Client, path: str) -> None:
    headers = server.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers


def test_only_the_web_apps_origin_may_read_answers(server: httpx.Client) -> None:
    ours = server.get("/health", headers={"Origin": FRONTEND})
    others = server.get("/health", headers={"Origin": "https://evil.example.test"})
    assert ours.headers["access-control-allow-origin"] == FRONTEND
    assert "access-control-allow-origin" not in others.headers
    assert "x-request-id" in ours.headers["access-control-expose-headers"].lower()


def test_large_answers_are_compressed(server: httpx.Client) -> None:
    assert server.get("/api/coverage").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in server.get("/health").headers


def test_log_line_names_the_route_and_nothing_of_the_query(
    server: httpx.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    token = sign_up(server)["access_token"]
    server.get("/api/leads", params={"q": "12 secret street"}, headers={"Authorization": f"Bearer {token}"})
    server.get("/auth/v1/user?apikey=sb_publishable_x")
    out = capsys.readouterr().out
    assert '"route":"/api/leads"' in out
    assert '"route":"/auth/v1/user"' in out
    for secret in ("secret", token, "owner@example.com", "sb_publishable"):
        assert secret not in out


def test_healthy_process_says_so(server: httpx.Client) -> None:
    assert server.get("/health").json() == {"status": "ok", "version": "0.1.0"}
    assert server.get("/readyz").status_code == 200
    assert server.get("/api/supa-env-check").json() == {
        "database_status": "connected",
        "payments_status": "off",
    }


def test_database_that_is_away_is_told_in_one_word(away: httpx.Client) -> None:
    assert away.get("/api/supa-env-check").json()["database_status"] == "error"
    ready, health = away.get("/readyz"), away.get("/health")
    assert (ready.status_code, ready.json()["code"]) == (503, "unavailable")
    assert (health.status_code, health.json()["code"]) == (503, "unavailable")
    assert int(ready.headers["retry-after"]) > 0
    assert "secret-password" not in ready.text + health.text


def test_database_without_migrations_is_degraded(
    template_database: str, api_database_url: str, owner: psycopg.Connection, server: httpx.Client
) -> None:
    owner.execute(ROWS["lose_a_table"])
    assert server.get("/api/supa-env-check").json()["database_status"] == "degraded"
    assert server.get("/readyz").status_code == 503


def test_restarted_database_costs_no_request(server: httpx.Client, owner: psycopg.Connection) -> None:
    assert server.get("/readyz").status_code == 200
    owner.execute(ROWS["end_api_connections"])
    assert [server.get("/readyz").status_code for _ in range(5)] == [200] * 5


def test_statement_that_takes_too_long_is_unavailable_not_a_bug(api_database_url: str) -> None:
    database = Database(api_database_url, size=1)
    database.open()
    with (
        pytest.raises(Unavailable),
        database.acting_as("anon", patience=PROBE_PATIENCE._replace(statement_ms=50)) as conn,
    ):
        conn.execute(ROWS["take_long"])
    database.close()


def test_role_and_claims_do_not_outlive_their_transaction(api_database_url: str) -> None:
    database = Database(api_database_url, size=1)
    database.open()
    with database.acting_as("authenticated", {"sub": "6f1d3c5e-7f7f-4b39-9d1c-0f6a3f0f5a10"}) as conn:
        during = conn.execute(ROWS["who_am_i"]).fetchone()
    with database.acting_as("anon") as conn:
        after = conn.execute(ROWS["who_am_i"]).fetchone()
    database.close()
    assert during == ("authenticated", "6f1d3c5e-7f7f-4b39-9d1c-0f6a3f0f5a10")
    assert after == ("anon", None)
