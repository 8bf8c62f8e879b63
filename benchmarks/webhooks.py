"""Webhooks to a receiver that rebuilds our state, by workers that are killed: is anything lost, doubled or different.

    python -m benchmarks.webhooks --events 100000 --json

The events are those our ETL makes of recorded rows of the City of Austin, served over loopback; about as many as asked
for, in whole days. Two endpoints share them by kind; the receiver, a process of its own, verifies every signature;
two workers, processes of their own, are killed with kill -9 at random moments and started again. Prints one JSON line;
ends with 1 when anything is lost, doubled, or the receiver's hash is not ours.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg

from benchmarks.webhook_sink import LISTENING
from leadledger.feed.models import StateFilter
from leadledger.feed.reading import describe_state
from leadledger.webhooks.endpoints import make_secret
from permit_leads.settings import REPOSITORY
from permit_leads.store import embedded
from permit_leads.store.migrate import migrate
from permit_leads.store.queries import load_queries
from simulators.publishers import load_snapshot, serve

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
DATASET = "austin_issued_permits"
EVENTS_A_DAY = 470
WORKERS = 2
KINDS = (["lead.created", "lead.changed"], ["permit.created", "permit.changed", "permit.withdrawn", "permit.redacted"])


def main(arguments: list[str]) -> int:
    """Measure; the JSON goes to stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--batch-size", type=int, default=1)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--json", action="store_true", help="kept for sameness; the answer is always JSON")
    options = parser.parse_args(arguments)
    figures = measure(options.events, options.batch_size, options.kills)
    print(json.dumps(figures))
    return 1 if figures["lost"] or figures["doubled_ids"] or not figures["hash_equal"] else 0


def measure(event_count: int, batch_size: int, kill_count: int) -> dict[str, Any]:
    """Everything in a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        try:
            url = embedded.ensure_running(home).owner
            with psycopg.connect(url, autocommit=True) as conn:
                migrate(conn)
                fetch(url, home, max(30, event_count // EVENTS_A_DAY))
                with running_sink(home / "secrets") as sink:
                    put_endpoints(conn, sink, home / "secrets", batch_size)
                    return run(conn, url, sink, kill_count) | {"batch_size": batch_size}
        finally:
            embedded.stop(home)


def run(conn: psycopg.Connection, url: str, sink: str, kill_count: int) -> dict[str, Any]:
    """Deliver everything in spite of kills, then judge what came."""
    total = count(conn, "count_events")
    began = time.perf_counter()
    kills = work(conn, url, kill_count)
    seconds = time.perf_counter() - began
    came = httpx.get(sink).raise_for_status().json()
    held = describe_state(conn, StateFilter(dataset_id=[]))
    return {
        "events": total,
        "seconds": round(seconds, 1),
        "events_per_s": round(total / seconds),
        "kills": kills,
        "lost": total - came["events"],
        "doubled_ids": came["doubled"],
        "repeated": came["repeated"],
        "refused": came["refused"],
        "hash_equal": came["state"] == {name: held[name] for name in ("permits", "leads")},
        "deliveries": came["deliveries"],
        "workers": WORKERS,
    }


def work(conn: psycopg.Connection, url: str, kill_count: int) -> int:
    """Workers until nothing is undelivered; how many were killed."""
    dice, kills = random.Random(20261126), 0
    while count(conn, "count_undelivered"):
        workers = [subprocess.Popen([sys.executable, "-m", "benchmarks.webhook_worker", url]) for _ in range(WORKERS)]
        ends_at = time.monotonic() + (dice.uniform(2.0, 8.0) if kills < kill_count else 3_600)
        while any(worker.poll() is None for worker in workers) and time.monotonic() < ends_at:
            time.sleep(0.02)
        for worker in workers:
            kills += worker.poll() is None
            worker.kill()
            worker.wait()
        conn.execute(QUERIES["let_leases_run_out"])
    return kills


def count(conn: psycopg.Connection, title: str) -> int:
    """The number a statement answers."""
    row = conn.execute(QUERIES[title]).fetchone()
    return int(row[0] or 0) if row else 0


def put_endpoints(conn: psycopg.Connection, sink: str, secrets: Path, batch_size: int) -> None:
    """One endpoint for each choice of kinds, from the first event on."""
    row = conn.execute(QUERIES["put_account"]).fetchone()
    assert row is not None
    known = {}
    for number, kinds in enumerate(KINDS):
        known[f"/{number}"] = make_secret()
        about = {"account_id": row[0], "url": f"{sink}/{number}", "kinds": kinds, "batch_size": batch_size}
        made = conn.execute(QUERIES["put_endpoint"], {**about, "secret": known[f"/{number}"]}).fetchone()
        assert made is not None
        conn.execute(QUERIES["place"], {"webhook_endpoint_id": made[0], "account_id": row[0]})
    secrets.write_text(json.dumps(known))


def fetch(url: str, home: Path, days: int) -> None:
    """The ETL's own run over recorded rows."""
    with serve(load_snapshot(only={DATASET})) as simulator:
        since = (datetime.now(UTC).date() - timedelta(days=days)).isoformat()
        places = {"DATABASE_URL": url, "LEADLEDGER_HOME": str(home), "PERMIT_LEADS_CONNECT_TO": simulator.url}
        command = [sys.executable, "-m", "benchmarks.ingest_ours", DATASET, since]
        environment = {**os.environ, **places}
        subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def running_sink(secrets: Path) -> Iterator[str]:
    """The address of a receiver in another process, until the block ends."""
    command = [sys.executable, "-m", "benchmarks.webhook_sink", str(secrets)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().removeprefix(LISTENING).strip()}"
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
