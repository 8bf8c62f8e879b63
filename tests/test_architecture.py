"""Rules of the house that no linter knows; each failure names the place and the rule."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from permit_leads.store.migrate import split_statements

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("permit_leads", "leadledger", "simulators", "benchmarks", "scripts", "sdk/python/leadledger_sdk", "tests")
PYTHON_LINES, TYPESCRIPT_LINES, FUNCTION_LINES = 300, 250, 40
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc"}
GENERATED = {"web/src/api/schema.d.ts"}
GENERATED_FOLDER = ROOT / "sdk" / "python" / "leadledger_sdk" / "rest"
# The run loop and the ASGI edge: each records the ids it knew. The worker's loop is Procrastinate's.
CATCH_ALL = {"permit_leads/run.py", "leadledger/middleware.py"}
STATEMENT = re.compile(r"^\s*(select|insert into|update|delete from|with|create|alter|drop)\s", re.IGNORECASE)
CLAUSE = re.compile(r"\b(from|into|set|table|values|where|role|database|schema|stdin)\b", re.IGNORECASE)


def python_files(*packages: str) -> list[Path]:
    found = (path for package in packages for path in (ROOT / package).rglob("*.py"))
    return sorted(path for path in found if not path.is_relative_to(GENERATED_FOLDER))


def typescript_files() -> list[Path]:
    folder = ROOT / "web" / "src"
    return sorted(path for path in folder.rglob("*") if path.suffix in (".ts", ".tsx") and name(path) not in GENERATED)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def long_files(paths: list[Path], limit: int) -> list[str]:
    counted = ((name(path), len(path.read_text(encoding="utf-8").splitlines())) for path in paths)
    return [f"{file}: {lines} lines, at most {limit}; split by meaning" for file, lines in counted if lines > limit]


def long_functions(tree: ast.Module, file: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{file}:{node.lineno}: {node.name} has {lines} lines, at most {FUNCTION_LINES}"


def catch_alls(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(one is None or (isinstance(one, ast.Name) and one.id == "Exception") for one in caught):
                yield node.lineno


def sql_strings(tree: ast.Module) -> Iterator[int]:
    """Lines of string literals that read as a statement, docstrings apart."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings and is_sql(node.value):
            yield node.lineno


def is_sql(value: object) -> bool:
    return isinstance(value, str) and bool(STATEMENT.match(value) and CLAUSE.search(value))


def migration_statements() -> str:
    folder = ROOT / "supabase" / "migrations"
    parts = (split_statements(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.sql")))
    return "\n".join(
        " ".join(line for line in one.splitlines() if not line.startswith("--")) for part in parts for one in part
    )


def test_python_files_are_short() -> None:
    assert long_files(python_files(*PACKAGES), PYTHON_LINES) == []


def test_typescript_files_are_short() -> None:
    assert long_files(typescript_files(), TYPESCRIPT_LINES) == []


def test_functions_are_short() -> None:
    found = [problem for path in python_files(*PACKAGES) for problem in long_functions(parse(path), name(path))]
    assert found == []


def test_no_module_is_named_for_nothing() -> None:
    places = [*python_files(*PACKAGES), *typescript_files()]
    assert [name(path) for path in places if {path.stem, path.parent.name} & BANNED_NAMES] == []


def test_everything_is_caught_only_at_the_edges() -> None:
    found = {
        name(path): list(catch_alls(parse(path)))
        for path in python_files("permit_leads", "leadledger", "simulators", "scripts", "benchmarks")
    }
    assert {file: lines for file, lines in found.items() if lines and file not in CATCH_ALL} == {}


def test_sql_stands_in_sql_files() -> None:
    found = [
        f"{name(path)}:{line}"
        for path in python_files("permit_leads", "leadledger", "benchmarks")
        for line in sql_strings(parse(path))
    ]
    assert found == []


def test_every_table_has_row_level_security() -> None:
    statements = migration_statements()
    created = set(re.findall(r"create (?:unlogged )?table (?:if not exists )?([\w.]+)", statements))
    secured = set(re.findall(r"alter table ([\w.]+) enable row level security", statements))
    assert created
    assert created - secured == set()


def test_every_table_takes_back_what_supabase_grants_by_default() -> None:
    statements = migration_statements()
    revoked = " ".join(re.findall(r"revoke all on (.*?) from", statements))
    created = set(re.findall(r"create (?:unlogged )?table (?:if not exists )?([\w.]+)", statements))
    whole_schemas = set(re.findall(r"all tables in schema (\w+)", revoked))
    assert {table for table in created if table not in revoked and table.split(".")[0] not in whole_schemas} == set()


def test_migrations_run_on_postgresql_15() -> None:
    later = r"\b(merge\s+into[^;]*returning|json_table|any_value|uuidv7|virtual\b|without overlaps|jsonb_path_query_tz)"
    assert re.findall(later, migration_statements(), re.IGNORECASE) == []


@pytest.mark.parametrize(
    ("source", "line_count"),
    [
        ("try:\n    pass\nexcept Exception:\n    pass\n", 1),
        ("try:\n    pass\nexcept (ValueError, Exception):\n    pass\n", 1),
        ("try:\n    pass\nexcept:\n    pass\n", 1),
        ("try:\n    pass\nexcept ValueError:\n    pass\n", 0),
    ],
)
def test_catch_all_is_recognized(source: str, line_count: int) -> None:
    assert len(list(catch_alls(ast.parse(source)))) == line_count


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('conn.execute("select permit_id from permits")', True),
        ('conn.execute("""\n  insert into permits values (1)""")', True),
        ('"""Select the leads from a place."""', False),
        ('print("update your settings, then with a new key, retry")', False),
    ],
)
def test_sql_in_a_string_is_recognized(source: str, expected: bool) -> None:
    assert bool(list(sql_strings(ast.parse(source)))) == expected


def test_long_function_is_recognized() -> None:
    source = "def walk():\n" + "    step()\n" * FUNCTION_LINES
    assert list(long_functions(ast.parse(source), "x.py")) == ["x.py:1: walk has 41 lines, at most 40"]
