"""A stage for one adapter: its simulated publisher, its store with a history of daily runs, and copies of both."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import httpx
import psycopg
from psycopg import sql
from pydantic import SecretStr

from benchmarks.faults.adapters import Adapter
from benchmarks.faults.truth import FAULT_DAY, known_on
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.wire import MAX_BODY_BYTES
from permit_leads.outcome import Outcome, Request
from permit_leads.run import run_all
from permit_leads.settings import Settings, load_settings
from permit_leads.store import embedded
from permit_leads.store.migrate import migrate
from permit_leads.store.queries import load_queries
from simulators.publishers import Host, Simulator, serve
from simulators.publishers.ckan.envelope import not_found
from simulators.publishers.hosts import Resource
from simulators.publishers.socrata.errors import missing_dataset
from simulators.publishers.table import Table

QUERIES = load_queries(Path(__file__).with_name("judge.sql"))
NOT_FOUND = {"socrata": missing_dataset, "ckan": not_found}
RUNS_BEFORE = 15
MORNING = time(11)  # UTC
IN_A_HURRY = "options=-c%20synchronous_commit%3Doff"  # a store that is thrown away may lose its last moment


class Silent:
    """No progress lines."""

    def event(self, name: str, **fields: object) -> None:
        """Say nothing."""


class BenchClock:
    """Stands on a morning and moves only when somebody waits; `crawl` seconds pass with each look at it."""

    def __init__(self, day: date, crawl: float = 0.0) -> None:
        self._start = datetime.combine(day, MORNING, UTC)
        self._seconds = 1000.0
        self._crawl = crawl

    def monotonic(self) -> float:
        """Seconds since some moment."""
        self._seconds += self._crawl
        return self._seconds

    def now(self) -> datetime:
        """The instant."""
        return self._start + timedelta(seconds=self._seconds - 1000.0)

    def sleep(self, seconds: float) -> None:
        """Let time pass, at once."""
        self._seconds += seconds

    def wake(self) -> None:
        """Nobody sleeps here."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is odd about the way to the publisher: nothing, by default."""

    crawl: float = 0.0
    max_body_bytes: int = MAX_BODY_BYTES
    transport: httpx.BaseTransport | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """A database and an archive."""

    owner_url: str = field(repr=False)
    api_url: str = field(repr=False)
    home: Path

    def settings(self, connect_to: str) -> Settings:
        """The settings of a run on this store."""
        changes = {
            "database_url": SecretStr(self.owner_url),
            "home": self.home,
            "archive_url": f"file://{self.home}/archive",
            "connect_to": connect_to,
            "socrata_app_token": None,
        }
        return load_settings().model_copy(update=changes)


@dataclass(frozen=True, slots=True)
class Server:
    """An embedded server, and a folder for the archives beside its databases."""

    home: Path
    archives: Path

    def make(self, name: str, template: str | None = None, *, is_migrated: bool = True) -> Store:
        """A new database, migrated or copied, with an archive folder of the same name."""
        self._execute("create_database" if template is None else "copy_database", name, template)
        store = self.store(name)
        if template is not None:
            shutil.copytree(self.archives / template, store.home)
        elif is_migrated:
            with psycopg.connect(store.owner_url, autocommit=True) as conn:
                migrate(conn)
        return store

    def store(self, name: str) -> Store:
        """The store of that name."""
        urls = embedded.ensure_running(self.home)
        owner, api = (f"{url.rpartition('/')[0]}/{name}" for url in (urls.owner, urls.api))
        return Store(f"{owner}?{IN_A_HURRY}", api, self.archives / name)

    def drop(self, name: str) -> None:
        """Forget a store."""
        self._execute("drop_database", name)
        shutil.rmtree(self.archives / name, ignore_errors=True)

    def hurry(self) -> None:
        """Do without safety against a loss of power."""
        with psycopg.connect(embedded.ensure_running(self.home).owner, autocommit=True) as conn:
            conn.execute(QUERIES["be_quick"])
            conn.execute(QUERIES["reload"])

    def _execute(self, statement: str, name: str, template: str | None = None) -> None:
        parts = {"name": sql.Identifier(name), "template": sql.Identifier(template or name)}
        with psycopg.connect(embedded.ensure_running(self.home).owner, autocommit=True) as conn:
            conn.execute(QUERIES[statement].format(**parts))


class Stage:
    """One adapter with its history: as many daily runs as the checks learn from, over half a year of permits."""

    def __init__(self, server: Server, simulator: Simulator, adapter: Adapter) -> None:
        self.server, self.simulator, self.adapter = server, simulator, adapter
        self.host = simulator.hosts[adapter.host]
        self.name = f"history_{adapter.name}"
        self._count = 0
        self._shown: dict[date, list[tuple[Resource, Table]]] = {}

    def play_history(self, runs: int = RUNS_BEFORE) -> None:
        """The backfill and so many mornings after it, up to the day before the fault.

        Raises:
            RuntimeError: a morning without any fault did not go well.
        """
        store = self.server.make(self.name)
        for before in range(runs, -1, -1):
            day = FAULT_DAY - timedelta(days=before + 1)
            self.publish(day)
            outcome = self.run(store, day)
            if outcome.error is not None:
                raise RuntimeError(f"{self.adapter.name} on {day}, without a fault: {outcome.error}")

    def publish(self, day: date) -> None:
        """The publisher shows what is true on a morning, and has no fault."""
        self.simulator.restore()
        if day not in self._shown:
            made = self.adapter.make(known_on(day, self.adapter.since), day)
            self._shown[day] = [(resource, resource.table) for resource in made]
        for resource, table in self._shown[day]:
            resource.table = table
        self.host.resources[:] = [resource for resource, _ in self._shown[day]]

    def run(self, store: Store, day: date, odd: Conditions | None = None) -> Outcome:
        """One run of that morning."""
        odd = odd or Conditions()
        client = PoliteClient(
            connect_to=self.simulator.url,
            clock=BenchClock(day, odd.crawl),
            rng=random.Random(7),
            max_body_bytes=odd.max_body_bytes,
            transport=odd.transport,
        )
        dataset = self.adapter.dataset
        request = Request((dataset.id,), None, None, (), None, False, False, Path())
        settings = store.settings(self.simulator.url)
        (outcome,) = run_all(request, {dataset.id: dataset}, settings, Silent(), client=client)
        return outcome

    @contextmanager
    def copied(self) -> Iterator[Store]:
        """A copy of the history to try something on."""
        self._count += 1
        name = f"case_{self.adapter.name}_{self._count}"
        store = self.server.make(name, self.name)
        try:
            yield store
        finally:
            self.server.drop(name)


@contextmanager
def stages(server: Server, adapters: Sequence[Adapter]) -> Iterator[Callable[[Adapter], Stage]]:
    """One simulator for some adapters, and the stage of each; histories are played when asked for."""
    hosts = [
        Host(adapter.host, not_found=NOT_FOUND[adapter.dataset.protocol])
        if adapter.dataset.protocol in NOT_FOUND
        else Host(adapter.host)
        for adapter in adapters
    ]
    with serve(hosts, seed=7) as simulator:
        yield lambda adapter: Stage(server, simulator, adapter)
