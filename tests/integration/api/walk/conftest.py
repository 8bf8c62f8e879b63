"""Account A, filled with one thing of every kind, and the people who walk around in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.integration.api.people import Person, enter, give_key, join
from tests.integration.api.walk.seeding import Seeded, seed

SCOPES = ("read", "write", "export", "admin")


@dataclass(frozen=True, slots=True)
class Cast:
    """Who walks: a stranger with an account of his own, his keys with all scopes, one who left, and a viewer of A.

    `test` is a test key of account A itself: not even that sees anything of it.
    """

    stranger: Person
    key: Person
    test: Person
    former: Person
    viewer: Person


@pytest.fixture(scope="module")
def seeded(place: tuple[httpx.Client, psycopg.Connection], home: Path) -> Seeded:
    """Account A, and the file of its export."""
    client, owner = place
    filled = seed(owner, enter(client, "account-a@example.com"), "account-a@example.com")
    folder = home / "exports" / filled.known["account_id"] / filled.known["export_id"]
    folder.mkdir(parents=True)
    (folder / "1.csv").write_bytes(b"only A.")
    return filled


@pytest.fixture(scope="module")
def people(place: tuple[httpx.Client, psycopg.Connection], seeded: Seeded, sandbox: None) -> Cast:
    """The walkers."""
    del sandbox
    client, owner = place
    stranger, former, viewer = (enter(client, f"{name}@example.com") for name in ("stranger", "former", "viewer"))
    key = Person(client, give_key(owner, stranger, *SCOPES), stranger.user_id, stranger.account_id)
    own = seeded.host
    test = Person(client, give_key(owner, own, *SCOPES, mode="test"), own.user_id, own.account_id)
    join(owner, viewer, seeded.host.account_id, "viewer")
    join(owner, former, seeded.host.account_id, "admin")
    gone = seeded.host.ask("DELETE", f"/api/account/members/{former.user_id}")
    assert gone.status_code == 204
    return Cast(stranger, key, test, former, viewer)
