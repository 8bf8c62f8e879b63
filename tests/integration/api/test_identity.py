"""The embedded provider over HTTP, as GoTrue would answer: signing up and in, and the user itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from leadledger.app import create_app
from leadledger.identity.apikey import ensure_publishable_key
from tests.integration.api.conftest import FRONTEND, PUBLISHABLE_KEY, make_settings, serve
from tests.integration.api.gotrue import PASSWORD, bearer, sign_up

DATED = {"X-Supabase-Api-Version": "2024-01-01"}


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


@pytest.mark.parametrize("grant", ["", "id_token"])
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


def test_publishable_key_is_made_once(tmp_path: Path) -> None:
    key = ensure_publishable_key(tmp_path / "home")
    assert key.startswith("sb_publishable_")
    assert ensure_publishable_key(tmp_path / "home") == key


def test_installation_without_a_configured_key_has_its_own(api_database_url: str, tmp_path: Path) -> None:
    settings = make_settings(api_database_url, tmp_path, supabase_anon_key=None)
    with serve(create_app(settings)) as client:
        key = ensure_publishable_key(tmp_path)
        assert client.get("/auth/v1/settings", headers={"apikey": key}).status_code == 200
        assert client.get("/auth/v1/settings", headers={"apikey": PUBLISHABLE_KEY}).status_code == 401
