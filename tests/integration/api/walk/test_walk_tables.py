"""Every table and view, asked by SQL as Supabase's REST would with other people's claims: nothing comes out or in."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson
import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.integration.api.walk.conftest import Cast
from tests.integration.api.walk.seeding import QUERIES, SEEDS, Seeded, table_of, written

# Facts from publishers and how they came here, and prices: nobody's, and the same for everybody who may read them.
FACTS = {
    "public.claim_terms",
    "public.contractor_licences",
    "public.credit_terms",
    "public.dataset_tallies",
    "public.datasets",
    "public.etl_runs",
    "public.etl_state",
    "public.events",
    "public.held_runs",
    "public.leads",
    "public.market_weeks",
    "public.metros",
    "public.packs",
    "public.permit_versions",
    "public.permits",
    "public.plans",
    "public.raw_pages",
    "public.superseded_leads",
    "public.superseded_permits",
}
# What functions with their owner's rights ask before they answer; whoever adds one says it here.
WALLS = {
    "private.account_ids": "only the caller's own memberships",
    "private.accept_invitation": "the token is the proof, and only the invited address may",
    "private.appeal_refund": "only for accounts the caller may work for",
    "private.request_refund": "only for accounts the caller may work for",
    "private.buy_zip": "only for accounts the caller may work for; of others that they hold it, never who",
    "private.choose_metro": "only for accounts the caller is an admin of",
    "private.names_published": "which names a publisher gives, never one of them; the same for everybody",
    "private.offers_of": "only for accounts the caller is a member of; of others a number, never who",
    "private.plan_of": "only of the caller's own accounts",
    "private.plan_reaches": "only by the plan of the caller's own accounts; true for all others",
    "private.terms_of": "prices, the same for everybody",
    "private.undo_until": "a sum of two times, the same for everybody",
    "private.act_for": "only accounts the caller is a member of",
    "private.add_rate_counts": "counts of hashes that the asker names; no address and no id",
    "private.confirm_alert": "the token of what was sent is the proof",
    "private.find_alert_link": "the token of what was sent is the proof",
    "private.unsubscribe_alert": "the token of what was sent is the proof",
    "private.file_privacy_request": "only takes in, and tells nothing",
    "private.find_api_key": "the key is the proof",
    "private.find_privacy_request": "the tracking code is the proof",
    "private.note_api_key_use": "tells nothing, and sets a time only",
    "private.note_download": "tells nothing, and sets a time only on exports of the caller's own accounts",
    "private.people_of_claim": "only claims of the caller's own accounts",
    "private.count_superseded_since": "a number; facts of publishers, the same for everybody who is signed in",
    "private.permits_then": "facts of publishers, the same for everybody who is signed in",
    "private.superseded_fields": "facts of publishers, the same for everybody who is signed in",
}
TELLS_NOTHING_BUT_BY_PROOF = {"private.find_api_key"}
MISSING = "b3b0c1de-0000-4000-8000-000000000000"


class Table(NamedTuple):
    """A table, and the columns that users or strangers may read, insert and update."""

    schema: str
    name: str
    kind: str
    has_account: bool
    has_user: bool
    options: str
    readable: list[str]
    insertable: list[str]
    updatable: list[str]

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.name)


class Walker(NamedTuple):
    """Somebody at the database: role, claims, and whose rows are his own."""

    name: str
    role: str
    claims: Mapping[str, object]
    user_id: str | None = None


def walkers(people: Cast, seeded: Seeded) -> Iterator[Walker]:
    host = seeded.known["account_id"]
    for name in ("stranger", "former"):
        user_id = str(getattr(people, name).user_id)
        told = {"sub": user_id, "role": "authenticated"}
        yield Walker(name, "authenticated", told)
        yield Walker(f"{name} who forges the account", "authenticated", {**told, "account_id": host})
        yield Walker(f"{name} who forges the role", "authenticated", {**told, "role": "service_role"})
    key = {"sub": str(people.key.user_id), "account_id": host, "api_key_id": MISSING}
    yield Walker("key of another account", "authenticated", key)
    yield Walker("somebody without an account", "authenticated", {"sub": MISSING, "account_id": host})
    yield Walker("nobody in particular", "authenticated", {"role": "authenticated", "account_id": host})
    yield Walker("visitor", "anon", {})
    yield Walker("visitor who forges all", "anon", {"sub": seeded.known["user_id"], "account_id": host})


@pytest.fixture(scope="module")
def tables(place: tuple[Any, psycopg.Connection], seeded: Seeded) -> list[Table]:
    """All tables and views there are."""
    del seeded
    return [Table(*row) for row in place[1].execute(QUERIES["tables"]).fetchall()]


def attempt(
    db: psycopg.Connection, walker: Walker, statement: sql.Composed, values: dict[str, object] | None = None
) -> list[tuple[Any, ...]]:
    """What the walker gets; nothing where he is refused. The transaction stays open, the owner's rights are back."""
    try:
        with db.transaction():
            claims = orjson.dumps(walker.claims).decode()
            db.execute(QUERIES["act_as"], {"mode": "live", "role": walker.role, "claims": claims})
            answer = db.execute(statement, values)
            found = answer.fetchall() if answer.description else []
            db.execute(QUERIES["act_as_owner"])
            return found
    except psycopg.errors.Error:
        return []


