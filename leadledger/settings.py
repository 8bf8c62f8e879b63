"""What the environment says to the API; read once at start, refused as a whole when something is missing."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import NoDecode

from leadledger.alert_settings import AlertSettings
from leadledger.mail_settings import MailSettings
from leadledger.stripe_settings import StripeSettings
from permit_leads.settings import read_env_file

SECRET_MIN_LENGTH = 32  # HS256 wants a key at least as long as its hash (RFC 7518 §3.2)
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class SettingsError(Exception):
    """The environment cannot be used; names variables, never values."""


class ApiSettings(MailSettings, AlertSettings, StripeSettings):
    """Settings of the API, besides those it shares with the ETL; an empty variable counts as not set."""

    backend_port: int = Field(
        default=8000,
        ge=1,
        le=65535,
        validation_alias=AliasChoices("BACKEND_PORT", "PORT"),
        description="Port the API listens on.",
    )
    backend_url: str = Field(
        default_factory=lambda seen: f"http://127.0.0.1:{seen.get('backend_port', 8000)}",
        validation_alias=AliasChoices("BACKEND_URL"),
        description="Public origin of the API; the embedded identity provider signs tokens in its name.",
    )
    frontend_url: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("http://localhost:3000", "http://127.0.0.1:3000"),
        validation_alias=AliasChoices("FRONTEND_URL"),
        description="Origins whose pages may call the API from a browser, separated by commas.",
    )
    supabase_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("SUPABASE_URL"),
        description="Project address of Supabase. Not set: the embedded identity provider under /auth/v1.",
    )
    supabase_anon_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("SUPABASE_ANON_KEY"),
        description="Publishable key browsers send in `apikey`. Not set: one is generated in LEADLEDGER_HOME.",
    )
    supabase_service_role_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("SUPABASE_SERVICE_ROLE_KEY"),
        description="Secret key of the project; the API only refuses it where a user's token belongs.",
    )
    supabase_jwt_secret: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("SUPABASE_JWT_SECRET"),
        description="Legacy HS256 secret, for projects whose tokens are not signed with asymmetric keys yet.",
    )
    supabase_jwt_secret_previous: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("SUPABASE_JWT_SECRET_PREVIOUS"),
        description="The secret before the current one; tokens signed with it stay good while it is set.",
    )
    database_pool_size: int = Field(
        default=10,
        ge=1,
        le=100,
        validation_alias=AliasChoices("API_DATABASE_POOL_SIZE"),
        description="Most connections one API process opens.",
    )
    sandbox_database_url: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("SANDBOX_DATABASE_URL"),
        description="Any database of the server that holds the sandbox's, as a login that may create databases. Not "
        "set: beside the live database.",
    )
    exports_url: str = Field(
        default_factory=lambda seen: f"file://{seen['home']}/exports",
        validation_alias=AliasChoices("EXPORTS_URL"),
        description="Where finished exports are kept (fsspec address). Not set: a folder of LEADLEDGER_HOME.",
    )
    export_keep_days: int = Field(
        default=7,
        ge=1,
        le=365,
        validation_alias=AliasChoices("EXPORT_KEEP_DAYS"),
        description="Days a finished export can be fetched (7).",
    )
    export_max_rows: int = Field(
        default=0,
        ge=0,
        validation_alias=AliasChoices("EXPORT_MAX_ROWS"),
        description="Most rows of one export; one with more fails and says so. 0: no limit.",
    )
    sign_in_burst: int = Field(
        default=30,
        ge=1,
        validation_alias=AliasChoices("IDENTITY_RATE_BURST"),
        description="Sign-ups and sign-ins one address may make at once; they refill at one in two seconds.",
    )
    outgoing_loopback: bool = Field(
        default=False,
        validation_alias=AliasChoices("OUTGOING_ALLOW_LOOPBACK"),
        description="1: webhooks may also go to this machine, by plain http; for trying things out, never where others "
        "have accounts.",
    )

    identity_autoconfirm: bool | None = Field(
        default=None,
        validation_alias=AliasChoices("IDENTITY_AUTOCONFIRM"),
        description="Whether a sign-up counts as confirmed without a mail. Not set: yes without SMTP_HOST, no with it.",
    )

    user_limit: int = Field(
        default=600,
        ge=1,
        validation_alias=AliasChoices("RATE_LIMIT_PER_MINUTE"),
        description="Requests a minute that a signed-in user or an API key may make.",
    )
    address_limit: int = Field(
        default=600,
        ge=1,
        validation_alias=AliasChoices("RATE_LIMIT_ADDRESS_PER_MINUTE"),
        description="Requests a minute that one address may make without proving who asks.",
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=10,
        validation_alias=AliasChoices("TRUSTED_PROXIES"),
        description="How many of your own proxies stand in front of the API; so much of X-Forwarded-For is believed.",
    )

    @property
    def confirms_at_once(self) -> bool:
        """Whether the embedded provider lets people in before they confirmed their address."""
        return self.smtp_host is None if self.identity_autoconfirm is None else self.identity_autoconfirm

    @property
    def is_on_loopback(self) -> bool:
        """Whether the API is for this machine alone."""
        return urlsplit(self.backend_url).hostname in LOOPBACK_HOSTS

    @property
    def allowed_a_minute(self) -> dict[Literal["address", "unproven", "user", "key"], int]:
        """Requests a minute, by who makes them."""
        address, user = self.address_limit, self.user_limit
        return {"address": address, "unproven": address, "user": user, "key": user}

    @property
    def issuer(self) -> str:
        """The `iss` that tokens must carry."""
        return f"{self.supabase_url or self.backend_url}/auth/v1"

    @property
    def jwt_secrets(self) -> tuple[str, ...]:
        """HS256 secrets that are good now, current first."""
        secrets = (self.supabase_jwt_secret, self.supabase_jwt_secret_previous)
        return tuple(secret.get_secret_value() for secret in secrets if secret is not None)

    @field_validator("frontend_url", mode="before")
    @classmethod
    def _split_origins(cls, origins: object) -> object:
        if not isinstance(origins, str):
            return origins
        return tuple(part.strip().rstrip("/") for part in origins.split(",") if part.strip())

    @field_validator("frontend_url")
    @classmethod
    def _check_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
                raise ValueError("expected origins such as https://app.example.com, separated by commas")
        return origins

    @field_validator("backend_url", "supabase_url")
    @classmethod
    def _check_address(cls, address: str | None) -> str | None:
        """https, or plain http where nothing leaves the machine."""
        if address is None:
            return None
        parts = urlsplit(address)
        is_plain_loopback = parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS
        if not parts.hostname or not (parts.scheme == "https" or is_plain_loopback):
            raise ValueError("expected https://host (http:// only for this machine)")
        return address.rstrip("/")

    @field_validator("database_url", "api_database_url", "sandbox_database_url")
    @classmethod
    def _check_database(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("expected postgresql://user:password@host:port/database")
        return url

    @field_validator("supabase_jwt_secret", "supabase_jwt_secret_previous")
    @classmethod
    def _check_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and len(secret.get_secret_value()) < SECRET_MIN_LENGTH:
            raise ValueError(f"expected at least {SECRET_MIN_LENGTH} characters")
        return secret

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        missing = []
        if self.supabase_url and not (self.database_url or self.api_database_url):
            missing.append("API_DATABASE_URL: missing; with SUPABASE_URL the project's database must be named")
        if self.supabase_jwt_secret_previous and not self.supabase_jwt_secret:
            missing.append("SUPABASE_JWT_SECRET: missing, while SUPABASE_JWT_SECRET_PREVIOUS is set")
        if missing:
            raise ValueError("; ".join(missing))
        return self


def load_settings() -> ApiSettings:
    """The settings of this process.

    Raises:
        SettingsError: variables are missing or ill-formed; names all of them, never a value.
    """
    read_env_file()
    try:
        return ApiSettings()
    except ValidationError as error:
        problems = [_describe(".".join(map(str, one["loc"])), one["msg"]) for one in error.errors(include_input=False)]
        raise SettingsError(f"the environment cannot be used: {'; '.join(problems)}; see .env.example") from None


def _describe(variable: str, message: str) -> str:
    reason = message.removeprefix("Value error, ")
    return f"{variable}: {reason}" if variable else reason
