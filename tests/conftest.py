"""What every test may ask for: the embedded server of this run, and a migrated database of its own.

All workers of a run share one server, made in a temporary folder and removed at the end. `TEST_DATABASE_URL` (the
address of any database of a server where roles and databases may be created) takes its place, to try another release.
"""

from __future__ import annotations

import gc
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from fcntl import LOCK_EX, flock
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import hypothesis
import psycopg
import pytest
from psycopg import sql

from leadledger.credits.catalog import write_catalog
from leadledger.plans import load_catalog
from permit_leads.store import embedded
from permit_leads.store.migrate import migrate
from permit_leads.store.queries import load_queries

RUN = "LEADLEDGER_TEST_RUN"
HOME = "LEADLEDGER_TEST_HOME"
API_PASSWORD = "only-for-tests"
# What a developer's shell may hold and a test must never reach.
FOREIGN_PREFIXES = ("PERMIT_LEADS_", "SUPABASE_", "STRIPE_", "LEADLEDGER_HOME", "NEXT_PUBLIC_")
FOREIGN = {
    "DATABASE_URL",
    "API_DATABASE_URL",
    "SANDBOX_DATABASE_URL",
    "ARCHIVE_URL",
    "SOCRATA_APP_TOKEN",
    "HC_ISSUED_PERMITS_URL",
    "BACKEND_URL",
}
QUERIES = load_queries(Path(__file__).with_name("databases.sql"))


# A deadline per example judges the machine, not the code: a busy one fails a right answer.
hypothesis.settings.register_profile("no-deadline", deadline=None)
hypothesis.settings.load_profile("no-deadline")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="rewrite recorded expectations instead of comparing")


def pytest_configure(config: pytest.Config) -> None:
    for name in list(os.environ):
        if name in FOREIGN or name.startswith(FOREIGN_PREFIXES):
            del os.environ[name]
    os.environ["LEADLEDGER_NO_ENV_FILE"] = "1"
    if not hasattr(config, "workerinput"):
        os.environ[RUN] = secrets.token_hex(4)
        os.environ[HOME] = tempfile.mkdtemp(prefix="leadledger-tests-")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that none of them runs alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """What collecting made lives to the end: to look through it again and again cost the unit tests two seconds."""
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or HOME not in os.environ:
        return
    home = Path(os.environ.pop(HOME))
    if (home / "template-is-ready").exists():
        _execute(server_url(home), "drop", name=_template())
    embedded.stop(home)
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def template_database() -> str:
    """Name of the migrated, empty database all others are copied from; made once a run."""
    home = Path(os.environ[HOME])
    name = _template()
    with (home / "template.lock").open("a") as lock:
        flock(lock, LOCK_EX)
        if not (home / "template-is-ready").exists():
            if "TEST_DATABASE_URL" not in os.environ:
                for statement in ("forget_the_disk", "forget_the_log", "do_not_wait", "reload"):
                    _execute(server_url(home), statement)
            _execute(server_url(home), "create", name=name)
            with psycopg.connect(with_database(server_url(home), name), autocommit=True) as conn:
                migrate(conn)
                write_catalog(conn, load_catalog())
            if "TEST_DATABASE_URL" in os.environ:
                _execute(server_url(home), "let_api_in", password=sql.Literal(API_PASSWORD))
            (home / "template-is-ready").touch()
    return name


@pytest.fixture
def database_url(template_database: str) -> Iterator[str]:
    """A migrated, empty database of this test alone, as its owner; dropped afterwards."""
    yield from _fresh_database(template_database)


@pytest.fixture
def api_database_url(database_url: str) -> str:
    """The database of `database_url` as the API's login role sees it."""
    return as_api(database_url)


@pytest.fixture(scope="session")
def shared_database_url(template_database: str) -> Iterator[str]:
    """One migrated database for all tests of a worker that leave nothing behind; see `conn`."""
    yield from _fresh_database(template_database)


@pytest.fixture
def conn(shared_database_url: str) -> Iterator[psycopg.Connection]:
    """An owner's connection inside a transaction that is rolled back when the test ends."""
    with psycopg.connect(shared_database_url) as connection:
        yield connection
        connection.rollback()


def as_api(database_url: str) -> str:
    """The same database, logged in as leadledger_api."""
    if "TEST_DATABASE_URL" not in os.environ:
        return with_database(
            embedded.ensure_running(Path(os.environ[HOME])).api, urlsplit(database_url).path.strip("/")
        )
    parts = urlsplit(database_url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"leadledger_api:{API_PASSWORD}@{place}"))


def _fresh_database(template: str) -> Iterator[str]:
    server = server_url(Path(os.environ[HOME]))
    name = f"test_{secrets.token_hex(6)}"
    _execute(server, "copy", name=name, template=template)
    yield with_database(server, name)
    _execute(server, "drop", name=name)


def server_url(home: Path) -> str:
    return os.environ.get("TEST_DATABASE_URL") or embedded.ensure_running(home).owner


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _template() -> str:
    return f"template_{os.environ[RUN]}"


def _execute(url: str, statement: str, **parts: str | sql.Literal) -> None:
    filled = {key: sql.Identifier(part) if isinstance(part, str) else part for key, part in parts.items()}
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(QUERIES[statement].format(**filled))
