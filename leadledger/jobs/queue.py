"""The queue in the database: Procrastinate's, reached with the worker's rights and no more."""

from __future__ import annotations

from pathlib import Path

import psycopg
from procrastinate import App, PsycopgConnector

from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("jobs.sql"))
CATCH_UP_SECONDS = 26 * 3600  # a daily job is made up for when no worker ran at its time, also where a day has 25 hours


def open_app(url: str) -> App:
    """The queue of this database, without any task yet.

    LISTEN and the worker's role outlive a transaction, so `url` must be a direct or session connection, as the ETL's.
    """
    connector = PsycopgConnector(
        conninfo=url,
        kwargs={"application_name": "leadledger worker", "connect_timeout": 10, "prepare_threshold": None},
        configure=_act_as_worker,
        min_size=1,
        max_size=8,
        timeout=10.0,
    )
    return App(connector=connector, periodic_defaults={"max_delay": CATCH_UP_SECONDS})


async def _act_as_worker(conn: psycopg.AsyncConnection) -> None:
    await conn.execute(QUERIES["act_as_worker"])
    await conn.commit()
