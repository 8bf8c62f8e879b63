"""Applies `supabase/migrations/*.sql` and keeps the history as the Supabase CLI keeps it.

Source: supabase/cli pkg/migration (file.go, history.go): file names `<digits>_<name>.sql`, order by name, one
transaction each, history in supabase_migrations.schema_migrations(version, statements, name).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from permit_leads.errors import DatabaseUnavailable
from permit_leads.settings import REPOSITORY
from permit_leads.store.queries import load_queries

MIGRATIONS = REPOSITORY / "supabase" / "migrations"
QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
FILE_NAME = re.compile(r"^([0-9]+)_(.*)\.sql$")
STATEMENT = re.compile(
    r"""(?:--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"[^"]*"|\$(\w*)\$.*?\$\1\$|[^;'"$/-]+|[^;])+""", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of the chain."""

    version: str
    name: str
    text: str


def migrate(
    conn: psycopg.Connection, folder: Path = MIGRATIONS, on_applied: Callable[[str], None] | None = None
) -> list[str]:
    """Apply what is missing, oldest first, each in its own transaction; returns the versions applied now.

    Safe to run from several places at once, and to run again after a failure: what was applied stays. `conn` is the
    schema's owner and must be outside a transaction.

    Raises:
        DatabaseUnavailable: the history does not fit the files, or a migration fails; says which and why.
    """
    chain = read_chain(folder)
    with conn.transaction():
        conn.execute(QUERIES["wait_for_turn"])
        conn.execute(QUERIES["create_history"])
    applied: list[str] = []
    for migration in chain:
        if _apply(conn, migration, chain):
            applied.append(migration.version)
            if on_applied:
                on_applied(f"{migration.version}_{migration.name}")
    return applied


def pending_versions(conn: psycopg.Connection, folder: Path = MIGRATIONS) -> list[str]:
    """Versions that have a file but are not applied yet; writes nothing.

    Raises:
        DatabaseUnavailable: no migration was ever applied here, or the history does not fit the files.
    """
    try:
        recorded = _recorded(conn)
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        raise DatabaseUnavailable("the database was never migrated; run `python -m leadledger migrate`") from None
    chain = read_chain(folder)
    check_history([migration.version for migration in chain], recorded)
    return [migration.version for migration in chain if migration.version not in recorded]


def read_chain(folder: Path) -> list[Migration]:
    """All migration files in the order they are applied."""
    chain = []
    for path in sorted(folder.glob("*.sql")):
        match = FILE_NAME.match(path.name)
        if match is None:
            raise DatabaseUnavailable(f"{path.name} is no migration's name; expected <timestamp>_<name>.sql")
        chain.append(Migration(match[1], match[2], path.read_text(encoding="utf-8")))
    versions = [migration.version for migration in chain]
    if not chain or len(set(versions)) != len(versions):
        raise DatabaseUnavailable(
            f"{folder} holds no migrations, or two of one version; give each file its own timestamp"
        )
    return chain


def check_history(files: Sequence[str], recorded: Sequence[str]) -> None:
    """Refuse a database that is not a prefix of the chain.

    Raises:
        DatabaseUnavailable: a recorded version has no file (older code, newer database), or a file lies before the
            last applied one (it would run in another order than elsewhere).
    """
    unknown = [version for version in recorded if version not in files]
    if unknown:
        raise DatabaseUnavailable(
            f"the database has migration {unknown[0]}, which is not in supabase/migrations; deploy the code that has it"
        )
    late = [version for version in files if version not in recorded and recorded and version < max(recorded)]
    if late:
        raise DatabaseUnavailable(
            f"migration {late[0]} is older than {max(recorded)}, which is applied; give it a newer timestamp"
        )


def split_statements(text: str) -> list[str]:
    """A migration's statements, without their semicolons, as the CLI stores them."""
    parts = (match[0].strip() for match in STATEMENT.finditer(text))
    return [part for part in parts if part]


def _apply(conn: psycopg.Connection, migration: Migration, chain: Sequence[Migration]) -> bool:
    try:
        with conn.transaction():
            conn.execute(QUERIES["wait_for_turn"])
            recorded = _recorded(conn)
            check_history([one.version for one in chain], recorded)
            if migration.version in recorded:
                return False
            conn.execute(QUERIES["give_up_early"])
            conn.execute(migration.text.encode())
            conn.execute(
                QUERIES["record_version"],
                {
                    "version": migration.version,
                    "name": migration.name,
                    "statements": split_statements(migration.text),
                },
            )
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise DatabaseUnavailable(f"migration {migration.version}_{migration.name} failed: {reason}") from error
    return True


def _recorded(conn: psycopg.Connection) -> list[str]:
    return [str(version) for (version,) in conn.execute(QUERIES["recorded_versions"])]
