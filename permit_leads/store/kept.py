"""What was kept beside the permits and may quote them: cleaned with them when somebody is suppressed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from permit_leads.store.queries import load_queries
from permit_leads.suppress import Redactor

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
# Answers to members and of receivers are short-lived, so what may hold one of the words goes without a closer look.
FORGOTTEN = ("forget_answers", "forget_receivers_words", "forget_reasons")


def clean_kept(conn: psycopg.Connection, redactor: Redactor, likes: Sequence[str], permit_ids: Sequence[str]) -> None:
    """Answers, receivers' words, rejected values, findings, profiles of runs, and licences of the cleaned permits."""
    about = {"likes": list(likes), "permit_ids": list(permit_ids)}
    for title in FORGOTTEN:
        conn.execute(QUERIES[title], about)
    _clean_rejections(conn, redactor, about)
    _clean_findings(conn, redactor, about)
    _clean_profiles(conn, redactor, about)
    conn.execute(QUERIES["forget_licences"], about)
    conn.execute(QUERIES["count_again"], about)


def _clean_rejections(conn: psycopg.Connection, redactor: Redactor, about: dict[str, list[str]]) -> None:
    for row in _fetch(conn, "find_rejections", about):
        said = redactor.redact_cells({"value": row["value"], "reason": row["reason"]}, is_at_home=True)
        conn.execute(QUERIES["redact_rejection"], {**row, **said})


def _clean_findings(conn: psycopg.Connection, redactor: Redactor, about: dict[str, list[str]]) -> None:
    for row in _fetch(conn, "find_findings", about):
        conn.execute(QUERIES["redact_finding"], {**row, "message": redactor.redact_json(row["message"])})


def _clean_profiles(conn: psycopg.Connection, redactor: Redactor, about: dict[str, list[str]]) -> None:
    for row in _fetch(conn, "find_profiles", about):
        conn.execute(QUERIES["redact_profile"], {**row, "profile": Jsonb(redactor.redact_json(row["profile"]))})


def _fetch(conn: psycopg.Connection, title: str, about: dict[str, list[str]]) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES[title], about).fetchall()
