"""Knows whether a webhook is ours: Standard Webhooks (id, timestamp, signature; five minutes of leeway)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError


class NotOurs(Exception):
    """The signature is missing, wrong, or too old; answer 400 and believe nothing of it."""


def verify_webhook(body: bytes, headers: Mapping[str, str], *secrets: str) -> Any:
    """The event in a webhook's body, which must be the bytes as received; any of the secrets (`whsec_…`) will do.

    Remember the id in `webhook-id` and pass over what you have seen: a delivery may come twice.

    Raises:
        NotOurs: no secret fits.
    """
    given = {name.lower(): value for name, value in headers.items()}
    for secret in secrets:
        try:
            return Webhook(secret).verify(body, given)
        except WebhookVerificationError as refused:
            reason = str(refused)
    raise NotOurs(reason if secrets else "no secret is given")
