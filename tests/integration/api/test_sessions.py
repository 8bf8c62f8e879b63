"""Sessions of the embedded provider: refresh, reuse, sign-out, and what the database keeps of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import psycopg
import pytest

from leadledger.database import Connection, Database
from leadledger.identity.bodies import SignUpBody, TokenBody
from leadledger.identity.ended import EndedSessions
from leadledger.identity.failures import IdentityError
from leadledger.identity.provider import IdentityProvider
from tests.integration.api.conftest import PUBLISHABLE_KEY
from tests.integration.api.conftest import sign_up as sign_up_at
from tests.integration.api.gotrue import PASSWORD, bearer, refresh, sign_up
from tests.integration.api.rows import QUERIES as ROWS
from tests.unit.api.tokens import Clock


@pytest.mark.parametrize(
    ("scope", "first_lives", "second_lives"),
    [("local", False, True), ("others", True, False), ("global", False, False), (None, False, False)],
)
def test_sign_out_ends_the_sessions_of_its_scope(
    auth: httpx.Client, scope: str | None, first_lives: bool, second_lives: bool
) -> None:
    email = f"out-{scope}@example.com"
    first = sign_up(auth, email)
    second = auth.post("token", params={"grant_type": "password"}, json={"email": email, "password": PASSWORD}).json()
    answer = auth.post("logout", params={"scope": scope} if scope else {}, headers=bearer(first))
    assert (answer.status_code, answer.content) == (204, b"")
    for session, lives in ((first, first_lives), (second, second_lives)):
        assert (auth.get("user", headers=bearer(session)).status_code == 200) is lives
        assert (refresh(auth, session["refresh_token"]).status_code == 200) is lives


def test_unknown_scope_is_refused(auth: httpx.Client) -> None:
    session = sign_up(auth, "scope@example.com")
    assert auth.post("logout", params={"scope": "galaxy"}, headers=bearer(session)).status_code == 400


def test_refresh_token_is_exchanged_for_the_next_pair(auth: httpx.Client) -> None:
    session = sign_up(auth, "refresh@example.com")
    answer = refresh(auth, session["refresh_token"]).json()
    assert answer["refresh_token"] != session["refresh_token"]
    assert auth.get("user", headers=bearer(answer)).json()["id"] == session["user"]["id"]


def test_parallel_refreshes_of_one_token_get_one_successor(auth: httpx.Client) -> None:
    token = sign_up(auth, "parallel@example.com")["refresh_token"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: refresh(auth, token), range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [({"refresh_token": "never-issued"}, "refresh_token_not_found"), ({}, "validation_failed")],
)
def test_unknown_refresh_token_is_refused(auth: httpx.Client, body: dict[str, str], code: str) -> None:
    answer = auth.post("token", params={"grant_type": "refresh_token"}, json=body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, code)


class MovableClock:
    """A wall clock that only a test moves."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> MovableClock:
    """The provider's clock."""
    return MovableClock()


@pytest.fixture
def provider(api_database_url: str, clock: MovableClock) -> Iterator[IdentityProvider]:
    """A provider without HTTP around it, whose time a test moves."""
    database = Database(api_database_url, size=4)
    database.open()
    yield IdentityProvider("http://127.0.0.1:8000/auth/v1", database, clock)
    database.close()


def start(provider: IdentityProvider) -> str:
    return str(provider.sign_up(SignUpBody(email="owner@example.com", password=PASSWORD))["refresh_token"])


def go_on(provider: IdentityProvider, token: str) -> str:
    return str(provider.refresh(TokenBody(refresh_token=token))["refresh_token"])


def test_token_reused_within_ten_seconds_gets_the_active_one(provider: IdentityProvider, clock: MovableClock) -> None:
    first = start(provider)
    third = go_on(provider, go_on(provider, first))
    clock.now += timedelta(seconds=9)
    assert go_on(provider, first) == third


def test_parent_of_the_active_token_gets_it_at_any_time(provider: IdentityProvider, clock: MovableClock) -> None:
    first = start(provider)
    second = go_on(provider, first)
    clock.now += timedelta(hours=5)
    assert go_on(provider, first) == second


def test_older_token_reused_later_ends_the_session(provider: IdentityProvider, clock: MovableClock) -> None:
    first = start(provider)
    third = go_on(provider, go_on(provider, first))
    clock.now += timedelta(seconds=11)
    with pytest.raises(IdentityError) as reused:
        go_on(provider, first)
    with pytest.raises(IdentityError) as ended:
        go_on(provider, third)
    assert reused.value.code == "refresh_token_already_used"
    assert ended.value.code == "refresh_token_not_found"


def test_database_keeps_neither_tokens_nor_passwords(provider: IdentityProvider, owner: psycopg.Connection) -> None:
    token = start(provider)
    kept = owner.execute(ROWS["all_the_provider_keeps"]).fetchone()
    assert kept is not None
    assert token not in kept[0]
    assert PASSWORD not in kept[0]


def test_tokens_of_a_previous_signing_key_stay_good(
    provider: IdentityProvider, owner: psycopg.Connection, clock: MovableClock
) -> None:
    session = provider.sign_up(SignUpBody(email="owner@example.com", password=PASSWORD))
    owner.execute(ROWS["rotate_signing_key"])
    listed = provider.public_keys()["keys"]
    renewed = provider.refresh(TokenBody(refresh_token=str(session["refresh_token"])))
    assert isinstance(listed, list)
    assert provider.current_user(str(session["access_token"])).email == "owner@example.com"
    assert provider.current_user(str(renewed["access_token"])).email == "owner@example.com"


def test_api_refuses_the_tokens_of_a_signed_out_session(server: httpx.Client) -> None:
    key = {"apikey": PUBLISHABLE_KEY}
    first, second = (sign_up_at(server, email) for email in ("one@example.com", "two@example.com"))
    assert server.get("/api/leads", headers=bearer(first)).status_code == 200
    assert server.post("/auth/v1/logout", headers={**key, **bearer(first)}).status_code == 204
    deadline = time.monotonic() + 20
    while (refused := server.get("/api/leads", headers=bearer(first))).status_code == 200:
        assert time.monotonic() < deadline
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")
    assert "signed out" in refused.json()["message"]
    assert server.get("/api/leads", headers=bearer(second)).status_code == 200


def test_ended_sessions_are_asked_for_at_most_every_two_seconds(
    api_database_url: str, provider: IdentityProvider
) -> None:
    clock = Clock()
    database = CountingDatabase(api_database_url, size=1)
    database.open()
    has_ended = EndedSessions(database, clock)
    token = str(provider.sign_up(SignUpBody(email="owner@example.com", password=PASSWORD))["access_token"])
    session_id = jwt.decode(token, options={"verify_signature": False})["session_id"]
    assert not has_ended(session_id)
    provider.sign_out(token, "global")
    assert not has_ended(session_id)
    clock.now += 3
    assert has_ended(session_id)
    assert not has_ended(None)
    assert database.asked == 2
    database.close()


class CountingDatabase(Database):
    """Counts its transactions."""

    asked = 0

    @contextmanager
    def acting_as(self, *given: Any, **more: Any) -> Iterator[Connection]:
        """As ever."""
        self.asked += 1
        with super().acting_as(*given, **more) as conn:
            yield conn
