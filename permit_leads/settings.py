"""What the environment says; every variable is described here, and `.env.example` is written from here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from dotenv import load_dotenv
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from permit_leads.errors import UsageError

REPOSITORY = Path(__file__).resolve().parents[1]
ENV_FILE = REPOSITORY / ".env"


class Settings(BaseSettings):
    """Settings of the ETL; an empty variable counts as not set."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True,
        env_prefix="LEADLEDGER_",  # for lookups by field name, or `home` would be the shell's HOME
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    home: Path = Field(
        default=REPOSITORY / ".leadledger",
        validation_alias=AliasChoices("LEADLEDGER_HOME"),
        description="Folder for the embedded database, the archive, logs and generated secrets.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("DATABASE_URL"),
        description="PostgreSQL 15 or newer, as the owner of the schema. Not set: the embedded server.",
    )
    api_database_url: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("API_DATABASE_URL"),
        description="The same database as the login role leadledger_api. Not set: the embedded server.",
    )
    archive_url: str = Field(
        default_factory=lambda seen: f"file://{seen['home']}/archive",
        validation_alias=AliasChoices("ARCHIVE_URL"),
        description="Where the publishers' bytes are kept (fsspec address). Not set: a folder of LEADLEDGER_HOME.",
    )
    connect_to: str | None = Field(
        default=None,
        validation_alias=AliasChoices("PERMIT_LEADS_CONNECT_TO"),
        pattern=r"^http://[^/\s]+:\d{1,5}/?$",
        description="Connect every request to this address, as curl --connect-to does (http://127.0.0.1:8801).",
    )
    sources: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        validation_alias=AliasChoices("PERMIT_LEADS_SOURCES"),
        description="Dataset ids, separated by commas, that a run without --source brings in. Not set: all enabled.",
    )
    contact: str = Field(
        default="no contact configured",
        validation_alias=AliasChoices("PERMIT_LEADS_CONTACT"),
        description="Mail or web address that publishers see in the User-Agent.",
    )
    socrata_app_token: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("SOCRATA_APP_TOKEN"),
        description="Socrata application token; raises the rate limit, and SODA 3.0 answers only with one.",
    )

    budget_minutes: float = Field(
        default=60.0,
        ge=0,
        validation_alias=AliasChoices("PERMIT_LEADS_BUDGET_MINUTES"),
        description="Minutes of asking above which a window or a reconcile needs --yes (60).",
    )

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("sources", mode="before")
    @classmethod
    def _split_sources(cls, sources: object) -> object:
        if not isinstance(sources, str):
            return sources
        return tuple(part.strip() for part in sources.split(",") if part.strip())


def read_env_file() -> None:
    """Put what .env says into the environment, below what the environment says itself.

    LEADLEDGER_NO_ENV_FILE leaves that file alone, as tests must: it may name a real database.
    """
    if not os.environ.get("LEADLEDGER_NO_ENV_FILE"):
        load_dotenv(ENV_FILE)


def load_settings() -> Settings:
    """The settings of this process, read anew at each call.

    Raises:
        UsageError: a variable cannot be read; names the variable and what was expected, never its value.
    """
    read_env_file()
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(f"{problem['loc'][0]}: {problem['msg']}" for problem in error.errors(include_input=False))
        raise UsageError(f"the environment cannot be read: {problems}; see .env.example") from None
