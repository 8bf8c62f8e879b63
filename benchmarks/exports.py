"""An export of many leads in each format: how long it takes, and how much memory the one that makes it needs.

    python -m benchmarks.exports --leads 100000 --json

Each file is made by the worker's own function in a process of its own, over synthetic leads; beside it PostgreSQL's
COPY writes the same columns of leads and permits, without scores, reasons or row-level security. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID

import psycopg

from benchmarks.api_colour import prepare
from leadledger.exports.making import make_export
from leadledger.jobs.export_tasks import open_workshop
from leadledger.settings import ApiSettings
from permit_leads.settings import REPOSITORY
from permit_leads.store import embedded
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
FORMATS = ("csv", "xlsx", "geojson", "parquet")


def main(arguments: list[str]) -> int:
    """Measure, or be the process that makes one file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000, help="leads in the file")
    parser.add_argument("--json", action="store_true", help="kept for sameness; the answer is always JSON")
    parser.add_argument("--make", nargs=3, metavar=("URL", "HOME", "EXPORT_ID"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    print(json.dumps(make(*options.make) if options.make else measure(options.leads)))
    return 0


def make(url: str, home: str, export_id: str) -> dict[str, float]:
    """One file; seconds without the start of the process, and its peak memory."""
    shop = open_workshop(ApiSettings.model_validate({"home": Path(home)}), url)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    row_count = make_export(shop, UUID(export_id))
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"rows": row_count or 0, "seconds": round(seconds, 2), "start_mb": before // 1024, "peak_mb": peak // 1024}


def measure(leads: int) -> dict[str, object]:
    """Every format once, and COPY beside them."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        try:
            prepare(home, leads)
            url = embedded.ensure_running(home).owner
            with psycopg.connect(url, autocommit=True) as conn:
                account = conn.execute(QUERIES["account"]).fetchone()
                assert account is not None
                figures = {name: _make_apart(conn, url, home, name, account[0]) for name in FORMATS}
                return {"leads": leads, "copy_seconds": _copy(conn), "formats": figures}
        finally:
            embedded.stop(home)


def _make_apart(conn: psycopg.Connection, url: str, home: Path, file_format: str, account_id: UUID) -> dict[str, float]:
    """In a process of its own, whose memory is nobody else's."""
    export = conn.execute(QUERIES["export"], {"format": file_format, "account_id": account_id}).fetchone()
    assert export is not None
    command = [sys.executable, "-m", "benchmarks.exports", "--make", url, str(home), str(export[0])]
    said = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    figures: dict[str, float] = json.loads(said)
    done = conn.execute(QUERIES["outcome"], {"export_id": export[0]}).fetchone()
    assert done is not None
    if done[0] != "done" or done[1] != figures["rows"]:
        raise RuntimeError(f"the {file_format} export is {done[0]} with {done[1]} rows ({done[2]})")
    return {**figures, "megabytes": round(done[3] / 1e6, 1), "rows_per_s": round(figures["rows"] / figures["seconds"])}


def _copy(conn: psycopg.Connection) -> float:
    started = time.perf_counter()
    with conn.cursor().copy(QUERIES["copy"]) as rows:
        for _ in rows:
            pass
    return round(time.perf_counter() - started, 2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
