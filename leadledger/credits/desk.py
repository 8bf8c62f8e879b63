"""The operator's desk for credits: `python -m leadledger credits find | show | adjust | plan`.

Exit codes: 0 done, 1 not done (no such account, or less was there than was to be taken), 2 bad input, 3 no database.
"""

from __future__ import annotations

import argparse
import getpass
import uuid
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from leadledger.plans import load_catalog
from permit_leads.errors import UsageError
from permit_leads.settings import Settings
from permit_leads.store import db
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
DONE, NOT_DONE = 0, 1
MOST = 100_000
WORDS = {
    "find": "accounts by id, name, or a member's e-mail address, with plan and balance",
    "show": "an account's statement, newest first",
    "adjust": "give credits (50) or take them (-50), with a reason that the account reads",
    "plan": "give an account a plan that no subscription pays for, until a day or for good",
}
Say = Callable[[str], None]


def add_commands(parser: argparse.ArgumentParser) -> None:
    """The desk's commands below `python -m leadledger credits`."""
    commands = parser.add_subparsers(dest="credits", required=True, metavar="what")
    for name, text in WORDS.items():
        command = commands.add_parser(name, help=text, description=text)
        if name == "find":
            command.add_argument("asked", metavar="ID|NAME|E-MAIL")
            continue
        command.add_argument("account_id", type=uuid.UUID, metavar="ACCOUNT", help="id of the account, as found")
        if name == "show":
            command.add_argument("--limit", type=int, default=50, help="lines (50)")
        if name == "adjust":
            command.add_argument("amount", type=int, help="credits; below zero: taken")
            command.add_argument("--key", help="names this adjustment, so that it is made once (default: a new one)")
        if name == "plan":
            command.add_argument("plan", choices=[*load_catalog().plans], help="key of the plan")
            command.add_argument("--until", type=date.fromisoformat, metavar="YYYY-MM-DD", help="its last day (UTC)")
        if name in ("adjust", "plan"):
            command.add_argument("--reason", required=True, help="why; the account reads it")


def run(options: argparse.Namespace, settings: Settings, say: Say) -> int:
    """Run one of the commands; the exit status.

    Raises:
        UsageError: an amount that cannot be.
        DatabaseUnavailable: no server answers.
    """
    if options.credits == "adjust" and not 0 < abs(options.amount) <= MOST:
        raise UsageError(f"amount is {options.amount}; expected 1 to {MOST:,}, or below zero to take: 50, -50")
    with closing(db.connect(db.database_url(settings))) as conn:
        if options.credits == "find":
            return _find(conn, options.asked, say)
        found = _read(conn, "find_accounts", asked=str(options.account_id))
        if not found:
            say(f"error: there is no account {options.account_id}; `credits find` looks by name or e-mail address")
            return NOT_DONE
        acts = {"show": _show, "adjust": _adjust, "plan": _put_plan}
        return acts[options.credits](conn, options, say)


def _find(conn: psycopg.Connection[Any], asked: str, say: Say) -> int:
    found = _read(conn, "find_accounts", asked=asked)
    for row in found:
        ends = f" until {row['ends_at']:%Y-%m-%d}" if row["ends_at"] else ""
        members = f"{row['members']} member" + ("s" if row["members"] != 1 else "")
        plan = f"{row['plan'] or 'no plans'}{ends}"
        say(f"{row['account_id']}  {row['name']}  {plan}  {row['balance']} credits  {members}")
    if not found:
        say("no account is found by this id, name or e-mail address")
    return DONE if found else NOT_DONE


def _show(conn: psycopg.Connection[Any], options: argparse.Namespace, say: Say) -> int:
    for row in _read(conn, "list_entries", account_id=options.account_id, limit=max(1, options.limit)):
        ends = f"  ends {row['expires_at']:%Y-%m-%d}" if row["expires_at"] else ""
        about = f"{row['reason']:<18} {row['idempotency_key']}{ends}"
        say(f"{row['recorded_at']:%Y-%m-%d %H:%M}  {row['amount']:>+6}  {row['balance']:>6}  {about}")
    return DONE


def _adjust(conn: psycopg.Connection[Any], options: argparse.Namespace, say: Say) -> int:
    values = {
        "account_id": options.account_id,
        "amount": abs(options.amount),
        "key": f"operator:{options.key or uuid.uuid4()}",
        "details": Jsonb({"kind": "operator", "reason": options.reason, "by": getpass.getuser()}),
    }
    row = conn.execute(QUERIES["give" if options.amount > 0 else "take"], values).fetchone()
    conn.commit()
    assert row is not None
    if options.amount > 0:
        say(f"{options.amount} credits given" if row[0] is not None else f"done before under the key {options.key}")
        return DONE
    say(f"{row[0]} of {-options.amount} credits taken; a balance never goes below zero")
    return DONE if row[0] == -options.amount else NOT_DONE


def _put_plan(conn: psycopg.Connection[Any], options: argparse.Namespace, say: Say) -> int:
    ends_at = datetime.combine(options.until, time.max, UTC) if options.until else None
    if ends_at is not None and ends_at < datetime.now(UTC):
        raise UsageError(f"--until is {options.until}, which is over; expected a day from today on")
    values = {"account_id": options.account_id, "plan": options.plan, "ends_at": ends_at}
    put = conn.execute(QUERIES["put_plan"], values).fetchone()
    conn.commit()
    if put is None:
        say("error: a subscription pays for this account's plan; change it at Stripe")
        return NOT_DONE
    say(f"the plan is {options.plan}" + (f" until {options.until}" if options.until else "") + f": {options.reason}")
    return DONE


def _read(conn: psycopg.Connection[Any], statement: str, **about: object) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES[statement], about).fetchall()
