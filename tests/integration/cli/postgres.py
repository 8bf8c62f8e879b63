"""One embedded server for the tests of the command line and the scripts; each test gets a database of its own."""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

import psycopg
from psycopg import sql

from permit_leads.store import embedded
from permit_leads.store.migrate import migrate


@cache
def start_server() -> str:
    """The owner's address of a migrated database; the server ends with this process."""
    home = Path(tempfile.mkdtemp(prefix="leadledger-cli-tests-"))
    atexit.register(rmtree, home, ignore_errors=True)
    atexit.register(embedded.stop, home)
    url = embedded.ensure_running(home).owner
    with psycopg.connect(url, autocommit=True) as conn:
        migrate(conn)
    return url


def fresh_database() -> Iterator[str]:
    """Address of a copy of the migrated, empty database; gone after the test."""
    template = start_server()
    name = f"test_{uuid4().hex}"
    maintenance = template.replace("/leadledger", "/postgres")
    with psycopg.connect(maintenance, autocommit=True) as conn:
        conn.execute(sql.SQL("create database {} template leadledger").format(sql.Identifier(name)))
    yield template.replace("/leadledger", f"/{name}")
    with psycopg.connect(maintenance, autocommit=True) as conn:
        conn.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
