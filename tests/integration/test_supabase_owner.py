"""The chain applies where Supabase was first: an owner who is no superuser, and grants to everybody by default."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from permit_leads.store.migrate import migrate
from tests.conftest import QUERIES, server_url, with_database

PASSWORD = "only-for-tests"


@pytest.fixture
def project_url(template_database: str) -> Iterator[str]:
    """A new database as Supabase hands it over, as its owner; the three roles exist since the template was made."""
    server = server_url(Path(os.environ["LEADLEDGER_TEST_HOME"]))
    name = f"project_{secrets.token_hex(4)}"
    owner = sql.Identifier(name)
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(QUERIES["create"].format(name=owner))
        admin.execute(QUERIES["supabase_like_owner"].format(owner=owner, name=owner, password=sql.Literal(PASSWORD)))
        url = with_database(server, name)
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute(QUERIES["supabase_like_schemas"].format(owner=owner))
        place = url.rpartition("@")[2]
        yield f"postgresql://{name}:{PASSWORD}@{place}"
        admin.execute(QUERIES["drop"].format(name=owner))
        admin.execute(QUERIES["forget_owner"].format(owner=owner))


def test_migrations_apply_and_leave_no_default_grant_standing(project_url: str) -> None:
    with psycopg.connect(project_url, autocommit=True) as conn:
        assert len(migrate(conn)) >= 5
        assert conn.execute(QUERIES["reachable_tables"]).fetchall() == []
