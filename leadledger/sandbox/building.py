"""Builds the sandbox's database: the migrations, then the recorded runs told again by the ETL itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg import sql
from pydantic import SecretStr

from leadledger.api_keys import SAMPLE_ACCOUNT_ID, SAMPLE_USER_ID
from leadledger.credits.catalog import write_catalog
from leadledger.leads.tallies import tally_dataset
from leadledger.modes import SAMPLE_INSTANT
from leadledger.plans import load_catalog
from leadledger.sandbox.place import PREFIX, archive_url, beside, database_name, sample_registry
from permit_leads.errors import DatabaseUnavailable
from permit_leads.outcome import Request
from permit_leads.registry import load_registry
from permit_leads.run import run_all
from permit_leads.settings import Settings
from permit_leads.store import db
from permit_leads.store.migrate import migrate
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
SAMPLE_TERRITORY_ID = UUID("5a3b1e00-0000-4000-8000-000000000003")
SAMPLE = {
    "account_id": SAMPLE_ACCOUNT_ID,
    "user_id": SAMPLE_USER_ID,
    "territory_id": SAMPLE_TERRITORY_ID,
    "at": SAMPLE_INSTANT,
}
# In this order, once the runs are told.
FINISH = (
    *("settle_run_clocks", "settle_state_clocks", "settle_tally_clocks"),
    *("make_account", "make_member", "make_territory", "forget_jobs", "become_test"),
)
Say = Callable[[str], None]


class SandboxUnavailable(Exception):
    """The sandbox cannot be built here; everything else goes on without it."""


class _Silence:
    """The runs were told to people when they were recorded."""

    def event(self, name: str, **fields: object) -> None:
        """Say nothing."""


def ensure_sandbox(settings: Settings, owner_url: str, say: Say, name: str | None = None) -> None:
    """Build the sandbox's database on the server of `owner_url` unless it is there; safe to call from many processes.

    It is built under another name and renamed when it is whole, so whoever finds it finds all of it.

    Raises:
        SandboxUnavailable: the login may not create databases, or the pages cannot be told again; says which.
    """
    name = name or database_name()
    try:
        with _own_turn(owner_url) as server:
            if server.execute(QUERIES["has_database"], {"name": name}).fetchone() is not None:
                say(f"sandbox: {name} is there")
                return
            _build(settings, server, beside(owner_url, f"{name}_new"), name)
            _forget_older(server, name)
            say(f"sandbox: built {name}")
    except (psycopg.Error, DatabaseUnavailable) as error:
        reason = str(error).strip().splitlines()[0]
        raise SandboxUnavailable(f"the sandbox's database cannot be built ({reason})") from error


@contextmanager
def _own_turn(owner_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(owner_url, connect_timeout=10, autocommit=True) as server:
        server.execute(QUERIES["wait_for_turn"])
        try:
            yield server
        finally:
            server.execute(QUERIES["give_turn"])


def _build(settings: Settings, server: psycopg.Connection, url: str, name: str) -> None:
    new = sql.Identifier(f"{name}_new")
    server.execute(QUERIES["drop_database"].format(name=new))
    server.execute(QUERIES["create_database"].format(name=new))
    with psycopg.connect(url, autocommit=True) as owner:
        migrate(owner)
        _tell(settings, url)
        with owner.transaction():
            for title in FINISH:
                owner.execute(QUERIES[title], SAMPLE)
        # After the account, which is no trial: nothing of the sample ends.
        write_catalog(owner, load_catalog())
        owner.execute(QUERIES["give_plan"], SAMPLE)
        owner.execute(QUERIES["analyze"])
    server.execute(QUERIES["rename_database"].format(name=new, new_name=sql.Identifier(name)))
    server.execute(QUERIES["close_database"].format(name=sql.Identifier(name)))


def _tell(settings: Settings, url: str) -> None:
    """The recorded runs again, each as and when it was, and what the worker counts after them."""
    registry = sample_registry(load_registry())
    here = settings.model_copy(update={"database_url": SecretStr(url), "archive_url": archive_url()})
    request = Request(
        dataset_ids=tuple(registry), since=None, until=None, formats=(), delay_seconds=None, is_dry_run=False,
        is_replay=True, out_dir=Path(),
    )  # fmt: skip
    for outcome in run_all(request, registry, here, _Silence(), actor="sandbox"):
        if outcome.status != "success":
            raise SandboxUnavailable(f"{outcome.dataset_id} cannot be told again ({outcome.error or outcome.status})")
    with closing(db.connect(url)) as conn:
        for dataset_id in registry:
            tally_dataset(conn, dataset_id, SAMPLE_INSTANT.date())


def _forget_older(server: psycopg.Connection, name: str) -> None:
    """Databases of code before the code before; one that is in use is left to the next time."""
    for (older,) in server.execute(QUERIES["older_databases"], {"prefix": PREFIX, "name": name}).fetchall():
        try:
            server.execute(QUERIES["drop_database"].format(name=sql.Identifier(older)))
        except psycopg.errors.ObjectInUse:
            continue
