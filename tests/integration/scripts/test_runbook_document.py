"""docs/runbook.md is run as it stands, block by block, against recorded publishers and a product that is well."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from simulators.publishers import load_snapshot, serve
from tests.integration.scripts.product import serving

ROOT = Path(__file__).parents[3]
RUNBOOK = ROOT / "docs" / "runbook.md"
BLOCK = re.compile(r"^( *)```([^\n]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
SOURCE = "southlake_permits"
POETRY = '#!/bin/sh\nshift\nexec "$@"\n'


@dataclass(frozen=True)
class Block:
    language: str
    mode: str
    text: str


def read_blocks() -> list[Block]:
    blocks: list[Block] = []
    for found in BLOCK.finditer(RUNBOOK.read_text(encoding="utf-8")):
        language, _, mode = found[2].partition(" ")
        blocks.append(Block(language, mode, found[3]))
    return blocks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Stands for the repository's folder, so that what the commands write stays out of it."""
    (tmp_path / "scripts").symlink_to(ROOT / "scripts")
    shims = tmp_path / "shims"
    shims.mkdir()
    (shims / "poetry").write_text(POETRY)
    (shims / "poetry").chmod(0o755)
    return tmp_path


@pytest.fixture
def environment(database_url: str, folder: Path) -> Iterator[dict[str, str]]:
    with serve(load_snapshot(only=[SOURCE])) as publishers, serving() as product:
        yield {
            **os.environ,
            "PATH": f"{folder / 'shims'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": database_url,
            "LEADLEDGER_HOME": str(folder / "home"),
            "PERMIT_LEADS_CONNECT_TO": publishers.url,
            "PERMIT_LEADS_SOURCES": SOURCE,
            "FRONTEND_URL": product,
            "BACKEND_URL": product,
        }


def run(script: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-e", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=180
    )


def follow(script: str, folder: Path, environment: dict[str, str]) -> str:
    """The first line a command prints that never ends by itself."""
    with subprocess.Popen(
        ["bash", "-c", script], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        assert running.stdout is not None
        try:
            return running.stdout.readline()
        finally:
            os.killpg(running.pid, 9)


@pytest.mark.long
def test_every_block_runs_as_it_stands(folder: Path, environment: dict[str, str]) -> None:
    assert run("poetry run python -m permit_leads", folder, environment).returncode == 0
    for block in read_blocks():
        if block.language == "sql":
            with psycopg.connect(environment["DATABASE_URL"]) as conn:
                conn.execute(block.text.encode())
        elif block.mode == "follow":
            assert follow(block.text, folder, environment)
        elif block.language == "bash" and not block.mode:
            told = run(block.text, folder, environment)
            assert told.returncode == 0, f"{block.text}\n{told.stdout}\n{told.stderr}"


def test_block_that_is_not_run_says_why() -> None:
    for block in read_blocks():
        assert block.mode in ("", "follow") or re.fullmatch(r"manual: .{20,}", block.mode)


def test_commands_of_the_runbook_that_must_work_are_all_in_it() -> None:
    told = RUNBOOK.read_text(encoding="utf-8")
    for command in (
        "python scripts/etl_state_helper.py list\n",
        "python scripts/etl_state_helper.py get --source harris_issued_permits\n",
        "poetry run python -m permit_leads --since 24h --formats csv\n",
        "poetry run python -m permit_leads --since 2024-01-15 --until 2024-01-16 --formats csv\n",
        "poetry run python -m permit_leads --since 7d --formats csv --delay 2\n",
        'poetry run python -m permit_leads --since "2024-01-15 00:00:00" --until "2024-01-15 23:59:59"\n',
        "python scripts/etl_state_helper.py update --source harris_issued_permits --status failure",
        ' --error "Manual reset for replay"\n',
        "python scripts/etl_state_helper.py init --source new_county_permits\n",
        "./scripts/health-check.sh\n",
        "python scripts/restore_from_csv.py --file archived_permits_20240115.csv\n",
    ):
        assert command in told
