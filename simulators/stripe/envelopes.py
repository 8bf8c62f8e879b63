"""An event as it travels: its bytes and its signature. Source: https://docs.stripe.com/webhooks."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from simulators.stripe.world import Resource


@dataclass(frozen=True, slots=True)
class Envelope:
    """One delivery of an event. Every redelivery is signed afresh, by each secret that is active."""

    event: Resource
    body: bytes
    secrets: tuple[str, ...]
    seconds_off: int = 0

    @property
    def event_id(self) -> str:
        """evt_…"""
        return str(self.event["id"])

    @property
    def event_type(self) -> str:
        """invoice.paid, …"""
        return str(self.event["type"])

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a delivery at this moment."""
        return self.signed(time.time() + self.seconds_off)

    def signed(self, at: float, secrets: Sequence[str] | None = None) -> dict[str, str]:
        """The headers of a delivery at `at` (Unix seconds), by these secrets."""
        second = int(at)
        parts = [f"v1={sign(secret, second, self.body)}" for secret in (self.secrets if secrets is None else secrets)]
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": ",".join([f"t={second}", *parts, "v0=" + "0" * 64]),
        }


def sign(secret: str, second: int, body: bytes) -> str:
    """The v1 signature, in hex."""
    return hmac.new(secret.encode(), f"{second}.".encode() + body, hashlib.sha256).hexdigest()


def put_in_envelope(event: Resource, secrets: Sequence[str], seconds_off: int = 0) -> Envelope:
    """The event as bytes, ready to be signed."""
    return Envelope(event, json.dumps(event, indent=2).encode(), tuple(secrets), seconds_off)
