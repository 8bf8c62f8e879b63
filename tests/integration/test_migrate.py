"""The migration runner: order, history as the Supabase CLI keeps it, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from permit_leads.errors import DatabaseUnavailable
from permit_leads.store.migrate import MIGRATIONS, migrate, pending_versions, read_chain, split_statements


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as conn:
        yield conn


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The real chain and one step more."""
    for path in MIGRATIONS.glob("*.sql"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "20991231000000_step.sql").write_text("create table public.step (a int); insert into step values (1);")
    return tmp_path


def test_second_run_applies_nothing(owner: psycopg.Connection) -> None:
    assert migrate(owner) == []
    assert pending_versions(owner) == []


def test_history_holds_version_name_and_statements(owner: psycopg.Connection, folder: Path) -> None:
    assert pending_versions(owner, folder) == ["20991231000000"]
    assert migrate(owner, folder) == ["20991231000000"]
    newest = owner.execute(
        "select version, name, statements from supabase_migrations.schema_migrations order by version desc limit 1"
    ).fetchone()
    assert newest == (
        "20991231000000",
        "step",
        ["create table public.step (a int)", "insert into step values (1)"],
    )


def test_failing_migration_leaves_nothing_behind(owner: psycopg.Connection, folder: Path) -> None:
    (folder / "20991231000000_step.sql").write_text("create table public.step (a int); select 1 / 0;")
    with pytest.raises(DatabaseUnavailable, match=r"20991231000000_step failed: division by zero"):
        migrate(owner, folder)
    assert owner.execute("select to_regclass('public.step')").fetchone() == (None,)
    assert pending_versions(owner, folder) == ["20991231000000"]


def test_database_newer_than_the_code_is_refused(owner: psycopg.Connection, folder: Path) -> None:
    migrate(owner, folder)
    with pytest.raises(DatabaseUnavailable, match="20991231000000, which is not in supabase/migrations"):
        migrate(owner)


def test_migration_older_than_the_last_applied_is_refused(owner: psycopg.Connection, folder: Path) -> None:
    (folder / "20261123000150_late.sql").write_text("create table public.late (a int);")
    with pytest.raises(DatabaseUnavailable, match="20261123000150 is older than"):
        migrate(owner, folder)


def test_database_without_history_says_what_to_run(owner: psycopg.Connection) -> None:
    owner.execute("drop schema supabase_migrations cascade")
    with pytest.raises(DatabaseUnavailable, match="python -m leadledger migrate"):
        pending_versions(owner)


def test_two_migrators_at_once_apply_each_step_once(database_url: str, folder: Path) -> None:
    applied: list[str] = []

    def run() -> None:
        with psycopg.connect(database_url, autocommit=True) as conn:
            applied.extend(migrate(conn, folder))

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert applied == ["20991231000000"]


def test_migration_gives_up_when_a_table_stays_locked(
    database_url: str, owner: psycopg.Connection, folder: Path
) -> None:
    (folder / "20991231000000_step.sql").write_text(
        "set local lock_timeout = '50ms'; alter table leads add column x int;"
    )
    with psycopg.connect(database_url) as blocker:
        blocker.execute("select from leads limit 1")
        with pytest.raises(DatabaseUnavailable, match="lock timeout"):
            migrate(owner, folder)


def test_migrations_wait_at_most_five_seconds_for_a_lock(owner: psycopg.Connection, folder: Path) -> None:
    (folder / "20991231000000_step.sql").write_text("create table seen as select current_setting('lock_timeout') as t;")
    migrate(owner, folder)
    assert owner.execute("select t from seen").fetchone() == ("5s",)


def test_wrong_file_name_is_named(tmp_path: Path) -> None:
    (tmp_path / "roles.sql").write_text("select 1;")
    with pytest.raises(DatabaseUnavailable, match=r"roles\.sql is no migration's name"):
        read_chain(tmp_path)


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("select 1; select 2;\n", ["select 1", "select 2"]),
        ("select ';'; -- a; b\nselect 2", ["select ';'", "-- a; b\nselect 2"]),
        ("do $$ begin; end $$; do $f$ $$;$$ $f$;", ["do $$ begin; end $$", "do $f$ $$;$$ $f$"]),
        (
            "create table \"a;b\" (c text default 'it''s;'); /* ; */",
            ["create table \"a;b\" (c text default 'it''s;')", "/* ; */"],
        ),
    ],
)
def test_statements_split_only_at_their_own_semicolons(text: str, statements: list[str]) -> None:
    assert split_statements(text) == statements
