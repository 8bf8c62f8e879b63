"""`python -m leadledger up` again: what is well stays, what died comes back, and whose port it is matters."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from urllib.parse import urlsplit

import httpx
import pytest

from tests.e2e.stack import SOURCES, Stack, leadledger

pytestmark = pytest.mark.e2e


def again(stack: Stack, command: str = "up") -> subprocess.CompletedProcess[str]:
    """The command once more, as the same user would type it."""
    return leadledger(
        command,
        {
            "LEADLEDGER_HOME": str(stack.home),
            "PERMIT_LEADS_SOURCES": ",".join(SOURCES),
            "IDENTITY_RATE_BURST": "1000",
            "BACKEND_PORT": str(urlsplit(stack.api).port),
            "FRONTEND_PORT": str(urlsplit(stack.web).port),
        },
    )


def pids(stack: Stack) -> dict[str, int]:
    return {
        name: json.loads((stack.home / "run" / f"{name}.json").read_text())["pid"]
        for name in ("simulator", "stripe", "api", "web", "worker")
    }


def test_second_up_is_quick_and_leaves_everything_alone(stack: Stack) -> None:
    before = pids(stack)
    started = time.monotonic()
    second = again(stack)
    assert second.returncode == 0, second.stderr
    assert time.monotonic() - started < 20
    assert pids(stack) == before
    assert second.stdout.count("already up") == 5
    assert "permits: all brought in within the last hour" in second.stdout


@pytest.mark.parametrize("victim", ["api", "web", "worker"])
def test_up_mends_only_what_was_killed(stack: Stack, victim: str) -> None:
    before = pids(stack)
    os.kill(before[victim], signal.SIGKILL)
    assert again(stack, "status").returncode == 1
    mended = again(stack)
    assert mended.returncode == 0, mended.stderr
    after = pids(stack)
    assert {name for name in after if after[name] != before[name]} == {victim}
    assert httpx.get(f"{stack.api}/readyz").status_code == httpx.get(stack.web).status_code == 200
    assert again(stack, "status").returncode == 0


def test_database_killed_comes_back_and_the_api_finds_it(stack: Stack) -> None:
    pid = int((stack.home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    mended = again(stack)
    assert mended.returncode == 0, mended.stderr
    assert httpx.get(f"{stack.api}/api/coverage").status_code == 200
