"""The operator's desk for billing: `python -m leadledger billing seed | compare | events | retry`.

Exit codes: 0 done, 1 something is open that a person must look at, 2 bad input or no key, 3 no database.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import stripe
from psycopg.rows import dict_row

from leadledger.billing import events, reconciling
from leadledger.billing.gateway import Gateway, make_gateway
from leadledger.billing.seeding import plan_steps
from leadledger.errors import AppError
from leadledger.plans import load_catalog
from leadledger.settings import ApiSettings
from permit_leads.errors import UsageError
from permit_leads.store import db
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
DONE, NOT_WELL = 0, 1
WORDS = {
    "seed": "say what Stripe lacks of plans.toml; with --apply, do it",
    "compare": "compare our books with Stripe's now, mend what can be, and list what stays",
    "events": "how many events came, what became of them, which wait or failed; refused deliveries",
    "retry": "work off now what waits or failed",
}
Say = Callable[[str], None]


def add_commands(parser: argparse.ArgumentParser) -> None:
    """The desk's commands below `python -m leadledger billing`."""
    commands = parser.add_subparsers(dest="billing", required=True, metavar="what")
    for name, text in WORDS.items():
        command = commands.add_parser(name, help=text, description=text)
        if name == "seed":
            command.add_argument("--apply", action="store_true", help="do what is listed")
        if name == "compare":
            command.add_argument("--account", type=UUID, metavar="ID", help="this account only")


def run(options: argparse.Namespace, settings: ApiSettings, say: Say) -> int:
    """Run one of the commands; the exit status.

    Raises:
        UsageError: no key is set.
        DatabaseUnavailable: no server answers.
    """
    if options.billing == "seed":
        return seed(settings, say, is_applied=options.apply)
    with closing(db.connect(db.database_url(settings))) as conn:
        if options.billing == "events":
            return _show_events(conn, say)
        gateway = _need_gateway(settings)
        try:
            if options.billing == "retry":
                return _retry(conn, gateway, say)
            return _compare(conn, gateway, options.account, say)
        except AppError as away:
            say(f"error: {away.message}")
            return NOT_WELL


def seed(settings: ApiSettings, say: Say, *, is_applied: bool) -> int:
    """Tell Stripe of our price list; without `is_applied`, only say what would be done.

    Raises:
        UsageError: no key is set.
    """
    gateway = _need_gateway(settings)
    mode = "live" if gateway.is_live else "test"
    try:
        steps = plan_steps(gateway, load_catalog())
        say(f"Stripe ({mode} mode, {settings.stripe_api_base}): {len(steps) or 'nothing'} to do")
        for step in steps:
            say(f"  {step.words}")
        if steps and not is_applied:
            say("nothing was done; --apply does it")
        for step in steps if is_applied else ():
            step.act()
            say(f"  done: {step.words}")
    except (AppError, stripe.StripeError) as error:
        say(f"error: {getattr(error, 'user_message', None) or error}; what is listed as done is done, run it again")
        return NOT_WELL
    return DONE


def _compare(conn: psycopg.Connection[Any], gateway: Gateway, account_id: UUID | None, say: Say) -> int:
    tally = reconciling.reconcile(conn, gateway, account_id)
    say(
        f"{tally.customers} customers compared: {tally.found} differences, {tally.mended} mended, "
        f"{len(tally.open)} open"
    )
    for one in reconciling.list_differences(conn):
        found = f"{one['found_at']:%Y-%m-%d %H:%M}"
        say(f"  {found}  {one['kind']:<12} {one['object_id']}  account {one['account_id']}")
        say(f"    ours   {one['ours'] or 'not there'}")
        say(f"    Stripe {one['theirs'] or 'not there'}")
    return NOT_WELL if tally.open else DONE


def _show_events(conn: psycopg.Connection[Any], say: Say) -> int:
    outcomes, waiting, refusals = (_read(conn, name) for name in ("count_outcomes", "list_waiting", "count_refusals"))
    say("outcome        events of the last 7 days")
    for row in outcomes:
        say(f"{row['outcome']:<14} {row['count']}")
    for row in refusals:
        say(f"refused: {row['reason']} {row['count']} times in 24 hours, last from {row['hour']:%m-%d %H:%M} UTC on")
    for row in waiting:
        tries = f"{row['attempt_count']} tries"
        say(f"waits: {row['event_id']}  {row['type']}  since {row['received_at']:%m-%d %H:%M}  {tries}  {row['error']}")
    return NOT_WELL if waiting else DONE


def _retry(conn: psycopg.Connection[Any], gateway: Gateway, say: Say) -> int:
    failed = 0
    for row in _read(conn, "list_waiting"):
        try:
            outcome = events.apply_event(conn, gateway, row["event_id"])
        except events.FAILURES as error:
            conn.rollback()
            events.note_failure(conn, row["event_id"], error)
            outcome, failed = f"failed: {events.describe_failure(error)}", failed + 1
        conn.commit()
        say(f"{row['event_id']}  {row['type']}  {outcome}")
    return NOT_WELL if failed else DONE


def _need_gateway(settings: ApiSettings) -> Gateway:
    gateway = make_gateway(settings)
    if gateway is None:
        raise UsageError("STRIPE_SECRET_KEY is not set; expected sk_test_… or sk_live_… in the environment")
    return gateway


def _read(conn: psycopg.Connection[Any], statement: str) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES[statement]).fetchall()
