"""What the environment says about Stripe; without a key, billing says plainly that it is not set up."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator

from permit_leads.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LIVE_KEYS = ("sk_live_", "rk_live_")
TEST_KEYS = ("sk_test_", "rk_test_")
STRIPE_ORIGIN = "https://api.stripe.com"


class StripeSettings(Settings):
    """Settings of billing."""

    stripe_secret_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("STRIPE_SECRET_KEY"),
        description="Secret or restricted key of the Stripe account (sk_…, rk_…). Not set: nothing can be bought.",
    )
    stripe_webhook_secret: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("STRIPE_WEBHOOK_SECRET"),
        description="Signing secret of the webhook endpoint at Stripe (whsec_…); several by commas all hold.",
    )
    stripe_webhook_secret_previous: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("STRIPE_WEBHOOK_SECRET_PREVIOUS"),
        description="The secret before the current one; what is signed with it is accepted while it is set.",
    )
    stripe_api_base: str = Field(
        default=STRIPE_ORIGIN,
        validation_alias=AliasChoices("STRIPE_API_BASE"),
        description="Where Stripe's API is; for a simulator, an address of this machine.",
    )

    @field_validator("stripe_api_base")
    @classmethod
    def _check_base(cls, address: str) -> str:
        parts = urlsplit(address)
        if not parts.hostname or (
            parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK)
        ):
            raise ValueError("expected https://host (http:// only for this machine)")
        return address.rstrip("/")

    @field_validator("stripe_secret_key")
    @classmethod
    def _check_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and not key.get_secret_value().startswith((*LIVE_KEYS, *TEST_KEYS)):
            raise ValueError("expected sk_live_…, sk_test_…, rk_live_… or rk_test_…")
        return key

    @field_validator("stripe_webhook_secret", "stripe_webhook_secret_previous")
    @classmethod
    def _check_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not all(one.startswith("whsec_") for one in _split(secret)):
            raise ValueError("expected whsec_…")
        return secret

    @model_validator(mode="after")
    def _check_stripe(self) -> Self:
        if self.stripe_secret_key and not self.stripe_webhook_secret:
            raise ValueError(
                "STRIPE_WEBHOOK_SECRET: missing, while STRIPE_SECRET_KEY is set: payments would not be seen"
            )
        if self.stripe_webhook_secret_previous and not self.stripe_webhook_secret:
            raise ValueError("STRIPE_WEBHOOK_SECRET: missing, while STRIPE_WEBHOOK_SECRET_PREVIOUS is set")
        return self

    @property
    def is_live(self) -> bool:
        """Whether real money moves."""
        return self.stripe_secret_key is not None and self.stripe_secret_key.get_secret_value().startswith(LIVE_KEYS)

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """Signing secrets that hold now, the current first."""
        given = (self.stripe_webhook_secret, self.stripe_webhook_secret_previous)
        return tuple(one for secret in given if secret is not None for one in _split(secret))


def _split(secret: SecretStr) -> list[str]:
    return [part.strip() for part in secret.get_secret_value().split(",") if part.strip()]
