"""The whole product on free ports of loopback: what `make up` starts, in a home of its own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from permit_leads.settings import REPOSITORY

# One publisher of each protocol, none of them large.
SOURCES = ("chicago_building_permits", "nashville_building_permits", "southlake_permits")
START_SECONDS = 240


@dataclass(frozen=True, slots=True)
class Stack:
    """Where its parts answer, and where its data lies."""

    web: str
    api: str
    home: Path
    stripe: str


@contextmanager
def running_stack(home: Path) -> Iterator[Stack]:
    """Everything up, loaded and healthy, until the block ends."""
    ports = {name: free_port() for name in ("BACKEND_PORT", "FRONTEND_PORT", "SIMULATOR_PORT", "STRIPE_SIMULATOR_PORT")}
    environment = {
        **{name: str(port) for name, port in ports.items()},
        "LEADLEDGER_HOME": str(home),
        "PERMIT_LEADS_SOURCES": ",".join(SOURCES),
        "IDENTITY_RATE_BURST": "1000",
    }
    try:
        started = leadledger("up", environment)
        assert started.returncode == 0, f"{started.stdout}\n{started.stderr}"
        web, api = (f"http://127.0.0.1:{ports[name]}" for name in ("FRONTEND_PORT", "BACKEND_PORT"))
        yield Stack(web, api, home, f"http://127.0.0.1:{ports['STRIPE_SIMULATOR_PORT']}")
    finally:
        leadledger("down", environment)


def leadledger(command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leadledger", command],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )


def publishable_key(stack: Stack) -> str:
    """The key that this home's pages send."""
    return (stack.home / "publishable-key").read_text(encoding="utf-8").strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def first_number(text: str) -> int:
    """The number a sentence begins with: "1,204 leads" is 1204."""
    found = re.search(r"\d[\d,]*", text)
    assert found, text
    return int(found[0].replace(",", ""))
