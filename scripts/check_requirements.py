"""Holds pyproject.toml, poetry.lock and the exports in requirements/ together; needs no Poetry and no network.

Source: the content hash is Poetry's own (poetry/packages/locker.py, Locker._get_content_hash, Poetry 2).
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
EXPORTS = {"main": {"main"}, "dev": {"main", "dev"}, "bench": {"main", "dev", "bench"}}
PROJECT_KEYS = ("requires-python", "dependencies", "optional-dependencies")
POETRY_KEYS = ("dependencies", "source", "extras", "dev-dependencies", "group")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)")
HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})")

Pins = dict[tuple[str, str], frozenset[str]]


def main() -> int:
    """Print what does not fit; the exit status is 0 when everything does."""
    problems = find_problems(ROOT)
    for problem in problems:
        print(f"requirements: {problem}; run `make lock`", file=sys.stderr)
    return 1 if problems else 0


def find_problems(root: Path) -> list[str]:
    """One line for each file that says something else than the one it comes from."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    lock = tomllib.loads((root / "poetry.lock").read_text(encoding="utf-8"))
    problems = []
    if lock["metadata"]["content-hash"] != content_hash(project):
        problems.append("poetry.lock is older than the dependencies in pyproject.toml")
    for name, groups in EXPORTS.items():
        path = root / "requirements" / f"{name}.txt"
        locked, exported = locked_pins(lock, groups), exported_pins(path.read_text(encoding="utf-8"))
        differing = sorted({pin[0] for pin in locked.items() ^ exported.items()})
        if differing:
            problems.append(f"{path.name} differs from poetry.lock in {', '.join('=='.join(pin) for pin in differing)}")
    return problems


def content_hash(project: Mapping[str, Any]) -> str:
    """What Poetry writes into the lock to know whether it is up to date."""
    poetry = project.get("tool", {}).get("poetry", {})
    relevant: dict[str, Any] = {
        "project": {key: project["project"][key] for key in PROJECT_KEYS if key in project["project"]}
    }
    if project.get("dependency-groups"):
        relevant["dependency-groups"] = project["dependency-groups"]
    relevant["tool"] = {"poetry": {key: poetry[key] for key in POETRY_KEYS if key in poetry}}
    return hashlib.sha256(json.dumps(relevant, sort_keys=True).encode()).hexdigest()


def locked_pins(lock: Mapping[str, Any], groups: set[str]) -> Pins:
    """Name and version of each locked package of the groups, with the hashes of its files."""
    return {
        (normalize(package["name"]), package["version"]): frozenset(file["hash"] for file in package["files"])
        for package in lock["package"]
        if groups & set(package["groups"])
    }


def exported_pins(text: str) -> Pins:
    """The same out of a requirements file."""
    pins: Pins = {}
    for entry in text.replace("\\\n", " ").splitlines():
        match = PIN.match(entry)
        if match:
            pins[normalize(match[1]), match[2]] = frozenset(HASH.findall(entry))
    return pins


def normalize(name: str) -> str:
    """A package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
