"""The operator's desk for refunds: `python -m leadledger refunds list | show | grant | refuse`.

Exit codes: 0 done, 1 a request waits for more than two days, or was decided already, 2 bad input, 3 no database.
"""

from __future__ import annotations

import argparse
import getpass
import json
import uuid
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from leadledger.refunds.crediting import QUERIES
from leadledger.request_desk import add_request_commands
from permit_leads.settings import Settings
from permit_leads.store import db

DONE, NOT_WELL = 0, 1
PATIENCE = timedelta(days=2)
WORDS = {
    "list": "requests that wait for a person, the oldest first; --all: decided ones too",
    "show": "everything that one request says, and what was sold",
    "grant": "give the credits back; the account reads the reason",
    "refuse": "decide against it; the account reads the reason, and may appeal once",
}
Say = Callable[[str], None]


def add_commands(parser: argparse.ArgumentParser) -> None:
    """The desk's commands below `python -m leadledger refunds`."""
    add_request_commands(parser, "refunds", WORDS, "why; the account reads it")


def run(options: argparse.Namespace, settings: Settings, say: Say) -> int:
    """Run one of the commands; the exit status.

    Raises:
        DatabaseUnavailable: no server answers.
    """
    with closing(db.connect(db.database_url(settings))) as conn:
        if options.refunds == "list":
            return _list(conn, say, is_all=options.all)
        if options.refunds == "show":
            return _show(conn, options.request_id, say)
        return _decide(conn, options, say)


def _list(conn: psycopg.Connection[Any], say: Say, *, is_all: bool) -> int:
    found = _read(conn, "list_open", is_all=is_all)
    for row in found:
        say(f"{row['refund_request_id']}  {row['created_at']:%Y-%m-%d %H:%M}  {row['status']:<14} {row['complaint']}")
    if not found:
        say("no request waits")
    waiting = [row for row in found if row["status"] in ("waiting", "appealed")]
    return NOT_WELL if any(datetime.now(UTC) - row["waits_since"] > PATIENCE for row in waiting) else DONE


def _show(conn: psycopg.Connection[Any], request_id: uuid.UUID, say: Say) -> int:
    found = _read(conn, "show_request", refund_request_id=request_id)
    if not found:
        say(f"error: there is no refund request {request_id}; see refunds list --all")
        return NOT_WELL
    say(json.dumps(found[0], indent=2, default=str))
    return DONE


def _decide(conn: psycopg.Connection[Any], options: argparse.Namespace, say: Say) -> int:
    about = {"refund_request_id": options.request_id, "answer": options.reason}
    if options.refunds == "refuse":
        refused = conn.execute(QUERIES["refuse_request"], about).fetchone()
        conn.commit()
        return _tell(refused is not None, "refused", options.request_id, say)
    claim = conn.execute(QUERIES["answer_request"], about).fetchone()
    made = None
    if claim is not None:
        proof = {
            "refund_request_id": str(options.request_id),
            "decided_by": getpass.getuser(),
            "answer": options.reason,
        }
        values = {"claim_id": claim[0], "reason": "granted", "found_at": datetime.now(UTC), "evidence": Jsonb(proof)}
        made = conn.execute(QUERIES["credit_refund"], {**values, "decided_by": "operator"}).fetchone()
    conn.commit()
    return _tell(made is not None and made[0] is not None, "credited", options.request_id, say)


def _tell(is_done: bool, what: str, request_id: uuid.UUID, say: Say) -> int:
    say(f"{request_id}: {what}" if is_done else f"error: {request_id} does not wait; see refunds show {request_id}")
    return DONE if is_done else NOT_WELL


def _read(conn: psycopg.Connection[Any], statement: str, **about: object) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES[statement], about).fetchall()
