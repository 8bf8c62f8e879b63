"""The API as the product runs it, in a process of its own on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from leadledger.processes import choose_port
from permit_leads.settings import REPOSITORY

PUBLISHABLE_KEY = "sb_publishable_benchmark"
FOREIGN = ("SUPABASE_", "SANDBOX_", "DATABASE_URL", "BACKEND_")


@contextmanager
def served_api(home: Path, api_url: str) -> Iterator[str]:
    """`python -m leadledger serve` over this database; its origin. Nobody's minute is ever used up."""
    port = choose_port(0)
    own = {
        "LEADLEDGER_HOME": str(home),
        "LEADLEDGER_NO_ENV_FILE": "1",
        "API_DATABASE_URL": api_url,
        "SUPABASE_ANON_KEY": PUBLISHABLE_KEY,
        "BACKEND_PORT": str(port),
        "RATE_LIMIT_PER_MINUTE": "10000000",
        "RATE_LIMIT_ADDRESS_PER_MINUTE": "10000000",
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)} | own
    with started([sys.executable, "-m", "leadledger", "serve"], environment, port, "/health") as origin:
        yield origin


@contextmanager
def started(command: list[str], environment: Mapping[str, str], port: int, health: str) -> Iterator[str]:
    """A server that answers at `health`, until the block ends.

    Raises:
        RuntimeError: it ended, or does not answer within a minute.
    """
    origin = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        command, cwd=REPOSITORY, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(process, origin + health)
        yield origin
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    for _ in range(600):
        try:
            httpx.get(address, timeout=5).raise_for_status()
        except httpx.HTTPError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nothing answers at {address}")
