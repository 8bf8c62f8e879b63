"""A store that is lost and rebuilt from the archive: is it the same, in every row and at every moment of its past?

    python -m benchmarks.rebuild --json

Real rows of Austin are served by the publisher simulator and changed between the runs, by the luck of a seed: edited,
back-dated, deleted, renumbered and late ones (the changes are invented, and are only of this benchmark). Runs of all
kinds follow them; after each, permits and leads are dumped as they stand in their tables. Then everything is replayed
into an empty database. Compared are the hashes of all ledgers, and `as_of` at 50 random instants, in the store that
lived and in the rebuilt one, with the dumps taken then. Ends with 1 when anything differs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import polars as pl
import psycopg
from psycopg import sql

from permit_leads.outcome import Outcome, Request
from permit_leads.registry import load_registry
from permit_leads.run import run_all
from permit_leads.settings import Settings
from permit_leads.store import db, embedded
from permit_leads.store.ledgers import LedgerHash, ledger_hashes, permit_id_hash
from permit_leads.store.migrate import migrate
from permit_leads.store.queries import load_queries
from permit_leads.store.versions import leads_as_of, permits_as_of
from simulators.publishers import Simulator, load_snapshot, serve
from simulators.publishers.table import Table

DATASET, HOST = "austin_issued_permits", "data.austintexas.gov"
QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
SHARE = 0.002  # of the rows, of each kind of change between two runs
READS = 50


@dataclass(frozen=True, slots=True)
class Result:
    """The one line of figures. `rebuilt_rows_per_s` counts archived records that were told again per second."""

    rows: int
    runs: int
    ledgers: dict[str, int]
    hashes_equal: bool
    permit_ids_equal: bool
    as_of_equal: int
    as_of_reads: int
    as_of_ms: float
    replay_again_written: int
    replay_again_equal: bool
    lived_seconds: float
    rebuild_seconds: float
    rebuilt_rows_per_s: int
    archive_mb: float
    simulated_note: str | None

    @property
    def is_good(self) -> bool:
        """Whether nothing differs."""
        whole = self.hashes_equal and self.permit_ids_equal and self.replay_again_equal
        return whole and self.as_of_equal == self.as_of_reads


@dataclass(frozen=True, slots=True)
class Moment:
    """What stood in the store between two runs, as two hashes."""

    since: datetime
    until: datetime
    dump: tuple[str, str]


class Silent:
    """No progress lines."""

    def event(self, name: str, **fields: object) -> None:
        """Say nothing."""


class World:
    """Austin's changing rows, one archive, and stores to fill."""

    def __init__(self, simulator: Simulator, folder: Path, rows: int, seed: int) -> None:
        self._rng = random.Random(seed)
        self._folder, self._simulator = folder, simulator
        self._resource = simulator.hosts[HOST].resources[0]
        newest = self._resource.table.rows.sort("issue_date", descending=True).head(rows)
        self._resource.table = replace(self._resource.table, rows=newest)
        self._dataset = load_registry()[DATASET].model_copy(update={"spacing_seconds": 0.0})
        self.row_count = newest.height

    def run(self, url: str, *, is_replay: bool = False, is_reconcile: bool = False, days: int | None = None) -> Outcome:
        """One run; ends the benchmark when it does not go well."""
        now = datetime.now(UTC)
        since, until = (None, None) if days is None else (now - timedelta(days=days), now)
        request = Request((DATASET,), since, until, (), None, False, is_replay, self._folder, is_reconcile)
        settings = Settings.model_validate(
            {"database_url": url, "home": self._folder, "connect_to": self._simulator.url}
        )
        (outcome,) = run_all(request, {DATASET: self._dataset}, settings, Silent())
        if outcome.error is not None:
            raise SystemExit(outcome.error)
        return outcome

    def change(self) -> None:
        """Some rows edited, back-dated, gone, renumbered and late."""
        table, rng = self._resource.table, self._rng
        count = max(1, round(SHARE * table.rows.height))
        places = rng.sample(range(table.rows.height), 5 * count)
        edited, back, gone, renumbered, late = (places[at * count : (at + 1) * count] for at in range(5))
        mark = f"{rng.randrange(10**6):06d}"
        more = table.take(late).with_columns(
            pl.concat_str(pl.col(name), pl.lit(f"-{mark}")).alias(name) for name in ("permit_number", ":id")
        )
        table = _edited(table, edited, mark)
        table = table.changed(back, {"issue_date": pl.lit("2014-05-06T00:00:00.000")})
        table = table.changed(renumbered, {"permit_number": pl.concat_str("permit_number", pl.lit(f"-R{mark}"))})
        self._resource.table = table.without(gone).with_rows(more)

    def archive_mb(self) -> float:
        """What the archive takes on the disk."""
        return sum(path.stat().st_size for path in (self._folder / "archive").rglob("*") if path.is_file()) / 1e6


