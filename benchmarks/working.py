"""The product's worker as it runs, in a process of its own, for benchmarks that wait for what it does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from permit_leads.settings import REPOSITORY
from permit_leads.store.embedded import DatabaseUrls
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
SOURCE = "southlake_permits"  # a worker needs one that it may bring in itself; a small one
FOREIGN = ("SUPABASE_", "SANDBOX_", "BACKEND_", "STRIPE_")
PATIENCE_SECONDS = 90.0
POLL_SECONDS = 0.1


@contextmanager
def running_worker(home: Path, urls: DatabaseUrls, publishers_url: str, more: Mapping[str, str]) -> Iterator[None]:
    """`python -m leadledger worker` over this database until the block ends, once it has done what it found.

    `more`: what else its environment says.
    """
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)},
        "PYTHONPATH": str(REPOSITORY),
        "DATABASE_URL": urls.owner,
        "API_DATABASE_URL": urls.api,
        "LEADLEDGER_HOME": str(home),
        "LEADLEDGER_NO_ENV_FILE": "1",
        "PERMIT_LEADS_CONNECT_TO": publishers_url,
        "PERMIT_LEADS_SOURCES": SOURCE,
        **more,
    }
    command = [sys.executable, "-m", "leadledger", "worker", "--without-reconcile"]
    with (home / "worker.log").open("wb") as log:
        worker = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        with psycopg.connect(urls.owner, autocommit=True) as conn:
            wait_until(lambda: _is_at_rest(conn))
        yield
    finally:
        worker.terminate()
        worker.wait(60)


def wait_until(is_so: Callable[[], bool], every_seconds: float = POLL_SECONDS) -> bool:
    """Look again and again, for a while; whether it is so at last."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > until:
            return False
        time.sleep(every_seconds)
    return True


def _is_at_rest(conn: psycopg.Connection) -> bool:
    """Whether a worker is there that has brought its source in and left nothing waiting."""
    workers, waiting, sources = conn.execute(QUERIES["work"], {"source": SOURCE}).fetchone() or (0, 0, 0)
    return bool(workers and sources and not waiting)