def test_every_table_is_known_to_the_walk(tables: list[Table]) -> None:
    seeded_tables = {".".join(table_of(title)) for title in SEEDS}
    holding = {table.full_name for table in tables if table.has_account and table.kind in "rp"}
    assert holding - seeded_tables == set(), "make one row of these in seeds/: see seeding.py"
    reachable = {table.full_name for table in tables if table.readable or table.insertable or table.updatable}
    assert reachable - seeded_tables - FACTS == set(), "say of these whose they are"


def test_users_and_keys_of_the_provider_are_closed(tables: list[Table]) -> None:
    closed = [table for table in tables if table.schema in ("identity", "procrastinate", "private")]
    assert closed
    assert [table.full_name for table in closed if table.readable or table.insertable or table.updatable] == []


def test_views_ask_with_the_rights_of_the_asker(tables: list[Table]) -> None:
    views = [table for table in tables if table.kind in ("v", "m") and table.readable]
    assert [view.full_name for view in views if "security_invoker=true" not in view.options] == []


def test_rows_of_an_account_hang_on_its_own_rows_alone(db: psycopg.Connection) -> None:
    assert db.execute(QUERIES["foreign_keys_without_account"]).fetchall() == []


def test_nothing_of_account_a_comes_out(
    db: psycopg.Connection, tables: list[Table], people: Cast, seeded: Seeded
) -> None:
    leaks = []
    for walker in walkers(people, seeded):
        for table in (one for one in tables if one.readable):
            columns = sql.SQL(", ").join(map(sql.Identifier, table.readable))
            statement = QUERIES["read_all"].format(columns=columns, table=table.identifier)
            leaked = seeded.leaked(str(attempt(db, walker, statement)))
            leaks += [(walker.name, table.full_name, leaked)] if leaked else []
    assert leaks == []


def test_nothing_of_account_a_is_made_changed_or_removed(
    db: psycopg.Connection, tables: list[Table], people: Cast, seeded: Seeded
) -> None:
    viewer = str(people.viewer.user_id)
    told = {"sub": viewer, "role": "authenticated"}
    everybody = [*walkers(people, seeded), Walker("viewer", "authenticated", told, viewer)]
    leaks = [
        (walker.name, table.full_name, what)
        for walker in everybody
        for table in tables
        if table.full_name in {".".join(table_of(title)) for title in SEEDS}
        for what, statement, values in writes(db, table, seeded, people)
        if did_write(db, seeded, table, walker, statement, values)
    ]
    assert leaks == []


def writes(
    db: psycopg.Connection, table: Table, seeded: Seeded, people: Cast
) -> Iterator[tuple[str, sql.Composed, dict[str, object]]]:
    """Every kind of write the grants allow, and some they do not, without a condition."""
    about = {"table": table.identifier}
    row = db.execute(QUERIES["a_row"].format(**about), {"account_id": seeded.known["account_id"]}).fetchone()
    assert row is not None, f"no row of account A in {table.full_name}"
    insertable = sql.SQL(", ").join(map(sql.Identifier, table.insertable or ["account_id"]))
    yield "insert", QUERIES["copy_row"].format(**about, columns=insertable), {"row": Jsonb(row[0])}
    for column in table.updatable or ["account_id"]:
        yield f"update {column}", QUERIES["touch"].format(**about, column=sql.Identifier(column)), {}
    yield "move over", QUERIES["move_over"].format(**about), {"account_id": people.stranger.account_id}
    yield "delete", QUERIES["remove_all"].format(**about), {}


def did_write(
    db: psycopg.Connection,
    seeded: Seeded,
    table: Table,
    walker: Walker,
    statement: sql.Composed,
    values: dict[str, object],
) -> bool:
    """Whether a row of account A is another afterwards; rolled back."""
    title = table.name if table.schema == "public" else f"{table.schema}__{table.name}"
    with db.transaction(force_rollback=True):
        before = written(db, seeded, title, apart_from=walker.user_id)
        attempt(db, walker, statement, values)
        return written(db, seeded, title, apart_from=walker.user_id) != before


def test_owner_of_account_a_would_be_seen_writing(
    db: psycopg.Connection, tables: list[Table], people: Cast, seeded: Seeded
) -> None:
    """The walk sees a write where there is one."""
    host = Walker("host", "authenticated", {"sub": seeded.known["user_id"], "role": "authenticated"})
    territories = next(table for table in tables if table.full_name == "public.territories")
    attempts = list(writes(db, territories, seeded, people))
    seen = {what: did_write(db, seeded, territories, host, how, values) for what, how, values in attempts}
    assert seen == {**dict.fromkeys(seen, True), "move over": False}


def test_functions_with_more_rights_are_walled(db: psycopg.Connection) -> None:
    found = {name for name, _ in db.execute(QUERIES["definer_functions"])}
    assert found - set(WALLS) == set(), "say what these ask before they answer"


def test_functions_with_more_rights_tell_nobody_of_account_a(
    db: psycopg.Connection, people: Cast, seeded: Seeded
) -> None:
    leaks = []
    found = db.execute(QUERIES["definer_functions"]).fetchall()
    asked = [name for name, count in found if count == 1 and name not in TELLS_NOTHING_BUT_BY_PROOF]
    assert {"private.account_ids", "private.people_of_claim"} <= set(asked)
    for walker, name in itertools.product(walkers(people, seeded), asked):
        statement = QUERIES["call"].format(function=sql.Identifier(*name.split(".")))
        for value in seeded.known.values():
            leaked = seeded.leaked(str(attempt(db, walker, statement, {"value": value})))
            leaks += [(walker.name, name, leaked)] if leaked else []
    assert leaks == []
