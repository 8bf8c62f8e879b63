"""The embedded provider over HTTP, as GoTrue would answer."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import psycopg
import pytest

from leadledger.app import create_app
from leadledger.database import Database
from leadledger.identity.bodies import SignUpBody, TokenBody
from leadledger.identity.failures import IdentityError
from leadledger.identity.provider import IdentityProvider
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import FRONTEND, PUBLISHABLE_KEY, make_settings, serve
from tests.integration.api.rows import QUERIES as ROWS

DATED = {"X-Supabase-Api-Version": "2024-01-01"}
PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def auth(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client with the publishable key, as a browser would have it."""
    for url in _fresh_database(template_database):
        with serve(create_app(make_settings(as_api(url), tmp_path_factory.mktemp("home")))) as client:
            client.headers["apikey"] = PUBLISHABLE_KEY
            client.base_url = client.base_url.join("/auth/v1/")
            yield client


def sign_up(auth: httpx.Client, email: str, **more: Any) -> dict[str, Any]:
    answer = auth.post("signup", json={"email": email, "password": PASSWORD, **more})
    assert answer.status_code == 200, answer.text
    session: dict[str, Any] = answer.json()
    return session


def refresh(auth: httpx.Client, token: str) -> httpx.Response:
    return auth.post("token", params={"grant_type": "refresh_token"}, json={"refresh_token": token})


def bearer(session: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {session['access_token']}"}


def test_signup_answers_a_session_with_every_field_gotrue_has(auth: httpx.Client) -> None:
    session = sign_up(auth, "New.Owner@Example.com", data={"company": "Example LLC"})
    assert {"access_token", "token_type", "expires_in", "expires_at", "refresh_token", "user"} <= set(session)
    assert (session["token_type"], session["expires_in"]) == ("bearer", 3600)
    user = session["user"]
    assert user["email"] == "new.owner@example.com"
    assert user["user_metadata"] == {"company": "Example LLC"}
    assert user["app_metadata"] == {"provider": "email", "providers": ["email"]}
    assert (user["aud"], user["role"], user["phone"], user["is_anonymous"]) == ("authenticated",) * 2 + ("", False)
    assert user["identities"][0]["provider"] == "email"
    assert user["email_confirmed_at"] == user["confirmed_at"] is not None


def test_access_token_verifies_with_the_published_key_and_has_every_claim(auth: httpx.Client) -> None:
    session = sign_up(auth, "claims@example.com")
    keys = jwt.PyJWKSet.from_dict(auth.get(".well-known/jwks.json").json())
    header = jwt.get_unverified_header(session["access_token"])
    claims = jwt.decode(session["access_token"], keys[header["kid"]], algorithms=["ES256"], audience="authenticated")
    assert header["alg"] == "ES256"
    assert claims["iss"] == "http://127.0.0.1:8000/auth/v1"
    assert claims["sub"] == session["user"]["id"]
    assert (claims["role"], claims["aal"], claims["phone"], claims["is_anonymous"]) == (
        "authenticated",
        "aal1",
        "",
        False,
    )
    assert claims["amr"][0]["method"] == "password"
    assert claims["exp"] - claims["iat"] == 3600
    assert {"session_id", "email", "app_metadata", "user_metadata"} <= set(claims)


def test_jwks_lists_public_halves_only_and_may_be_cached(auth: httpx.Client) -> None:
    answer = auth.get(".well-known/jwks.json", headers={"apikey": ""})
    (key,) = answer.json()["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "alg", "use", "key_ops", "ext", "kid"}
    assert answer.headers["cache-control"] == "public, max-age=600"


def test_second_signup_with_an_address_is_refused(auth: httpx.Client) -> None:
    sign_up(auth, "twice@example.com")
    answer = auth.post("signup", json={"email": "TWICE@example.com", "password": PASSWORD})
    assert answer.status_code == 422
    assert answer.json() == {"code": 422, "error_code": "user_already_exists", "msg": "User already registered"}


def test_two_signups_at_once_make_one_user(auth: httpx.Client) -> None:
    def attempt(_: int) -> int:
        return auth.post("signup", json={"email": "race@example.com", "password": PASSWORD}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [200, 422, 422, 422]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"email": "x@example.com", "password": "short"}, 422, "weak_password"),
        ({"email": "x@example.com"}, 400, "validation_failed"),
        ({"email": "nonsense", "password": PASSWORD}, 400, "validation_failed"),
        ({"email": "x@example.com", "password": "p" * 300}, 400, "validation_failed"),
        ({"password": PASSWORD}, 422, "anonymous_provider_disabled"),
        ({"phone": "+15125550100", "password": PASSWORD}, 400, "phone_provider_disabled"),
        ({"email": 7, "password": PASSWORD}, 400, "bad_json"),
        ({"email": "x@example.com", "password": PASSWORD, "data": {"a": "\x00"}}, 400, "validation_failed"),
        ({"email": "x@example.com", "password": PASSWORD, "data": {"a": 2**80}}, 400, "validation_failed"),
        ({"email": "x@example.com", "password": PASSWORD, "data": {"a": "b" * 20_000}}, 400, "validation_failed"),
        ([], 400, "bad_json"),
    ],
)
def test_bad_signup_is_refused_in_both_envelopes(auth: httpx.Client, body: object, status: int, code: str) -> None:
    plain = auth.post("signup", json=body)
    dated = auth.post("signup", json=body, headers=DATED)
    assert (plain.status_code, plain.json()["code"], plain.json()["error_code"]) == (status, status, code)
    assert plain.json()["msg"] == dated.json()["message"]
    assert (dated.status_code, dated.json()["code"]) == (status, code)
    assert plain.headers["x-sb-error-code"] == dated.headers["x-sb-error-code"] == code
    assert dated.headers["x-supabase-api-version"] == "2024-01-01"
    assert "x-supabase-api-version" not in plain.headers


