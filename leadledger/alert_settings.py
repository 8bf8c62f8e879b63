"""What the environment says about alerts: who sends texts, and how much one account may have."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator

from permit_leads.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class AlertSettings(Settings):
    """Settings of saved searches and alerts; without Twilio's the channel sms says that it is not set up."""

    twilio_account_sid: str | None = Field(
        default=None,
        validation_alias=AliasChoices("TWILIO_ACCOUNT_SID"),
        pattern=r"^AC[0-9a-f]{32}$",
        description="Account at Twilio that sends texts. Not set: alerts by text are refused.",
    )
    twilio_auth_token: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("TWILIO_AUTH_TOKEN"),
        description="Its token.",
    )
    twilio_from: str | None = Field(
        default=None,
        validation_alias=AliasChoices("TWILIO_FROM"),
        pattern=r"^(\+[1-9][0-9]{7,14}|MG[0-9a-f]{32})$",
        description="Number (+15125550100) or messaging service (MG…) that texts come from.",
    )
    twilio_url: str = Field(
        default="https://api.twilio.com",
        validation_alias=AliasChoices("TWILIO_URL"),
        description="Where Twilio's REST API is; for a simulator, an address of this machine.",
    )
    max_saved_searches: int = Field(
        default=100,
        ge=0,
        validation_alias=AliasChoices("MAX_SAVED_SEARCHES"),
        description="Most saved searches an account may have.",
    )
    max_alerts_a_search: int = Field(
        default=10,
        ge=0,
        validation_alias=AliasChoices("MAX_ALERTS_A_SEARCH"),
        description="Most alerts a saved search may have.",
    )
    max_webhook_endpoints: int = Field(
        default=10,
        ge=0,
        validation_alias=AliasChoices("MAX_WEBHOOK_ENDPOINTS"),
        description="Most webhook endpoints an account may have.",
    )

    @field_validator("twilio_url")
    @classmethod
    def _check_twilio(cls, address: str) -> str:
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("expected https://host (http:// only for this machine)")
        return address.rstrip("/")

    @model_validator(mode="after")
    def _check_texts(self) -> Self:
        given = {
            "TWILIO_ACCOUNT_SID": self.twilio_account_sid,
            "TWILIO_AUTH_TOKEN": self.twilio_auth_token,
            "TWILIO_FROM": self.twilio_from,
        }
        missing = [name for name, value in given.items() if value is None]
        if 0 < len(missing) < len(given):
            raise ValueError(f"{', '.join(missing)}: missing, while others of Twilio's are set")
        return self

    @property
    def can_text(self) -> bool:
        """Whether texts can be sent."""
        return self.twilio_account_sid is not None
