"""What starts things outside this repository (Actions, Railway, Procfile) parses, and names commands that exist."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
RAILWAY = ROOT / ".railway" / "railway.ts"
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
COMMAND = re.compile(r"python -m (permit_leads|leadledger)((?: [a-z][\w-]*)*)([^\n|]*)")
CRON = re.compile(r"(\d{1,2}|\*) (\d{1,2}|\*) \S+ \S+ \S+")
TRANSPILE = (
    "const ts = require(process.argv[1]); const text = require('fs').readFileSync(process.argv[2], 'utf8');"
    "const told = ts.transpileModule(text, {reportDiagnostics: true});"
    "for (const one of told.diagnostics) console.error(ts.flattenDiagnosticMessageText(one.messageText, ' '));"
    "process.exit(told.diagnostics.length ? 1 : 0)"
)


def read(path: Path) -> dict[Any, Any]:
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def steps(workflow: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def step(job: str, name: str) -> str:
    """The script of one step of etl.yml, by its id."""
    (found,) = [one["run"] for one in read(ROOT / ".github/workflows/etl.yml")["jobs"][job]["steps"]
                if one.get("id") == name]  # fmt: skip
    return str(found)


def started() -> list[tuple[str, str]]:
    """Every command of ours that something outside starts, with where that is written."""
    texts = {path.name: "\n".join(one.get("run", "") for one in steps(read(path))) for path in WORKFLOWS}
    texts |= {name: (ROOT / name).read_text(encoding="utf-8") for name in ("Procfile", ".railway/railway.ts")}
    return [(place, found[0]) for place, text in texts.items() for found in COMMAND.finditer(text)]


@cache
def help_of(module: str, words: tuple[str, ...]) -> str:
    told = subprocess.run(
        [sys.executable, "-m", module, *words, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_parses_and_has_few_rights(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert all("timeout-minutes" in job and "runs-on" in job for job in workflow["jobs"].values())
    assert all("run" in one or "uses" in one for one in steps(workflow))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_to_a_commit_with_its_version_beside_it(path: Path) -> None:
    used = [line.strip().removeprefix("- ") for line in path.read_text().splitlines() if "uses:" in line]
    assert used
    assert [line for line in used if not PINNED.fullmatch(line)] == []


@pytest.mark.parametrize(("place", "command"), started())
def test_command_that_is_started_outside_exists(place: str, command: str) -> None:
    found = COMMAND.fullmatch(command)
    assert found is not None
    text = help_of(found[1], tuple(found[2].split()))
    assert [flag for flag in re.findall(r"--[a-z-]+", found[3]) if flag not in text] == []


def test_flags_that_the_etl_workflow_adds_exist() -> None:
    flags = set(re.findall(r"\((--[a-z]+)", step("run", "etl")))
    assert flags == {"--source", "--since", "--until", "--delay", "--reconcile", "--yes"}
    assert [flag for flag in flags if flag not in help_of("permit_leads", ())] == []


def test_etl_workflow_runs_one_source_at_a_time_and_cancels_none() -> None:
    workflow = read(ROOT / ".github/workflows/etl.yml")
    assert workflow["jobs"]["run"]["concurrency"] == {
        "group": "etl-${{ matrix.source }}", "cancel-in-progress": False
    }  # fmt: skip
    crons = [one["cron"] for one in workflow[True]["schedule"]]  # YAML 1.1 reads the key `on` as true
    assert all(CRON.fullmatch(cron) for cron in crons)
    assert any(cron in workflow["jobs"]["run"]["steps"][4]["env"]["RECONCILE"] for cron in crons)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, ["--source", "austin_issued_permits"]),
        (
            {"SINCE": "2024-01-15 00:00:00", "UNTIL": "2024-01-15 23:59:59", "DELAY": "2"},
            ["--source", "austin_issued_permits", "--since", "2024-01-15 00:00:00",
             "--until", "2024-01-15 23:59:59", "--delay", "2"],
        ),
        ({"RECONCILE": "true", "AGREED": "true"}, ["--source", "austin_issued_permits", "--reconcile", "--yes"]),
        ({"SINCE": "$(touch evil); 7d"}, ["--source", "austin_issued_permits", "--since", "$(touch evil); 7d"]),
    ],
)  # fmt: skip
def test_etl_workflow_passes_on_what_was_typed(tmp_path: Path, inputs: dict[str, str], expected: list[str]) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > called\n')
    python.chmod(0o755)
    empty = dict.fromkeys(("SINCE", "UNTIL", "DELAY"), "") | dict.fromkeys(("RECONCILE", "AGREED"), "false")
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SOURCE": "austin_issued_permits", **empty, **inputs}
    subprocess.run(["bash", "-e", "-c", step("run", "etl")], cwd=tmp_path, env=environment, check=True, timeout=30)
    assert (tmp_path / "called").read_text().splitlines() == ["-m", "permit_leads", *expected]
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(("reconcile", "chosen"), [("false", ["a", "b"]), ("true", ["a"])])
def test_etl_workflow_takes_what_can_be_asked_that_way(tmp_path: Path, reconcile: str, chosen: list[str]) -> None:
    told = [
        {"source": name, "is_enabled": is_on, "obstacle": None, "can_be_reconciled": name != "b"}
        for name, is_on in (("a", True), ("b", True), ("c", False))
    ]
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho '{json.dumps({'sources': told})}'\n")
    python.chmod(0o755)
    output = tmp_path / "output"
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SOURCE": "", "RECONCILE": reconcile}
    subprocess.run(
        ["bash", "-e", "-c", step("sources", "choose")], check=True, timeout=30,
        env={**environment, "GITHUB_OUTPUT": str(output)},
    )  # fmt: skip
    assert json.loads(output.read_text().removeprefix("sources=")) == chosen


def test_railway_services_have_the_names_the_runbook_uses_and_no_secrets() -> None:
    text = RAILWAY.read_text(encoding="utf-8")
    assert re.findall(r'service\("([^"]+)"', text) == ["backend", "etl-scraper"]
    assert set(re.findall(r"^ {6}\w+: (.*),$", text, re.MULTILINE)) == {"preserve()"}
    assert not list(ROOT.glob("railway.*"))


def test_railway_file_is_typescript() -> None:
    typescript = ROOT / "web" / "node_modules" / "typescript"
    told = subprocess.run(
        ["node", "-e", TRANSPILE, str(typescript), str(RAILWAY)], capture_output=True, text=True, timeout=60
    )
    assert told.returncode == 0, told.stderr
