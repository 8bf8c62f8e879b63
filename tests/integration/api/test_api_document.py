"""Every example of docs/api.md runs as it stands there, in the order it stands there, against a served API."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from leadledger.app import create_app
from scripts.build_sdk import build
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.people import enter, give_key
from tests.integration.api.rows import Loaded, load
from tests.test_docs import fences

ROOT = Path(__file__).resolve().parents[3]
RUNNERS = {"bash": ["bash", "-eu", "-o", "pipefail", "-c"], "python": [sys.executable, "-c"]}
EXAMPLES = [
    (tag, text)
    for tag, text in fences((ROOT / "docs" / "api.md").read_text(encoding="utf-8"))
    if tag.split()[0] in RUNNERS
]


@pytest.fixture(scope="module")
def environment(
    template_database: str, sandbox: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """What the examples ask of their reader: the API's address, and a key of an owner that may do everything."""
    del sandbox
    for url in _fresh_database(template_database):
        with psycopg.connect(url, autocommit=True) as owner:
            load(owner, Loaded(permit_count=150))
            with serve(create_app(make_settings(as_api(url), tmp_path_factory.mktemp("home")))) as client:
                key = give_key(owner, enter(client), "read", "write", "export", "admin")
                yield {
                    "LEADLEDGER_API_URL": str(client.base_url).rstrip("/"),
                    "LEADLEDGER_API_KEY": key,
                    "PYTHONPATH": str(build(tmp_path_factory.mktemp("sdk"))),
                    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                }


@pytest.mark.skipif(shutil.which("curl") is None, reason="examples in bash need curl")
@pytest.mark.parametrize(("tag", "text"), EXAMPLES, ids=[f"{at}-{tag}" for at, (tag, _) in enumerate(EXAMPLES, 1)])
def test_example_runs_as_it_stands(environment: dict[str, str], tmp_path: Path, tag: str, text: str) -> None:
    ended = subprocess.run(
        [*RUNNERS[tag.split()[0]], text], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.strip(), "an example shows something"
    assert ended.stderr == ""


def test_there_are_examples_in_curl_and_in_python() -> None:
    assert {tag.split()[0] for tag, _ in EXAMPLES} == set(RUNNERS)
