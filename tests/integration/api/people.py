"""Signed-in people and their keys, for tests of what belongs to an account."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg

from leadledger.api_keys import make_key
from leadledger.modes import Mode
from permit_leads.store.queries import load_queries
from tests.integration.api.conftest import sign_up

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Person:
    """A user with an account of its own, and a client that sends its token."""

    client: httpx.Client
    token: str
    user_id: UUID
    account_id: UUID

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask with this person's token."""
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)


def enter(client: httpx.Client, email: str | None = None) -> Person:
    """A new person, signed up, whose first question has made an account."""
    token = sign_up(client, email or f"person-{next(NUMBERS)}@example.com")["access_token"]
    account = client.get("/api/account", headers={"Authorization": f"Bearer {token}"}).json()
    return Person(client, token, UUID(account["user_id"]), UUID(account["account_id"]))


def join(owner: psycopg.Connection, person: Person, account_id: UUID, role: str) -> None:
    """Make the person a member of another account, as an accepted invitation would."""
    owner.execute(QUERIES["join"], {"account_id": account_id, "user_id": person.user_id, "role": role})


def give_credits(owner: psycopg.Connection, person: Person, amount: int = 10_000) -> None:
    """More credits than a trial has, as a purchase would."""
    values = {"account_id": person.account_id, "amount": amount, "key": f"test:{next(NUMBERS)}"}
    owner.execute(QUERIES["give_credits"], values)


def give_key(owner: psycopg.Connection, person: Person, *scopes: str, mode: Mode = "live") -> str:
    """An API key of this person's account."""
    made = make_key(mode)
    values = {
        "account_id": person.account_id,
        "user_id": person.user_id,
        "scopes": list(scopes),
        "is_sandbox": mode == "test",
    }
    owner.execute(QUERIES["give_key"], {**values, "key_hash": made.key_hash, "key_start": made.key_start})
    return made.key
