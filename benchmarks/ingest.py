"""First load of real rows, from a publisher's pages to leads, beside plain COPY and beside dlt's merge.

    python -m benchmarks.ingest --rows 200000 --json

Three things are timed in one run, on one embedded PostgreSQL, each alone on the machine and in a database of its own,
one after the other in three rounds (--rounds), because the first load of a new server also makes its log files and two
runs of the same thing differ by a tenth; a figure is the median of its rounds, memory the highest:

ours   fetch over loopback from the publisher simulator, archive, normalize, compare, classify, score, store:
       permits, versions and leads, in one transaction. In a process of its own, whose peak memory is reported.
copy   the floor: the very same final rows of the very same three tables, with the same indexes, filled by COPY from
       text that PostgreSQL itself wrote beforehand.
dlt    the same records from the same simulator by dlt's `merge` into one table, with no work on the rows.

A fourth figure, `rerun_rows_per_s`, is the same load again: nothing has changed, nothing may be written.

With --unchanged only that is timed, from the archived pages: see benchmarks/ingest_unchanged.py.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import median

import psycopg
from psycopg import sql

from benchmarks import ingest_dlt
from benchmarks.ingest_ours import Run
from benchmarks.ingest_unchanged import Unchanged, measure_unchanged
from permit_leads.registry import load_registry
from permit_leads.store import embedded
from permit_leads.store.migrate import migrate
from permit_leads.store.queries import load_queries

DATASET = "austin_issued_permits"
TABLES = ("permits", "permit_versions", "leads")
QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Result:
    """The one line of figures; rates are records of the publisher per second of wall time."""

    rows: int
    rows_per_s: float
    copy_rows_per_s: float
    dlt_rows_per_s: float | None
    rerun_rows_per_s: float
    ratio_copy: float
    ratio_dlt: float | None
    peak_rss_mb: float
    permits: int
    permit_versions: int
    leads: int
    rerun_written: int
    rounds: int
    stage_seconds: dict[str, float]
    simulated_note: str | None


@dataclass(frozen=True, slots=True)
class Round:
    """Each contender once; seconds."""

    first: Run
    again: Run
    copy_seconds: float
    dlt_seconds: float | None
    counts: dict[str, int]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rows", type=int, default=200_000, help="real records to load (at most what the snapshot has)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON line and nothing else")
    parser.add_argument("--without-dlt", action="store_true", help="leave the slow peer out; its figures are null")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed (3)")
    parser.add_argument("--unchanged", action="store_true", help="time the archived pages of a load read again instead")
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        parser.error(f"--rounds: seen {arguments.rounds}, expected 1 or more")
    with tempfile.TemporaryDirectory(prefix="ingest-") as folder, simulator() as address:
        home = Path(folder)
        try:
            result = run(home, address, arguments)
        finally:
            embedded.stop(home)
    print(json.dumps(asdict(result)) if arguments.json else table(result))
    return 0


def run(home: Path, address: str, arguments: argparse.Namespace) -> Result | Unchanged:
    """The figures asked for."""
    if not arguments.unchanged:
        since, count = window_of(address, arguments.rows)
        with_dlt = not arguments.without_dlt
        return summary(
            count, [one_round(home, address, since, number, with_dlt=with_dlt) for number in range(arguments.rounds)]
        )
    server = embedded.ensure_running(home).owner
    since, _ = window_of(address, arguments.rows)
    url = new_database(server, "ours")
    return measure_unchanged(
        url, lambda is_replay: load(home, url, address, since, is_replay=is_replay), lambda: settle(server, "ours")
    )


def one_round(home: Path, address: str, since: date, number: int, *, with_dlt: bool) -> Round:
    """The loads one after the other; the server is left to settle between them."""
    server = embedded.ensure_running(home).owner
    ours, floor, peer = (f"{name}_{number}" for name in ("ours", "floor", "peer"))
    own_home = home / ours  # an archive of its own, in which no page lies yet
    first = load(own_home, new_database(server, ours), address, since)
    settle(server, ours)
    again = load(own_home, with_name(server, ours), address, since)
    copy_seconds, counts = copy_floor(with_name(server, ours), new_database(server, floor), home)
    dlt_seconds = ingest_dlt.merge(new_database(server, peer), address, since, home / peer) if with_dlt else None
    for name in (ours, floor, peer):
        drop_database(server, name)
    return Round(first, again, copy_seconds, dlt_seconds, counts)


def summary(count: int, rounds: list[Round]) -> Result:
    """Medians over the rounds; every round must have loaded what the publisher announced."""
    for one in rounds:
        came = one.first["record_count"]
        assert came == count, f"{came} records came, {count} were announced"
    rate = count / median(one.first["seconds"] for one in rounds)
    floor = count / median(one.copy_seconds for one in rounds)
    peers = [one.dlt_seconds for one in rounds if one.dlt_seconds is not None]
    peer = count / median(peers) if peers else None
    last = rounds[-1]
    return Result(
        rows=count,
        rows_per_s=round(rate),
        copy_rows_per_s=round(floor),
        dlt_rows_per_s=round(peer) if peer else None,
        rerun_rows_per_s=round(count / median(one.again["seconds"] for one in rounds)),
        ratio_copy=round(rate / floor, 3),
        ratio_dlt=round(rate / peer, 2) if peer else None,
        peak_rss_mb=max(one.first["peak_rss_mb"] for one in rounds),
        permits=last.counts["permits"],
        permit_versions=last.counts["permit_versions"],
        leads=last.counts["leads"],
        rerun_written=max(written(one.again) for one in rounds),
        rounds=len(rounds),
        stage_seconds=last.first["stage_seconds"],
        simulated_note=last.first["simulated_note"],
    )


def written(run: Run) -> int:
    """Rows of permits and leads that a run wrote."""
    return run["permit_new_count"] + run["permit_changed_count"] + run["lead_written_count"]


@contextmanager
def simulator() -> Iterator[str]:
    """The publisher simulator in a process of its own, on a free port."""
    command = [sys.executable, "-m", "simulators.publishers", "--port", "0", "--only", DATASET]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=REPOSITORY, text=True)
    assert process.stdout is not None
    try:
        ready = process.stdout.readline()
        if "http://" not in ready:
            raise SystemExit(f"the simulator did not start (exit status {process.wait()})")
        yield ready.split()[-1]
    finally:
        process.terminate()
        process.wait()


def window_of(address: str, rows: int) -> tuple[date, int]:
    """The first day of the newest `rows` records or so, and how many records there are from that day on."""
    days = ingest_dlt.days(address)
    total = 0
    for day, count in reversed(days):
        total += count
        if total >= rows:
            return day, total
    return days[0][0], total


def load(home: Path, url: str, address: str, since: date, *, is_replay: bool = False) -> Run:
    """One run of our ETL in a process of its own: its outcome and its peak memory."""
    environment = {
        **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}},
        "DATABASE_URL": url,
        "LEADLEDGER_HOME": str(home),
        "PERMIT_LEADS_CONNECT_TO": address,
    }
    command = [sys.executable, "-m", "benchmarks.ingest_ours", DATASET, since.isoformat()]
    command += ["--replay"] if is_replay else []
    done = subprocess.run(command, env=environment, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True)
    outcome: Run = json.loads(done.stdout)
    return outcome


def copy_floor(source: str, target: str, folder: Path) -> tuple[float, dict[str, int]]:
    """Seconds that COPY needs for the same rows into the same tables with the same indexes, and their counts."""
    texts = {table: folder / f"{table}.copy" for table in TABLES}
    with psycopg.connect(source) as conn:
        columns = {table: columns_of(conn, table) for table in TABLES}
        for table, text in texts.items():
            with text.open("wb") as out, conn.cursor().copy(statement(table, columns[table], "to stdout")) as copy:
                for block in copy:
                    out.write(block)
    counts = {}
    began = time.monotonic()
    with psycopg.connect(target) as conn:
        for table, text in texts.items():
            cursor = conn.cursor()
            with text.open("rb") as blocks, cursor.copy(statement(table, columns[table], "from stdin")) as copy:
                while block := blocks.read(1 << 18):
                    copy.write(block)
            counts[table] = cursor.rowcount
    return time.monotonic() - began, counts


def columns_of(conn: psycopg.Connection, table: str) -> list[str]:
    """The columns a COPY fills: all but the generated ones."""
    return [name for (name,) in conn.execute(QUERIES["columns_of"], {"table": f"public.{table}"})]


def statement(table: str, columns: list[str], direction: str) -> sql.Composed:
    """A COPY of these columns in PostgreSQL's own text form."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("copy public.{} ({}) {}").format(sql.Identifier(table), names, sql.SQL(direction))


def new_database(server: str, name: str) -> str:
    """A migrated, empty database; the others are checkpointed first so that none pays for another's writes."""
    settle(server, None)
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(QUERIES["create_database"].format(name=sql.Identifier(name)))
    url = with_name(server, name)
    with psycopg.connect(url, autocommit=True) as conn:
        migrate(conn)
    return url


def drop_database(server: str, name: str) -> None:
    """Room for the next round; one that was never made is none."""
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(QUERIES["drop_database"].format(name=sql.Identifier(name)))


def settle(server: str, analyze: str | None) -> None:
    """Write out what is pending, and let the planner know the rows of one database."""
    with psycopg.connect(server if analyze is None else with_name(server, analyze), autocommit=True) as conn:
        if analyze is not None:
            conn.execute("vacuum analyze")
        conn.execute("checkpoint")


def with_name(server: str, name: str) -> str:
    """The server's address with another database."""
    return server.rpartition("/")[0] + "/" + name


def table(result: Result | Unchanged) -> str:
    """The figures for a person."""
    return "\n".join(f"{name:18} {value}" for name, value in asdict(result).items())


if __name__ == "__main__":
    load_registry()
    sys.exit(main())
