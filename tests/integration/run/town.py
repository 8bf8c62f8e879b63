"""A publisher whose rows change from run to run, its archive, and as many stores as a test wants to fill from it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import psycopg

from benchmarks import rebuild
from permit_leads.context import Accepting
from permit_leads.outcome import Outcome, Request
from permit_leads.registry import Dataset, load_registry
from permit_leads.run import run_all
from permit_leads.settings import Settings
from permit_leads.store import db
from permit_leads.store.ledgers import LedgerHash, ledger_hashes
from permit_leads.store.queries import load_queries
from permit_leads.store.versions import leads_as_of, permits_as_of
from simulators.publishers import Simulator

QUERIES = load_queries(Path(rebuild.__file__).with_suffix(".sql"))
Dump = list[tuple[object, ...]]


class Told:
    """Keeps the names and words of what a run says."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, object]]] = []

    def event(self, name: str, **fields: object) -> None:
        self.events.append((name, fields))


@dataclass(frozen=True)
class Moment:
    """What was in a store between two runs: from the instant at which it was read to that at which the next began."""

    since: datetime
    until: datetime
    permits: Dump
    leads: Dump

    def within(self, rng: random.Random) -> datetime:
        """An instant at which nothing happened."""
        return self.since + timedelta(seconds=rng.random() * (self.until - self.since).total_seconds())


class Town:
    """One dataset of the simulator with so many of its rows, and one archive."""

    def __init__(self, simulator: Simulator, dataset_id: str, host: str, folder: Path, row_count: int) -> None:
        self.simulator, self.folder = simulator, folder
        self.resource = simulator.hosts[host].resources[0]
        self.dataset = load_registry()[dataset_id].model_copy(
            update={"spacing_seconds": 0.0, "rejection_limit": 1.0, "withdrawal_limit": 1.0}
        )
        self.resource.table = replace(self.resource.table, rows=self.resource.table.rows.head(row_count))
        self.told = Told()

    @property
    def archive_folder(self) -> Path:
        return self.folder / "archive"

    def settings(self, url: str) -> Settings:
        return Settings.model_validate({"database_url": url, "home": self.folder, "connect_to": self.simulator.url})

    def run(
        self, url: str, *, is_replay: bool = False, is_reconcile: bool = False, since: datetime | None = None,
        dataset: Dataset | None = None, accepting: Accepting | None = None,
    ) -> Outcome:  # fmt: skip
        until = None if since is None else datetime.now(UTC)
        request = Request((self.dataset.id,), since, until, (), None, False, is_replay, self.folder, is_reconcile)
        registry = {self.dataset.id: dataset or self.dataset}
        (outcome,) = run_all(request, registry, self.settings(url), self.told, "ada", accepting)
        return outcome

    def good(self, url: str, **asked: Any) -> Outcome:
        outcome = self.run(url, **asked)
        assert outcome.error is None, outcome.error
        return outcome

    def change(self, rng: random.Random, count: int) -> None:
        """So many rows edited, back-dated, gone, renumbered and new, by the luck of a seed."""
        table, key = self.resource.table, self.dataset.key[0]
        places = rng.sample(range(table.rows.height), 5 * count)
        edited, back, gone, renumbered, copied = (places[at * count : (at + 1) * count] for at in range(5))
        mark = f"{rng.random():.6f}"
        more = table.take(copied).with_columns(
            pl.concat_str(pl.col(key), pl.lit(f"-{mark}")).alias(key),
            pl.concat_str(pl.col(":id"), pl.lit(f"-{mark}")).alias(":id"),
        )
        table = table.changed(edited, {"job_description": pl.lit(f"new roof and plumbing {mark}")})
        table = table.changed(back, {self.dataset.date_column or "": pl.lit("2021-03-04T00:00:00.000")})
        table = table.changed(renumbered, {key: pl.concat_str(pl.col(key), pl.lit(f"-R{mark}"))})
        self.resource.table = table.without(gone).with_rows(more)

    def change_columns(self, values: Mapping[str, pl.Expr]) -> None:
        """These columns of every row computed anew."""
        table = self.resource.table
        self.resource.table = table.changed(range(table.rows.height), values)


def hashes(url: str) -> dict[str, LedgerHash]:
    with closing(db.connect(url)) as conn:
        return ledger_hashes(conn)


def counts(url: str) -> dict[str, int]:
    return {name: one.row_count for name, one in hashes(url).items()}


def ask(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as conn:
        return conn.execute(query.encode()).fetchall()


def dump(url: str) -> tuple[Dump, Dump]:
    """Permits and leads as they stand in their tables now."""
    with closing(db.connect(url)) as conn:
        return conn.execute(QUERIES["permits"]).fetchall(), conn.execute(QUERIES["leads"]).fetchall()


def dump_as_of(url: str, at: datetime) -> tuple[Dump, Dump]:
    """The same as the reading functions give them for an instant."""
    with closing(db.connect(url)) as conn:
        permits: Dump = [
            (one.permit_id, one.version, one.recorded_at, one.withdrawn_reason is not None, one.fields)
            for one in permits_as_of(conn, at)
        ]
        leads: Dump = [(one.lead_id, one.permit_id, one.version, one.fields) for one in leads_as_of(conn, at)]
    return permits, leads
