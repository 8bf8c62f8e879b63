"""Counts a dataset's permits by week and how often each field says something, and notes where licence numbers stand.

Done by the worker after each run.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from leadledger.leads.disclosure import GRANTED
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
TALLY = "tally_dataset"
WEEKS_KEPT = 261  # five years, and the week that runs
COUNTS = sql.SQL(", ").join(
    sql.SQL("{}, count({})").format(sql.Literal(field.name), sql.Identifier("permit", field.name)) for field in GRANTED
)


def tally_dataset(conn: psycopg.Connection, dataset_id: str, today: date) -> None:
    """Count everything of one dataset anew, in one transaction; who reads meanwhile sees the counts before."""
    since = week_of(today) - timedelta(weeks=WEEKS_KEPT - 1)
    values = {"dataset_id": dataset_id, "since": since, "today": today + timedelta(days=1)}
    with conn.transaction():
        conn.execute(QUERIES["keep_out"], values)
        for title in ("forget_weeks", "count_weeks", "forget_licences", "note_licences"):
            conn.execute(QUERIES[title], values)
        conn.execute(QUERIES["count_fields"].format(counts=COUNTS), values)


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())
