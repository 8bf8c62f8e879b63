"""Allowances as two API processes on one database hold them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from leadledger.app import create_app
from leadledger.rate_edge import UNCOUNTED
from leadledger.rate_limits import RateLimits
from tests.integration.api.conftest import FRONTEND, make_settings, serve, sign_up

LIMITS = {"user_limit": 40, "address_limit": 30}


@pytest.fixture
def apps(api_database_url: str, tmp_path: Path) -> Iterator[list[tuple[FastAPI, httpx.Client]]]:
    """Two processes' worth of the API."""
    settings = make_settings(api_database_url, tmp_path, **LIMITS)
    one, other = create_app(settings), create_app(settings)
    with serve(one) as first, serve(other) as second:
        yield [(one, first), (other, second)]


def tell(app: FastAPI) -> None:
    """What the thread does twice a second; now, so that nobody has to wait."""
    limits: RateLimits = app.state.rate_limits
    limits.tell()


def test_allowance_holds_across_processes(apps: list[tuple[FastAPI, httpx.Client]]) -> None:
    answers = in_one_minute(apps)
    assert 40 <= [one.status_code for one in answers].count(200) <= 42
    refused = answers[-1]
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit-policy"] == '"user";q=40;w=60'


def in_one_minute(apps: list[tuple[FastAPI, httpx.Client]]) -> list[httpx.Response]:
    """Fifty questions of one new user, by turns; of another one, should the minute have turned meanwhile."""
    (one, first), (other, second) = apps
    headers = {"Authorization": f"Bearer {sign_up(first, f'{uuid4()}@example.com')['access_token']}"}
    answers = []
    for _ in range(25):
        answers += [client.get("/api/account", headers=headers) for client in (first, second)]
        tell(one)
        tell(other)
    began, ended = (int(answers[place].headers["ratelimit"].partition("t=")[2]) for place in (0, -1))
    return answers if ended <= began else in_one_minute(apps)


WEBHOOK = "/api/stripe/webhook"  # of Stripe no event may be turned away; a body without its proof is refused


def test_probes_are_never_refused_and_visitors_are(apps: list[tuple[FastAPI, httpx.Client]]) -> None:
    (_, client), _ = apps
    statuses = [client.get("/api/trades", headers={"Origin": FRONTEND}) for _ in range(62)]
    refused = next(one for one in statuses if one.status_code == 429)
    assert refused.headers["access-control-allow-origin"] == FRONTEND
    assert refused.headers["x-request-id"] == refused.json()["request_id"]
    probes = UNCOUNTED - {WEBHOOK}
    assert {client.get(path).status_code for path in probes for _ in range(20)} == {200}
    assert {client.post(WEBHOOK, content=b"{}").status_code for _ in range(80)} == {400}
    assert client.get("/api/account", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_every_answer_says_what_is_left(apps: list[tuple[FastAPI, httpx.Client]]) -> None:
    (_, client), _ = apps
    token = sign_up(client, "left@example.com")["access_token"]
    for path, headers, kind in (
        ("/api/trades", {}, "address"),
        ("/api/leads", {"Authorization": f"Bearer {token}"}, "user"),
        ("/api/leads", {"Authorization": "Bearer llp_live_" + "a" * 43}, "unproven"),
    ):
        answer = client.get(path, headers=headers)
        assert answer.headers["ratelimit"].startswith(f'"{kind}";r=')
