"""One thing of every kind for account A, and what would give them away.

A table that holds an account's rows needs a block of its name in a file of `seeds/` (`other_schema__name` outside of
public). It makes one row or finds the one a trigger made, and returns its ids under the names that addresses call them
by. The files run in their order; blocks may use what earlier ones returned, besides `account_id`, `user_id`, `email`,
`marker`, `lead_id` and `permit_id`. `marker` is a text to be put wherever people may write.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import orjson
import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from permit_leads.store.queries import load_queries
from tests.integration.api.people import Person
from tests.integration.api.rows import Loaded, load

FOLDER = Path(__file__).parent
QUERIES = load_queries(FOLDER / "walk.sql")
SEEDS = {title: text for path in sorted((FOLDER / "seeds").glob("*.sql")) for title, text in load_queries(path).items()}
TELLING_LENGTH = 8  # a shorter value may stand in anybody's answer


@dataclass(frozen=True, slots=True)
class Seeded:
    """Account A: its people, the ids of its things, and texts that nobody else may ever see."""

    host: Person
    known: dict[str, str]
    needles: frozenset[str]

    def leaked(self, text: str, *own: str) -> list[str]:
        """What of the account's stands in a text, besides what the asker said himself."""
        return sorted(needle for needle in self.needles - set(own) if needle in text)


def table_of(title: str) -> tuple[str, str]:
    """Schema and name of the table a seed is for."""
    schema, _, name = title.rpartition("__")
    return schema or "public", name


def seed(owner: psycopg.Connection, host: Person, email: str) -> Seeded:
    """Fill the account of `host`; the owner's connection is left acting in nobody's name."""
    load(owner, Loaded(permit_count=20))
    lead_id, permit_id = owner.execute(QUERIES["a_lead"]).fetchone() or ("", "")
    marker = f"only-for-account-a-{secrets.token_hex(8)}"
    known = {"account_id": str(host.account_id), "user_id": str(host.user_id), "email": email, "marker": marker}
    shared = {"lead_id": lead_id, "permit_id": permit_id, "page_sha256": "cd" * 32, "tracking_code": "t" * 32}
    claims = {"sub": known["user_id"], "role": "authenticated", "account_id": known["account_id"], "email": email}
    owner.execute(QUERIES["act_in_claims"], {"claims": orjson.dumps(claims).decode()})
    with owner.cursor(row_factory=dict_row) as rows:
        for title, text in SEEDS.items():
            made = rows.execute(text, {**shared, **known}).fetchone()
            assert made is not None, f"the seed '{title}' made nothing"
            known |= {name: str(value) for name, value in made.items() if value is not None}
    owner.execute(QUERIES["act_in_claims"], {"claims": ""})
    needles = frozenset(value for value in known.values() if len(value) >= TELLING_LENGTH)
    return Seeded(host, {**shared, **known}, needles)


def content(owner: psycopg.Connection, seeded: Seeded, *, apart_from: str | None = None) -> dict[str, str]:
    """A fingerprint of the account's rows in every seeded table, apart from those of one user."""
    return {title: _fingerprint(owner, seeded, title, "content", apart_from) for title in SEEDS}


def written(owner: psycopg.Connection, seeded: Seeded, title: str, *, apart_from: str | None = None) -> str:
    """The same for one table, and it changes with every write, also of what was there before."""
    return _fingerprint(owner, seeded, title, "fingerprint", apart_from)


def _fingerprint(owner: psycopg.Connection, seeded: Seeded, title: str, kind: str, apart_from: str | None) -> str:
    has_user = owner.execute(QUERIES["has_user"], {"table": ".".join(table_of(title))}).fetchone() == (True,)
    theirs = QUERIES["not_of_user"].format(user_id=apart_from) if apart_from and has_user else QUERIES["anyones"]
    statement = QUERIES[kind].format(table=sql.Identifier(*table_of(title)), is_not_theirs=theirs)
    found = owner.execute(statement, {"account_id": seeded.known["account_id"]}).fetchone()
    return str(found[0]) if found else ""
