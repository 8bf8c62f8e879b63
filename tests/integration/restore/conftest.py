"""A store to archive from, and an empty one beside it to restore into, each a database of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from permit_leads.restore.command import main
from tests.conftest import _fresh_database
from tests.integration.restore import stores

Restore = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture(scope="module")
def archived(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A store of real rows of three publishers, some of them changed on the same day, and the day's archive file."""
    for url in _fresh_database(template_database):
        for dataset_id in (stores.AUSTIN, stores.CHICAGO, stores.SOUTHLAKE):
            stores.load(url, dataset_id)
        changed = [body.replace(b"Austin", b"AUSTIN CITY") for body in stores.bodies(stores.AUSTIN)]
        stores.load(url, stores.AUSTIN, changed, stores.NOON.replace(hour=20))
        yield url, stores.archive(url, tmp_path_factory.mktemp("archived"))


@pytest.fixture
def restore(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Restore:
    """Runs the command on this test's own database: exit code, what it said in JSON, and what it complained of."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("LEADLEDGER_HOME", str(tmp_path / "home"))

    def run(*words: object) -> tuple[int, dict[str, Any], str]:
        code = main(["--json", *map(str, words)])
        told = capsys.readouterr()
        return code, json.loads(told.out) if told.out else {}, told.err

    return run
