"""Late, edited, deleted and renumbered rows: how many of them the store has after a sync, and after a reconcile.

    python -m benchmarks.completeness --rows 10000 --json

For each protocol a city that does not exist publishes SYNTHETIC permits over loopback. Each round changes a thousand
rows: a quarter arrives late with an older date, a quarter is edited in any column, a quarter is deleted, a quarter
gets another number. Every third round the publisher replaces everything as well, so that each row is written anew
under another row id. After each round the ETL runs twice: the daily sync, then a reconcile. Permits stand in one row
or in two.

The judge knows nothing of the ETL: it keeps the city's rows and reads the store by SQL. A change is captured when the
store says of its permits exactly what the city says now. `spurious_changes` are versions of permits that nobody
changed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from benchmarks.completeness_city import KINDS, City, Kind, Mutation, Publisher, Row
from permit_leads.outcome import Outcome, Request
from permit_leads.registry import Dataset
from permit_leads.run import run_all
from permit_leads.settings import Settings
from permit_leads.store import embedded
from permit_leads.store.migrate import migrate
from permit_leads.store.queries import load_queries
from simulators.publishers import serve

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
ZONE = "America/Chicago"
ROWS_PER_ROUND = 1000
ROUNDS_PER_REPLACEMENT = 3
DAYS_BETWEEN_ROUNDS = 4  # so that what a round wrote is not taken for fresh by the next one
PUBLISHED_PER_CHANGED = 20  # half of a round's changes take a number away, and 5 % at once would not be believed
PROTOCOLS = ("socrata", "arcgis", "ckan", "csv")
SPECIAL: dict[str, dict[str, object]] = {
    "socrata": {
        "url": "https://socrata.elm.example/resource/elmm-0001.json",
        "date_column": "issued",
        "system_cursor": ":updated_at",
    },
    "arcgis": {
        "url": "https://arcgis.elm.example/arcgis/rest/services/Elm/FeatureServer/0",
        "date_column": "issued",
        "date_kind": "epoch_ms",
        "date_zone": "-06:00",
        "system_cursor": "touched",
    },
    "ckan": {"url": "https://ckan.elm.example/api/3/action/datastore_search?resource_id=elm-1"},
    "csv": {"url": "https://csv.elm.example/permits.csv"},
}
DATE_PARSES = {"socrata": "floating_date", "arcgis": "epoch_ms", "ckan": "iso_date", "csv": "iso_date"}


class Silent:
    """Says nothing."""

    def event(self, name: str, **fields: object) -> None:
        """Nothing."""


@dataclass(slots=True)
class Score:
    """How a protocol did. `captured_by_sync` is the share that needed no reconcile."""

    protocol: str
    mutations: int = 0
    captured_share: float = 0.0
    captured_by_sync: float = 0.0
    duplicates: int = 0
    spurious_changes: int = 0
    cycles: int = 2
    rounds: int = 0
    replacements: int = 0
    published_rows: int = 0
    seconds: float = 0.0
    missed: dict[str, int] = field(default_factory=dict)


def dataset_of(protocol: str) -> Dataset:
    """The city's permits as a source file would describe them."""
    day = DATE_PARSES[protocol]
    fields: dict[str, object] = {
        "PermitNum": {"column": "permit"},
        "StatusCurrent": {"column": "status"},
        "OriginalAddress1": {"column": "address"},
        "Description": {"column": "description"},
        "EstProjectCost": {"column": "valuation", "parse": "usd"},
        "ContractorCompanyName": {"column": "contractor"},
        "IssuedDate": {"column": "issued", "parse": day},
        "StatusDate": {"column": "status_date", "parse": day},
    }
    given: dict[str, object] = {
        "id": f"elm_{protocol}",
        "title": "Elm",
        "protocol": protocol,
        "key": ("permit",),
        "grain": {"rows": "one for each contact of a permit", "newest_by": ("StatusDate",)},
        "fields": fields,
        "spacing_seconds": 0.0,
        "backfill_days": 1000,
        "publisher": {"name": "Elm", "state": "TX", "county_fips": "48453", "time_zone": ZONE},
    }
    return Dataset.model_validate(given | SPECIAL[protocol])


class Follower:
    """A store that follows one publisher."""

    def __init__(self, protocol: str, url: str, connect_to: str, home: Path) -> None:
        self.dataset = dataset_of(protocol)
        self.url = url
        self.settings = Settings(database_url=url, home=home, connect_to=connect_to)

    def run(self, *, is_reconcile: bool = False, is_replay: bool = False) -> Outcome:
        """One run, as cron or an operator starts it.

        Raises:
            RuntimeError: it did not end well.
        """
        request = Request((self.dataset.id,), None, None, (), None, False, is_replay, Path(), is_reconcile)
        (outcome,) = run_all(request, {self.dataset.id: self.dataset}, self.settings, Silent())
        if outcome.error is not None:
            raise RuntimeError(f"{self.dataset.id}: {outcome.kind}: {outcome.error}")
        return outcome

    def stored(self) -> dict[str, tuple[str | None, ...]]:
        """What the store says of every listed permit, by its key."""
        with psycopg.connect(self.url) as conn:
            return {key: tuple(said) for key, *said in conn.execute(QUERIES["stored"])}

    def count_duplicates(self) -> int:
        """Permits, leads and versions that stand there twice."""
        with psycopg.connect(self.url) as conn:
            row = conn.execute(QUERIES["count_duplicates"]).fetchone()
        return int(row[0]) if row else 0

    def changed_since(self, since: datetime) -> list[str]:
        """Keys of the permits of which a version was recorded; one that was recorded twice stands there twice."""
        with psycopg.connect(self.url) as conn:
            return [key for (key,) in conn.execute(QUERIES["changed_keys"], {"since": since})]


