"""The queue in our migration chain is the library's own, but for where it stands; and nobody else may touch it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import procrastinate
import psycopg
import pytest

from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("schema.sql"))
LIBRARY = Path(procrastinate.__file__).with_name("sql") / "schema.sql"
OURS, THEIRS = "procrastinate", "as_the_library_has_it"


def described(conn: psycopg.Connection, schema: str) -> Iterator[str]:
    """Columns, constraints, indexes, triggers, types and functions, without the name of the schema."""
    for name in ("columns", "constraints", "indexes", "triggers", "labels", "functions"):
        for (told,) in conn.execute(QUERIES[name], {"schema": schema}):
            plain = re.sub(rf"\b{schema}\.", "", str(told)).lower().replace("set search_path to ''", "")
            yield " ".join(re.sub(r"--[^\n]*", " ", plain).split())


def test_migration_has_what_the_installed_library_expects(conn: psycopg.Connection) -> None:
    conn.execute(f"create schema {THEIRS}".encode())
    conn.execute(f"set local search_path = {THEIRS}".encode())
    conn.execute(LIBRARY.read_bytes())
    conn.execute("set local search_path = ''")
    ours, theirs = sorted(described(conn, OURS)), sorted(described(conn, THEIRS))
    assert len(ours) > 60
    assert ours == theirs


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_queue_is_nobodys_business_but_the_workers(conn: psycopg.Connection, role: str) -> None:
    assert conn.execute(QUERIES["rights"], {"role": role}).fetchall() == []
    assert conn.execute("select has_schema_privilege(%s, 'procrastinate', 'usage')", [role]).fetchone() == (False,)


def test_every_table_of_the_queue_has_row_level_security(conn: psycopg.Connection) -> None:
    assert conn.execute(QUERIES["unsecured"]).fetchall() == []