def main() -> int:
    """Live, lose, rebuild and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000, help="newest real rows of Austin (default: 5000)")
    parser.add_argument("--runs", type=int, default=8, help="runs, of all kinds in turn (default: 8)")
    parser.add_argument("--seed", type=int, default=1, help="of the changes and of the instants (default: 1)")
    parser.add_argument("--json", action="store_true", help="print one JSON line and nothing else")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rebuild-") as folder, serve(load_snapshot(only=[DATASET])) as simulator:
        home = Path(folder)
        try:
            result = measure(World(simulator, home, asked.rows, asked.seed), home, asked.runs, asked.seed)
        finally:
            embedded.stop(home)
    if asked.json:
        print(json.dumps(asdict(result)))
    else:
        print("\n".join(f"{name:<22} {value}" for name, value in asdict(result).items()))
    return 0 if result.is_good else 1


def measure(world: World, home: Path, runs: int, seed: int) -> Result:
    """The whole of it, on a server of its own."""
    server = embedded.ensure_running(home).owner
    lived, rebuilt = new_database(server, "lived"), new_database(server, "rebuilt")
    began = time.monotonic()
    moments, note = live(world, lived, runs)
    lived_seconds = time.monotonic() - began
    outcome = world.run(rebuilt, is_replay=True)
    known = hashes(rebuilt)
    reads = compare(moments, (lived, rebuilt), random.Random(seed))
    again = world.run(rebuilt, is_replay=True)
    return Result(
        rows=world.row_count,
        runs=runs,
        ledgers={name: one.row_count for name, one in known.items()},
        hashes_equal=known == hashes(lived),
        permit_ids_equal=id_hash(lived) == id_hash(rebuilt),
        as_of_equal=sum(is_equal for is_equal, _ in reads),
        as_of_reads=len(reads),
        as_of_ms=round(1000 * median(seconds for _, seconds in reads), 1),
        replay_again_written=again.permit_new_count + again.permit_changed_count + again.lead_written_count,
        replay_again_equal=hashes(rebuilt) == known,
        lived_seconds=round(lived_seconds, 1),
        rebuild_seconds=round(outcome.seconds, 1),
        rebuilt_rows_per_s=round(outcome.record_count / outcome.seconds),
        archive_mb=round(world.archive_mb(), 1),
        simulated_note=note,
    )


def live(world: World, url: str, runs: int) -> tuple[list[Moment], str | None]:
    """Runs over changing rows, and what stood in the store after each."""
    moments: list[Moment] = []
    outcome = None
    for number in range(runs):
        if moments:
            moments[-1] = replace(moments[-1], until=datetime.now(UTC))
            world.change()
        outcome = world.run(url, is_reconcile=number % 3 == 1, days=120 if number % 3 == 2 else None)
        dump = dump_now(url)
        now = datetime.now(UTC)
        moments.append(Moment(now, now, dump))
    return moments, outcome.simulated_note if outcome else None


def compare(moments: list[Moment], urls: Iterable[str], rng: random.Random) -> list[tuple[bool, float]]:
    """At random instants between runs: whether the past is as it was dumped, and how long it took to read."""
    reads: list[tuple[bool, float]] = []
    chosen = [(one, one.since + rng.random() * (one.until - one.since)) for one in rng.choices(moments, k=READS)]
    for url in urls:
        for moment, at in chosen:
            began = time.monotonic()
            found = dump_as_of(url, at)
            reads.append((found == moment.dump, time.monotonic() - began))
    return reads


def dump_now(url: str) -> tuple[str, str]:
    """Hashes of permits and leads as they stand in their tables."""
    with closing(db.connect(url)) as conn:
        permits, leads = (conn.execute(QUERIES[name]).fetchall() for name in ("permits", "leads"))
    return digest(permits), digest(leads)


def dump_as_of(url: str, at: datetime) -> tuple[str, str]:
    """The same as the reading functions give them for an instant."""
    with closing(db.connect(url)) as conn:
        permits = [
            (one.permit_id, one.version, one.recorded_at, one.withdrawn_reason is not None, one.fields)
            for one in permits_as_of(conn, at)
        ]
        leads = [(one.lead_id, one.permit_id, one.version, one.fields) for one in leads_as_of(conn, at)]
    return digest(permits), digest(leads)


def digest(rows: Sequence[tuple[object, ...]]) -> str:
    """sha-256 of the rows as JSON."""
    found = hashlib.sha256()
    for row in rows:
        found.update(json.dumps(row, default=str, sort_keys=True).encode())
    return found.hexdigest()


def hashes(url: str) -> dict[str, LedgerHash]:
    """The hash of every ledger of a store."""
    with closing(db.connect(url)) as conn:
        return ledger_hashes(conn)


def id_hash(url: str) -> LedgerHash:
    """The hash of the ids of a store's permits."""
    with closing(db.connect(url)) as conn:
        return permit_id_hash(conn)


def new_database(server: str, name: str) -> str:
    """A migrated, empty database."""
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(QUERIES["create"].format(name=sql.Identifier(name)))
    url = server.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(url, autocommit=True) as conn:
        migrate(conn)
    return url


def _edited(table: Table, places: list[int], mark: str) -> Table:
    """Other words in the description, and the status of the row before."""
    words = pl.concat_str(pl.col("description").fill_null(""), pl.lit(f" with new roof and panel {mark}"))
    return table.changed(places, {"description": words, "status_current": pl.col("status_current").shift(1)})


if __name__ == "__main__":
    sys.exit(main())
