"""Buyers of packs at the simulated Stripe, for benchmarks.payments: everything but Stripe goes through our API."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from benchmarks.search_api import PUBLISHABLE_KEY
from simulators.stripe import Envelope, StripeSimulator
from simulators.stripe.envelopes import put_in_envelope

WEBHOOK = "/api/stripe/webhook"
PACK = "pack_50"
PAID = "checkout.session.completed"


@dataclass
class Buyer:
    """An owner of an account, with a client that sends the token; `bought` counts packs paid."""

    client: httpx.Client
    stripe: StripeSimulator
    account_id: UUID
    bought: int = field(default=0)

    def buy(self) -> tuple[Envelope, list[Envelope]]:
        """A pack, checked out and paid: the event that says so, and the others that go with it."""
        opened = self.client.post("/api/billing/checkout", json={"kind": "pack", "pack": PACK})
        [session] = self.stripe.find("checkout.session", url=opened.raise_for_status().json()["url"])
        self.stripe.pay(session["id"])
        self.bought += 1
        told = self.stripe.take_events()
        [paid] = [envelope for envelope in told if envelope.event_type == PAID]
        return paid, [envelope for envelope in told if envelope is not paid]


def enter(origin: str, stripe: StripeSimulator, number: int) -> Buyer:
    """A new account on its trial."""
    client = httpx.Client(base_url=origin, timeout=30, headers={"apikey": PUBLISHABLE_KEY})
    person = {"email": f"buyer-{number}@example.com", "password": "correct horse battery"}
    session = client.post("/auth/v1/signup", json=person).raise_for_status().json()
    client.headers["Authorization"] = f"Bearer {session['access_token']}"
    account = client.get("/api/account").raise_for_status().json()
    return Buyer(client, stripe, UUID(account["account_id"]))


def copy_event(envelope: Envelope, event_id: str) -> Envelope:
    """Another event that says the same."""
    event: dict[str, Any] = {**envelope.event, "id": event_id}
    return put_in_envelope(event, envelope.secrets)


def post(client: httpx.Client, envelope: Envelope, secrets: Sequence[str] | None = None) -> int:
    """Deliver an event as Stripe does, signed now by these secrets; the status of the answer."""
    headers = envelope.signed(time.time(), secrets)
    return client.post(WEBHOOK, content=envelope.body, headers=headers).status_code
