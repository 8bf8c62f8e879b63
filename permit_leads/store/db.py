"""Connections and the SQL files: the only place that knows how this package reaches PostgreSQL."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg

from permit_leads.errors import DatabaseUnavailable
from permit_leads.settings import Settings
from permit_leads.store import embedded
from permit_leads.store.queries import load_queries

__all__ = ["connect", "database_url", "load_queries"]
QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


def database_url(settings: Settings) -> str:
    """The URL to connect to: DATABASE_URL, else the embedded server, started when it is not running."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return embedded.ensure_running(settings.home).owner


def connect(url: str) -> psycopg.Connection:
    """A connection acting as `service_role`: the ETL's rights and no more.

    Raises:
        DatabaseUnavailable: no server answers, or the migrations have not been applied.
    """
    try:
        conn = psycopg.connect(url, connect_timeout=10, application_name="permit_leads", prepare_threshold=None)
    except psycopg.OperationalError as error:
        reason = _without_secrets(error)
        raise DatabaseUnavailable(f"the database does not answer ({reason}); check DATABASE_URL") from None
    try:
        for name in ("act_as_etl", "use_utc", "find_state"):
            conn.execute(QUERIES[name])
        conn.commit()
    except psycopg.Error as error:
        conn.close()
        raise DatabaseUnavailable(
            f"the database is not migrated ({_without_secrets(error)}); run `python -m leadledger migrate`"
        ) from None
    return conn


def _without_secrets(error: psycopg.Error) -> str:
    first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return re.sub(r"password=\S+|//[^@\s]+@", "…", first_line)
