"""Account A, filled with one thing of every kind, and the people who walk around in it."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
import psycopg
import pytest

from tests.integration.api.people import Person, enter, give_key, join
from tests.integration.api.walk.seeding import Seeded, seed

SCOPES = ("read", "write", "export", "admin")


@dataclass(frozen=True, slots=True)
class Cast:
    """Who walks: a stranger with an account of his own, his key with all scopes, one who left, and a viewer of A."""

    stranger: Person
    key: Person
    former: Person
    viewer: Person


@pytest.fixture(scope="module")
def seeded(place: tuple[httpx.Client, psycopg.Connection]) -> Seeded:
    """Account A."""
    client, owner = place
    return seed(owner, enter(client, "account-a@example.com"), "account-a@example.com")


@pytest.fixture(scope="module")
def people(place: tuple[httpx.Client, psycopg.Connection], seeded: Seeded) -> Cast:
    """The walkers."""
    client, owner = place
    stranger, former, viewer = (enter(client, f"{name}@example.com") for name in ("stranger", "former", "viewer"))
    key = Person(client, give_key(owner, stranger, *SCOPES), stranger.user_id, stranger.account_id)
    join(owner, viewer, seeded.host.account_id, "viewer")
    join(owner, former, seeded.host.account_id, "admin")
    gone = seeded.host.ask("DELETE", f"/api/account/members/{former.user_id}")
    assert gone.status_code == 204
    return Cast(stranger, key, former, viewer)
