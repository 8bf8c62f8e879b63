"""What the database itself lets each role see, whatever the API forgets: grants and row-level security."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from leadledger.database import Database, Role
from permit_leads.permit import FIELDS
from tests.conftest import _fresh_database, as_api
from tests.integration.api.rows import QUERIES as ROWS
from tests.integration.api.rows import Loaded, load

CLAIMS = {"sub": "6f1d3c5e-7f7f-4b39-9d1c-0f6a3f0f5a10", "role": "authenticated"}
PERSONAL = [field.name for field in FIELDS if field.is_personal]
ETL_INTERNAL = ["rejections", "findings", "etl_audit_entries"]
IDENTITY = {
    "users": "user_id",
    "sessions": "user_id",
    "refresh_tokens": "token_hash",
    "signing_keys": "kid",
    "one_time_tokens": "token_hash",
    "auth_codes": "code_hash",
    "mail_requests": "request_hash",
}


@pytest.fixture(scope="module")
def database(template_database: str) -> Iterator[Database]:
    """The API's own pool over ten permits."""
    for url in _fresh_database(template_database):
        with psycopg.connect(url, autocommit=True) as owner:
            load(owner, Loaded(permit_count=10))
        pool = Database(as_api(url), size=2)
        pool.open()
        yield pool
        pool.close()


def read(database: Database, role: Role, table: str, column: str, schema: str = "public") -> int:
    """How many rows of a column a role sees; permission denied is raised."""
    statement = ROWS["read_column"].format(
        schema=sql.Identifier(schema), table=sql.Identifier(table), column=sql.Identifier(column)
    )
    with database.acting_as(role, CLAIMS) as conn:
        return len(conn.execute(statement).fetchall())


def is_denied(database: Database, role: Role, table: str, column: str, schema: str = "public") -> bool:
    try:
        read(database, role, table, column, schema)
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


@pytest.mark.parametrize("column", PERSONAL)
@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_names_of_persons_are_granted_to_nobody(database: Database, role: Role, column: str) -> None:
    assert is_denied(database, role, "permits", column)


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_superseded_record_is_granted_to_nobody(database: Database, role: Role) -> None:
    assert is_denied(database, role, "superseded_permits", "permit")


def test_signed_in_users_see_leads_and_permits(database: Database) -> None:
    assert read(database, "authenticated", "leads", "lead_id") == 20
    assert read(database, "authenticated", "permits", "permit_id") == 10


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("leads", "lead_id"),
        ("permits", "permit_id"),
        ("permit_versions", "permit_id"),
        ("raw_pages", "page_sha256"),
    ],
)
def test_strangers_see_neither_leads_nor_permits(database: Database, table: str, column: str) -> None:
    assert is_denied(database, "anon", table, column)


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_coverage_is_public_but_error_texts_are_not(database: Database, role: Role) -> None:
    assert read(database, role, "datasets", "dataset_id") == 1
    assert read(database, role, "etl_state", "status") == 1
    assert is_denied(database, role, "etl_state", "error_message")
    assert is_denied(database, role, "etl_runs", "error_message")


@pytest.mark.parametrize("table", ETL_INTERNAL)
@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_the_etls_notes_stay_with_it(database: Database, role: Role, table: str) -> None:
    assert is_denied(database, role, table, "dataset_id" if table != "etl_audit_entries" else "source")


@pytest.mark.parametrize("table", IDENTITY)
@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_users_and_keys_are_the_providers_alone(database: Database, role: Role, table: str) -> None:
    column = IDENTITY[table]
    assert is_denied(database, role, table, column, "identity")
    assert read(database, "identity_provider", table, column, "identity") == 0


def test_provider_sees_no_permits(database: Database) -> None:
    assert is_denied(database, "identity_provider", "permits", "permit_id")
    assert is_denied(database, "identity_provider", "leads", "lead_id")


@pytest.mark.parametrize("statement", ["write_lead", "remove_leads", "write_permit"])
@pytest.mark.parametrize("role", ["anon", "authenticated", "identity_provider"])
def test_the_api_writes_no_facts(database: Database, role: Role, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.acting_as(role, CLAIMS) as conn:
        conn.execute(ROWS[statement])


def test_login_role_owns_nothing_and_sees_nothing_by_itself(database: Database) -> None:
    with database.acting_as("authenticated", CLAIMS) as conn:
        conn.execute(ROWS["back_to_login_role"])
        owned = conn.execute(ROWS["count_owned"]).fetchone()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(ROWS["count_leads"])
    assert owned == ("leadledger_api", 0)


@pytest.mark.parametrize("role", ["service_role", "postgres"])
def test_login_role_cannot_become_more(database: Database, role: str) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        database.acting_as("anon") as conn,
    ):
        conn.execute(ROWS["become"], {"role": role})
