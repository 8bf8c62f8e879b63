"""What the API's environment may say, and how it is told off."""

from __future__ import annotations

import pytest

from leadledger.settings import ApiSettings, SettingsError, load_settings

DATABASE = "postgresql://leadledger_api:hidden@db.example.test:5432/postgres"
SUPABASE = "https://project.supabase.example.test"
SECRET = "a-secret-with-at-least-thirty-two-characters"


@pytest.fixture(autouse=True)
def _no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ApiSettings.model_config, "env_file", None)


def set_all(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_nothing_set_means_the_embedded_default() -> None:
    settings = load_settings()
    assert settings.supabase_url is None
    assert settings.issuer == "http://127.0.0.1:8000/auth/v1"
    assert settings.jwt_secrets == ()


def test_port_moves_the_issuer_along(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, BACKEND_PORT="8123")
    assert load_settings().issuer == "http://127.0.0.1:8123/auth/v1"


def test_supabase_names_the_issuer(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, SUPABASE_URL=SUPABASE + "/", API_DATABASE_URL=DATABASE)
    assert load_settings().issuer == f"{SUPABASE}/auth/v1"


def test_current_secret_stands_before_the_previous_one(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, SUPABASE_JWT_SECRET=SECRET, SUPABASE_JWT_SECRET_PREVIOUS="old-" + SECRET)
    assert load_settings().jwt_secrets == (SECRET, "old-" + SECRET)


def test_origins_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, FRONTEND_URL="https://app.example.test/, http://localhost:3000")
    assert load_settings().frontend_url == ("https://app.example.test", "http://localhost:3000")


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"SUPABASE_URL": SUPABASE}, "API_DATABASE_URL"),
        ({"SUPABASE_URL": "http://project.supabase.example.test", "DATABASE_URL": DATABASE}, "SUPABASE_URL"),
        ({"SUPABASE_URL": "project.supabase.example.test", "DATABASE_URL": DATABASE}, "SUPABASE_URL"),
        ({"DATABASE_URL": "mysql://hidden@db/x"}, "DATABASE_URL"),
        ({"API_DATABASE_URL": "hidden"}, "API_DATABASE_URL"),
        ({"SUPABASE_JWT_SECRET": "hidden"}, "SUPABASE_JWT_SECRET"),
        ({"SUPABASE_JWT_SECRET_PREVIOUS": SECRET}, "SUPABASE_JWT_SECRET"),
        ({"FRONTEND_URL": "https://app.example.test/hidden"}, "FRONTEND_URL"),
        ({"FRONTEND_URL": "*"}, "FRONTEND_URL"),
        ({"BACKEND_PORT": "hidden"}, "BACKEND_PORT"),
        ({"API_DATABASE_POOL_SIZE": "0"}, "API_DATABASE_POOL_SIZE"),
    ],
)
def test_bad_variable_is_named_and_its_value_is_not(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    set_all(monkeypatch, **variables)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert named in str(refused.value)
    assert "hidden" not in str(refused.value)
    assert SECRET not in str(refused.value)


def test_all_bad_variables_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, SUPABASE_URL="nowhere", SUPABASE_JWT_SECRET="short", DATABASE_URL="nowhere")
    with pytest.raises(SettingsError, match=r"(?s)DATABASE_URL.*SUPABASE_URL.*SUPABASE_JWT_SECRET"):
        load_settings()


def test_secrets_do_not_show_in_representations(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, SUPABASE_JWT_SECRET=SECRET, API_DATABASE_URL=DATABASE, SUPABASE_ANON_KEY="sb_publishable_x")
    shown = repr(load_settings())
    assert SECRET not in shown
    assert DATABASE not in shown
