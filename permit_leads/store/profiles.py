"""What earlier runs of a dataset were like, as the quality stage compares with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from permit_leads.page import Window
from permit_leads.store.queries import load_queries
from permit_leads.store.suppressions import read_suppressions
from permit_leads.suppress import Redactor

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
RUN_COUNT = 15
LEARNT_DAYS = 190


class Past(NamedTuple):
    """Profiles of good runs, newest first, and permits by day of issue."""

    profiles: list[Mapping[str, Any]]
    daily: dict[date, int]

    @property
    def fakes(self) -> list[str]:
        """Contact fields that the last good run knew to be fake."""
        return list(self.profiles[0].get("fakes", [])) if self.profiles else []


def read_past(conn: psycopg.Connection, dataset_id: str, window: Window, today: date) -> Past:
    """The last good runs since an operator last accepted something unusual, and half a year before the window."""
    first = min(window.since or today, today) - timedelta(days=LEARNT_DAYS)
    asked = {"dataset_id": dataset_id, "limit": RUN_COUNT, "first": first, "last": max(window.until or today, today)}
    profiles = [row[0] for row in conn.execute(QUERIES["recent_profiles"], asked)]
    return Past(profiles, dict(conn.execute(QUERIES["permits_by_day"], asked).fetchall()))


def last_profile(conn: psycopg.Connection, dataset_id: str) -> Mapping[str, Any] | None:
    """What the last good run was like; None when none has kept it."""
    row = conn.execute(QUERIES["recent_profiles"], {"dataset_id": dataset_id, "limit": 1}).fetchone()
    return row[0] if row else None


def write_profile(conn: psycopg.Connection, run_id: UUID, profile: Mapping[str, Any]) -> None:
    """Keep a run's profile with its record, without the people who must not appear."""
    profile = Redactor(read_suppressions(conn)).redact_json(profile)
    conn.execute(QUERIES["write_profile"], {"run_id": run_id, "profile": Jsonb(profile)})
