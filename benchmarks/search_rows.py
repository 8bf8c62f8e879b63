"""Leads by the million out of real permits: what our ETL makes of the demo snapshot, told again whole weeks earlier."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from permit_leads.score.ranking import AGE_MILLIPOINTS_PER_DAY
from permit_leads.settings import REPOSITORY
from permit_leads.store.migrate import migrate
from permit_leads.store.queries import load_queries
from simulators.publishers import load_snapshot, serve

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
NOTE = (
    "real permits recorded from Austin, Chicago, Nashville and New York, fetched, normalized and scored by our ETL; to "
    "reach the number each was copied under new ids, all its dates moved whole weeks back, its rank with them; "
    "when a lead was learned of is set to the day after its permit's issue"
)
# Datasets, and from which day on: of all that the snapshot holds.
WHOLE = {
    "austin_issued_permits": "2000-01-01",
    "chicago_building_permits": "2000-01-01",
    "nashville_building_permits": "2000-01-01",
    "nyc_dob_now_permits": "2000-01-01",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """What a database holds then; `shown` are leads that are still to be had, which searches show by default."""

    leads: int
    permits: int
    shown: int
    copies: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What searches are dealt from: all of it occurs."""

    zips: Mapping[str, tuple[str, ...]]
    places: tuple[tuple[float, float], ...]


def fill(url: str, home: Path, lead_count: int, datasets: Mapping[str, str] | None = None) -> Filled:
    """A migrated database with exactly so many leads, vacuumed and analyzed.

    Raises:
        ValueError: the real permits alone have more leads.
    """
    with psycopg.connect(url, autocommit=True) as owner:
        migrate(owner)
        fetch(url, home, WHOLE if datasets is None else datasets)
        owner.execute(QUERIES["say_when"])
        copies = multiply(owner, lead_count)
        owner.execute(QUERIES["vacuum"])
        leads, permits, shown = _row(owner, "counts")
        return Filled(leads, permits, shown, copies)


def fetch(url: str, home: Path, datasets: Mapping[str, str]) -> None:
    """The ETL's own run over recorded rows of these datasets, each from its day on."""
    with serve(load_snapshot(only=set(datasets))) as simulator:
        places = {"DATABASE_URL": url, "LEADLEDGER_HOME": str(home), "PERMIT_LEADS_CONNECT_TO": simulator.url}
        for dataset_id, since in datasets.items():
            command = [sys.executable, "-m", "benchmarks.ingest_ours", dataset_id, since]
            environment = {**os.environ, **places}
            subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, stdout=subprocess.DEVNULL)


def multiply(owner: psycopg.Connection, lead_count: int) -> int:
    """Copy all real permits, week by week back, until there are so many leads; how many times.

    Raises:
        ValueError: there are more already.
    """
    (real,) = _row(owner, "count_leads")
    if real > lead_count:
        raise ValueError(f"the real permits have {real} leads; ask for at least as many, not {lead_count}")
    copies = -(-(lead_count - real) // real)
    owner.execute(QUERIES["more_memory"])
    owner.execute(QUERIES["keep_real"])
    names = [name for (name,) in owner.execute(QUERIES["lead_columns"])]
    copy_leads = QUERIES["copy_leads"].format(
        columns=sql.SQL(", ").join(map(sql.Identifier, names)),
        made=sql.SQL(", ").join(sql.Identifier("made", name) for name in names),
    )
    with without_indexes(owner):
        for weeks in range(1, copies + 1):
            values = {"weeks": weeks, "per_day": AGE_MILLIPOINTS_PER_DAY, "limit": min(real, lead_count - weeks * real)}
            owner.execute(QUERIES["copy_permits"], values)
            owner.execute(copy_leads, values)
    return copies


@contextmanager
def without_indexes(owner: psycopg.Connection) -> Iterator[None]:
    """The indexes that searches read are gone in the block, and made again after it."""
    known = owner.execute(QUERIES["secondary_indexes"]).fetchall()
    for name, _ in known:
        schema, _, index = name.partition(".")
        owner.execute(QUERIES["drop_index"].format(name=sql.Identifier(schema, index)))
    yield
    for _, definition in known:
        owner.execute(definition)


def read_facts(owner: psycopg.Connection) -> Facts:
    """Of what is there."""
    zips: dict[str, list[str]] = {}
    for county, code in owner.execute(QUERIES["zips"]):
        zips.setdefault(county, []).append(code)
    places = tuple((latitude, longitude) for latitude, longitude in owner.execute(QUERIES["places"]))
    return Facts({county: tuple(codes) for county, codes in zips.items()}, places)


def _row(owner: psycopg.Connection, title: str) -> tuple[int, ...]:
    row = owner.execute(QUERIES[title]).fetchone()
    assert row is not None
    return row