def test_weak_password_names_its_reasons(auth: httpx.Client) -> None:
    answer = auth.post("signup", json={"email": "x@example.com", "password": "short"}, headers=DATED)
    assert answer.json()["weak_password"] == {"reasons": ["length"]}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"email": "\\ud800"}', b"[" * 50_000])
def test_body_that_is_no_json_is_refused(auth: httpx.Client, content: bytes) -> None:
    answer = auth.post("signup", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error_code"] in ("bad_json", "validation_failed")


@pytest.mark.parametrize("content", [b" " * 70_000, iter([b" " * 35_000] * 2)], ids=["declared", "streamed"])
def test_enormous_body_is_refused(auth: httpx.Client, content: Any) -> None:
    assert auth.post("signup", content=content).status_code == 413


def test_signing_in_works_whatever_the_case_of_the_address(auth: httpx.Client) -> None:
    user = sign_up(auth, "case@example.com")["user"]
    answer = auth.post(
        "token", params={"grant_type": "password"}, json={"email": "Case@Example.com", "password": PASSWORD}
    )
    assert answer.json()["user"]["id"] == user["id"]


@pytest.mark.parametrize(
    "body",
    [
        {"email": "wrong@example.com", "password": "incorrect horse"},
        {"email": "nobody@example.com", "password": PASSWORD},
        {"email": "no\x00body@example.com", "password": PASSWORD},
        {"email": "", "password": ""},
        {},
    ],
)
def test_wrong_password_and_unknown_user_get_the_same_answer(auth: httpx.Client, body: dict[str, str]) -> None:
    auth.post("signup", json={"email": "wrong@example.com", "password": PASSWORD})
    answer = auth.post("token", params={"grant_type": "password"}, json=body)
    assert answer.status_code == 400
    assert answer.json() == {"code": 400, "error_code": "invalid_credentials", "msg": "Invalid login credentials"}


@pytest.mark.parametrize("grant", ["", "pkce", "id_token"])
def test_other_grants_are_refused(auth: httpx.Client, grant: str) -> None:
    answer = auth.post("token", params={"grant_type": grant} if grant else {}, json={})
    assert (answer.status_code, answer.json()["msg"]) == (400, "unsupported_grant_type")


def test_user_is_shown_to_itself_and_may_change_metadata(auth: httpx.Client) -> None:
    session = sign_up(auth, "metadata@example.com", data={"company": "A", "trade": "roofing"})
    changed = auth.put("user", json={"data": {"company": None, "city": "Austin"}}, headers=bearer(session)).json()
    assert changed["user_metadata"] == {"trade": "roofing", "city": "Austin"}
    assert auth.get("user", headers=bearer(session)).json() == changed


def test_app_metadata_cannot_be_changed_by_the_user(auth: httpx.Client) -> None:
    session = sign_up(auth, "admin@example.com")
    auth.put("user", json={"app_metadata": {"role": "admin"}, "role": "service_role"}, headers=bearer(session))
    user = auth.get("user", headers=bearer(session)).json()
    assert (user["app_metadata"], user["role"]) == ({"provider": "email", "providers": ["email"]}, "authenticated")


def test_new_password_replaces_the_old_and_ends_the_other_sessions(auth: httpx.Client) -> None:
    first = sign_up(auth, "password@example.com")
    second = auth.post(
        "token", params={"grant_type": "password"}, json={"email": "password@example.com", "password": PASSWORD}
    ).json()
    assert auth.put("user", json={"password": "another horse"}, headers=bearer(first)).status_code == 200
    assert auth.get("user", headers=bearer(first)).status_code == 200
    assert auth.get("user", headers=bearer(second)).json()["error_code"] == "session_not_found"
    old = auth.post(
        "token", params={"grant_type": "password"}, json={"email": "password@example.com", "password": PASSWORD}
    )
    assert old.json()["error_code"] == "invalid_credentials"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"password": PASSWORD}, "same_password"),
        ({"password": "short"}, "weak_password"),
        ({"email": "taken@example.com"}, "email_exists"),
        ({"email": "free@example.com"}, "email_provider_disabled"),
    ],
)
def test_impossible_change_is_refused(auth: httpx.Client, body: dict[str, str], code: str) -> None:
    auth.post("signup", json={"email": "taken@example.com", "password": PASSWORD})
    session = auth.post("signup", json={"email": f"{code}@example.com", "password": PASSWORD}).json()
    answer = auth.put("user", json=body, headers=bearer(session))
    assert (answer.status_code, answer.json()["error_code"]) == (422, code)


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [(None, 401, "no_authorization"), ("Bearer nonsense", 403, "bad_jwt"), ("Basic abc", 401, "no_authorization")],
)
def test_user_needs_a_good_token(auth: httpx.Client, header: str | None, status: int, code: str) -> None:
    answer = auth.get("user", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)


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


