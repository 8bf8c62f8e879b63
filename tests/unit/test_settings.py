"""The environment: what is read, what it defaults to, and that a mistake names the variable but never the value."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from permit_leads import settings as module
from permit_leads.errors import UsageError
from permit_leads.settings import REPOSITORY, Settings, load_settings


def test_nothing_set_means_everything_lies_in_the_repository() -> None:
    settings = load_settings()
    assert settings.home == REPOSITORY / ".leadledger"
    assert settings.archive_url == f"file://{REPOSITORY}/.leadledger/archive"
    assert settings.database_url is None
    assert settings.sources == ()


def test_variables_of_other_programs_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), "/somebody/else")
    for name in ("DATABASE_URL", "API_DATABASE_URL", "ARCHIVE_URL", "SOCRATA_APP_TOKEN"):
        monkeypatch.delenv(name)
    assert load_settings() == Settings()
    assert load_settings().home == REPOSITORY / ".leadledger"


def test_archive_follows_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLEDGER_HOME", "/srv/leads")
    assert load_settings().archive_url == "file:///srv/leads/archive"


def test_home_is_absolute_and_knows_the_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLEDGER_HOME", "~/leads")
    assert load_settings().home == Path.home() / "leads"


def test_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("PERMIT_LEADS_SOURCES", "")
    assert load_settings().database_url is None
    assert load_settings().sources == ()


def test_sources_are_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERMIT_LEADS_SOURCES", "austin_issued_permits, nyc_dob_now_permits,")
    assert load_settings().sources == ("austin_issued_permits", "nyc_dob_now_permits")


@pytest.mark.parametrize("text", ["127.0.0.1:8801", "https://127.0.0.1:8801", "http://127.0.0.1", "http://h:1/path"])
def test_address_that_cannot_be_connected_to_is_refused_by_name_only(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERMIT_LEADS_CONNECT_TO", text)
    with pytest.raises(UsageError, match="PERMIT_LEADS_CONNECT_TO") as caught:
        load_settings()
    assert text not in str(caught.value)


@pytest.fixture
def env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An .env file in force; what it puts into the environment is taken back."""
    for name in ("ARCHIVE_URL", "HC_ISSUED_PERMITS_URL"):
        monkeypatch.setenv(name, "to be taken back")
        monkeypatch.delenv(name)
    monkeypatch.delenv("LEADLEDGER_NO_ENV_FILE")
    path = tmp_path / ".env"
    monkeypatch.setattr(module, "ENV_FILE", path)
    return path


def test_env_file_is_read_below_the_environment(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env_file.write_text("ARCHIVE_URL=file:///from/file\nPERMIT_LEADS_CONTACT=file\n")
    monkeypatch.setenv("PERMIT_LEADS_CONTACT", "environment")
    assert load_settings().archive_url == "file:///from/file"
    assert load_settings().contact == "environment"


def test_env_file_also_names_what_no_setting_knows(env_file: Path) -> None:
    env_file.write_text("HC_ISSUED_PERMITS_URL=https://example.org/layer\n")
    load_settings()
    assert os.environ["HC_ISSUED_PERMITS_URL"] == "https://example.org/layer"


def test_tests_leave_the_env_file_alone(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env_file.write_text("ARCHIVE_URL=file:///from/file\n")
    monkeypatch.setenv("LEADLEDGER_NO_ENV_FILE", "1")
    assert load_settings().archive_url != "file:///from/file"


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:hidden@host/db")
    monkeypatch.setenv("SOCRATA_APP_TOKEN", "hidden")
    assert "hidden" not in repr(load_settings())


def test_every_variable_is_described() -> None:
    assert [name for name, field in module.Settings.model_fields.items() if not field.description] == []
