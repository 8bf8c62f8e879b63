"""Archive files of permit versions: written, restored into an empty store, written again, and restored when large.

    python -m benchmarks.restore --rows 50000 --json
    python -m benchmarks.restore --rows 20000 --gigabytes 3 --json

Real rows are loaded first, as benchmarks.ingest does. Their day is archived, the file is restored into an empty
database by the command of the runbook in a process of its own, and archived again: `is_same_file` says whether the two
files are one and the same, byte by byte, so that every version, field, trade and lead has come back. Restored a second
time it must write nothing (`again_written`).

With --gigabytes the file is multiplied: SYNTHETIC copies of the real rows under other keys, each with a long address of
a web page. `large_peak_rss_mb` beside `peak_rss_mb` says whether memory grows with the file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

import psycopg

from benchmarks.ingest import load, new_database, settle, simulator, window_of, with_name
from benchmarks.restore_large import count_permits, write_large
from permit_leads.export.archived import archive_day, archive_name
from permit_leads.store import db, embedded
from permit_leads.window import OPERATOR_ZONE, resolve

REPOSITORY = Path(__file__).resolve().parents[1]
GIGABYTE = 10**9


@dataclass(frozen=True, slots=True)
class Result:
    """The one line of figures; rates are versions per second of wall time, the start of the command included."""

    rows: int
    archive_bytes: int
    archive_rows_per_s: float
    rows_per_s: float
    peak_rss_mb: float
    is_same_file: bool
    again_rows_per_s: float
    again_written: int
    large_bytes: int | None = None
    large_rows: int | None = None
    large_rows_per_s: float | None = None
    large_peak_rss_mb: float | None = None
    large_is_whole: bool | None = None


class Restored(TypedDict):
    """What benchmarks.restore_once prints."""

    seconds: float
    row_count: int
    written: int
    peak_rss_mb: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000, help="real records to load and archive")
    parser.add_argument("--gigabytes", type=float, default=0.0, help="also restore a file of this size")
    parser.add_argument("--json", action="store_true", help="print one JSON line and nothing else")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="restore-") as folder, simulator() as address:
        home = Path(folder)
        try:
            result = measure(home, address, arguments.rows, arguments.gigabytes)
        finally:
            embedded.stop(home)
    figures = {name: value for name, value in asdict(result).items() if value is not None}
    print(json.dumps(figures) if arguments.json else "\n".join(f"{name:20} {figures[name]}" for name in figures))
    return 0 if result.is_same_file and not result.again_written and result.large_is_whole is not False else 1


def measure(home: Path, address: str, rows: int, gigabytes: float) -> Result:
    """Load, archive, restore, archive again, restore again; each alone on the machine."""
    server = embedded.ensure_running(home).owner
    since, _ = window_of(address, rows)
    load(home, new_database(server, "ours"), address, since)
    settle(server, "ours")
    first, seconds = archive(with_name(server, "ours"), home / "first")
    restored = restore(home, new_database(server, "restored"), first)
    settle(server, "restored")
    second, _ = archive(with_name(server, "restored"), home / "second")
    again = restore(home, with_name(server, "restored"), first)
    result = Result(
        rows=restored["row_count"],
        archive_bytes=first.stat().st_size,
        archive_rows_per_s=round(restored["row_count"] / seconds),
        rows_per_s=round(restored["row_count"] / restored["seconds"]),
        peak_rss_mb=restored["peak_rss_mb"],
        is_same_file=sha256(first) == sha256(second),
        again_rows_per_s=round(again["row_count"] / again["seconds"]),
        again_written=again["written"],
    )
    return restore_large(home, server, first, gigabytes, result) if gigabytes else result


def archive(url: str, folder: Path) -> tuple[Path, float]:
    """Today's archive file of a store, and the seconds it took."""
    today = datetime.now(OPERATOR_ZONE).date()
    path = folder / archive_name(today)
    began = time.monotonic()
    with closing(db.connect(url)) as conn:
        archive_day(conn, path, resolve(today.isoformat(), today.isoformat(), datetime.now(UTC)))
    return path, time.monotonic() - began


def restore(home: Path, url: str, path: Path) -> Restored:
    """The runbook's command in a process of its own: its counts, seconds and peak memory."""
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    environment |= {"DATABASE_URL": url, "LEADLEDGER_HOME": str(home)}
    command = [sys.executable, "-m", "benchmarks.restore_once", str(path)]
    done = subprocess.run(command, env=environment, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True)
    told: Restored = json.loads(done.stdout)
    return told


def restore_large(home: Path, server: str, archived: Path, gigabytes: float, result: Result) -> Result:
    """The figures with those of one large file, restored into a database of its own."""
    path = home / "large.csv"
    row_count = write_large(archived, path, int(gigabytes * GIGABYTE))
    url = new_database(server, "large")
    restored = restore(home, url, path)
    with psycopg.connect(url) as conn:
        stored = count_permits(conn)
    return replace(
        result,
        large_bytes=path.stat().st_size,
        large_rows=row_count,
        large_rows_per_s=round(row_count / restored["seconds"]),
        large_peak_rss_mb=restored["peak_rss_mb"],
        large_is_whole=stored == row_count == restored["written"],
    )


def sha256(path: Path) -> str:
    """sha-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
