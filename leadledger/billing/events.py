"""Events, worked off: each makes us ask Stripe, and an answer settles all events that came before the question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import stripe
from psycopg.rows import dict_row

from leadledger.billing import truth
from leadledger.billing.gateway import Gateway
from leadledger.billing.readings import customer_of
from leadledger.errors import AppError
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
RELEVANT = ("checkout.session.", "customer.", "invoice.", "invoice_payment.", "charge.", "refund.", "payment_intent.")
REVERSING = ("charge.", "refund.")
Connection = psycopg.Connection[Any]
# Stripe away, or an object of a shape that nobody foresaw: the matter of one event or customer, and of no other.
FAILURES = (
    AppError,
    stripe.StripeError,
    psycopg.Error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


def apply_event(conn: Connection, gateway: Gateway, event_id: str) -> str:
    """Bring our books to what Stripe says now; one transaction, committed by the caller. Says what came of it.

    Raises:
        Unavailable, BillingNotConfigured: Stripe cannot be asked; nothing is changed.
    """
    with conn.cursor(row_factory=dict_row) as rows:
        event = rows.execute(QUERIES["read_event"], {"event_id": event_id}).fetchone()
    if event is None or event["is_handled"]:
        return "settled"
    if not event["type"].startswith(RELEVANT):
        return _settle(conn, [event_id], "ignored")
    customer_id = event["customer_id"] or _find_customer(conn, gateway, event["payload"])
    if customer_id is None:
        return _settle(conn, [event_id], "no_customer")
    truth.lock_customer(conn, customer_id)
    waiting = _list_waiting(conn, customer_id, event_id)
    if event_id not in waiting:  # whoever held the lock before settled it
        return "settled"
    with_reversals = any(kind.startswith(REVERSING) for kind in waiting.values())
    account_id = truth.refresh_customer(conn, gateway, customer_id, with_reversals=with_reversals)
    return _settle(conn, list(waiting), "applied" if account_id else "not_ours")


def note_failure(conn: Connection, event_id: str, error: Exception) -> None:
    """Keep why it failed beside the event; it is tried again."""
    conn.execute(QUERIES["note_failed"], {"event_id": event_id, "error": describe_failure(error)})


def describe_failure(error: Exception) -> str:
    """What failed, in one line. Of an error of the database only what it is about: its details show whole rows."""
    words = str(error.diag.message_primary) if isinstance(error, psycopg.Error) else str(error)
    return f"{type(error).__name__}: {words}"[:500].replace("\x00", " ")


def list_overdue(conn: Connection) -> list[str]:
    """Events whose jobs did not settle them."""
    return [row[0] for row in conn.execute(QUERIES["list_overdue"]).fetchall()]


def forget(conn: Connection) -> None:
    """Empty what is kept for a time only."""
    conn.execute(QUERIES["forget_payloads"])
    conn.execute(QUERIES["forget_refusals"])


def _list_waiting(conn: Connection, customer_id: str, event_id: str) -> dict[str, str]:
    """Types by id of the events that a question asked from now on settles."""
    now = conn.execute(truth.QUERIES["read_clock"]).fetchone()
    assert now is not None
    about = {"customer_id": customer_id, "event_id": event_id, "until": now[0]}
    return dict(conn.execute(QUERIES["list_waiting"], about).fetchall())


def _find_customer(conn: Connection, gateway: Gateway, payload: dict[str, Any]) -> str | None:
    """Of a refund or dispute, by its payment."""
    about = payload["data"]["object"]
    payment_intent_id = about.get("payment_intent")
    if not isinstance(payment_intent_id, str):
        return None
    known = conn.execute(QUERIES["find_sale_of_payment"], {"payment_intent_id": payment_intent_id}).fetchone()
    if known is not None:
        return str(known[0])
    payment = gateway.read(gateway.client.v1.payment_intents.retrieve, payment_intent_id)
    return customer_of(payment) if payment else None


def _settle(conn: Connection, event_ids: list[str], outcome: str) -> str:
    conn.execute(QUERIES["note_handled"], {"event_ids": event_ids, "outcome": outcome})
    return outcome