def expected(row: Row) -> tuple[str, ...]:
    """What the store should say of a row, in the order of `stored`."""
    cost = str(Decimal(row["valuation"]).quantize(Decimal("0.01")))
    texts = (row["permit"], row["status"], row["address"], row["description"], cost, row["contractor"])
    return (*texts, row["issued"], row["status_date"])


def is_captured(mutation: Mutation, truth: dict[str, Row], stored: dict[str, tuple[str | None, ...]]) -> bool:
    """Whether the store says of the permits of a change what the city says now, also that there is none."""
    wanted = {permit: expected(truth[permit]) if permit in truth else None for permit in mutation.permits}
    return all(stored.get(permit) == said for permit, said in wanted.items())


def shares_of(count: int) -> dict[Kind, int]:
    """So many changes in equal parts."""
    return {kind: count // len(KINDS) + (at < count % len(KINDS)) for at, kind in enumerate(KINDS)}


def follow(
    publisher: Publisher, follower: Follower, sizes: Iterable[int], replaced_every: int = ROUNDS_PER_REPLACEMENT
) -> Score:
    """Change so many rows in each round and see what the store makes of it."""
    score, city, caught, by_sync = Score(publisher.protocol), publisher.city, 0, 0
    follower.run()
    follower.run(is_reconcile=True)
    began = time.monotonic()
    for size in sizes:
        score.rounds += 1
        city.let_days_pass(DAYS_BETWEEN_ROUNDS)
        mutations = city.mutate(shares_of(size))
        if score.rounds % replaced_every == 0:
            city.replace_all()
            score.replacements += 1
        publisher.publish()
        truth, since = city.truth(), datetime.now(UTC)
        follower.run()
        after_sync = follower.stored()
        follower.run(is_reconcile=True)
        stored = follower.stored()
        missed = [mutation for mutation in mutations if not is_captured(mutation, truth, stored)]
        score.mutations += len(mutations)
        by_sync += sum(is_captured(mutation, truth, after_sync) for mutation in mutations)
        caught += len(mutations) - len(missed)
        for mutation in missed:
            score.missed[mutation.kind] = score.missed.get(mutation.kind, 0) + 1
        meant = {permit for mutation in mutations for permit in mutation.permits}
        changed = follower.changed_since(since)
        score.spurious_changes += len([key for key in changed if key not in meant])
        strays = {key for key in stored.keys() ^ truth.keys() if key not in meant}
        score.missed |= {"strays": score.missed.get("strays", 0) + len(strays)} if strays else {}
    score.seconds = round(time.monotonic() - began, 1)
    score.duplicates = follower.count_duplicates()
    score.published_rows = len(city.rows)
    score.captured_share = caught / score.mutations if score.mutations else 0.0
    score.captured_by_sync = round(by_sync / score.mutations, 4) if score.mutations else 0.0
    return score


def sizes_of(rows: int, per_round: int) -> list[int]:
    """The changes in rounds."""
    return [min(per_round, rows - start) for start in range(0, rows, per_round)]


def measure(protocol: str, rows: int, seed: int, server: str, home: Path) -> Score:
    """One protocol in a database of its own."""
    city = City(random.Random(seed), datetime.now(ZoneInfo(ZONE)).date())
    city.found(PUBLISHED_PER_CHANGED * min(rows, ROWS_PER_ROUND))
    publisher = Publisher(protocol, city)
    with serve([publisher.host]) as simulator:
        follower = Follower(protocol, new_database(server, protocol), simulator.url, home / protocol)
        return follow(publisher, follower, sizes_of(rows, ROWS_PER_ROUND))


def new_database(server: str, name: str) -> str:
    """A migrated, empty database."""
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(QUERIES["create_database"].format(name=sql.Identifier(f"elm_{name}")))
    url = f"{server.rpartition('/')[0]}/elm_{name}"
    with psycopg.connect(url, autocommit=True) as conn:
        migrate(conn)
    return url


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000, help="rows that are changed, for each protocol")
    parser.add_argument("--protocol", choices=PROTOCOLS, action="append", help="only this one; may be repeated")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print one JSON line and nothing else")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="completeness-") as folder:
        home = Path(folder)
        try:
            server = embedded.ensure_running(home).owner
            chosen = arguments.protocol or PROTOCOLS
            scores = [measure(protocol, arguments.rows, arguments.seed, server, home) for protocol in chosen]
        finally:
            embedded.stop(home)
    print(line_of(scores) if arguments.json else table(scores))
    return 0 if all(score.captured_share == 1.0 and not score.duplicates for score in scores) else 1


def line_of(scores: list[Score]) -> str:
    """One JSON line: the worst of all protocols, and each protocol."""
    worst = {
        "mutations": sum(score.mutations for score in scores),
        "captured_share": min(score.captured_share for score in scores),
        "duplicates": sum(score.duplicates for score in scores),
        "spurious_changes": sum(score.spurious_changes for score in scores),
        "cycles": max(score.cycles for score in scores),
        "seconds": round(sum(score.seconds for score in scores), 1),
    }
    return json.dumps(worst | {"protocols": [asdict(score) for score in scores]})


def table(scores: list[Score]) -> str:
    """The figures for a person."""
    return "\n\n".join("\n".join(f"{name:18} {value}" for name, value in asdict(score).items()) for score in scores)


if __name__ == "__main__":
    sys.exit(main())