@pytest.mark.parametrize(
    ("key", "message"), [("", "No API key found in request"), ("sb_publishable_other", "Invalid API key")]
)
def test_other_projects_key_is_refused(auth: httpx.Client, key: str, message: str) -> None:
    answer = auth.post("signup", json={}, headers={"apikey": key})
    assert (answer.status_code, answer.json()["msg"]) == (401, message)


def test_settings_say_how_one_can_sign_in(auth: httpx.Client) -> None:
    settings = auth.get("settings").json()
    assert settings["external"]["email"] is True
    assert settings["mailer_autoconfirm"] is True


def test_unknown_address_and_wrong_method_answer_in_gotrues_words(auth: httpx.Client) -> None:
    assert auth.get("nothing-here").json()["error_code"] == "validation_failed"
    assert auth.get("signup").status_code == 405


def test_browser_of_the_web_app_may_send_what_supabase_js_sends(auth: httpx.Client) -> None:
    asked = "apikey,authorization,content-type,x-client-info,x-supabase-api-version"
    answer = auth.options(
        "token",
        headers={
            "Origin": FRONTEND,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": asked,
        },
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == FRONTEND
    assert set(asked.split(",")) <= set(answer.headers["access-control-allow-headers"].lower().split(", "))


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


def test_rate_limit_answers_429_with_when_to_come_back(api_database_url: str, tmp_path: Path) -> None:
    settings = make_settings(api_database_url, tmp_path, sign_in_burst=3)
    with serve(create_app(settings)) as client:
        answers = [
            client.post(
                "/auth/v1/token",
                params={"grant_type": "password"},
                json={"email": "owner@example.com", "password": "guess"},
                headers={"apikey": PUBLISHABLE_KEY},
            )
            for _ in range(6)
        ]
    refused = answers[-1]
    assert [answer.status_code for answer in answers[:3]] == [400] * 3
    assert (refused.status_code, refused.json()["error_code"]) == (429, "over_request_rate_limit")
    assert int(refused.headers["retry-after"]) >= 1
