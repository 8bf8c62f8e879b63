"""Our books beside Stripe's, by night: every difference is told first, then what can be mended is.

A difference that stays after mending stays open in `billing_differences`, for a person to look at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from leadledger.billing import readings, truth
from leadledger.billing.events import FAILURES, describe_failure
from leadledger.billing.gateway import Gateway
from leadledger.errors import AppError
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
Connection = psycopg.Connection[Any]
AWAY = 3  # so many customers in a row that Stripe did not answer for: it is away for all
Books = dict[str, dict[str, Any]]  # what is compared of each object, by its id


@dataclass(frozen=True, slots=True)
class Difference:
    """An object that our books and Stripe's describe otherwise; empty: it is not there."""

    kind: str
    object_id: str
    ours: Mapping[str, Any]
    theirs: Mapping[str, Any]

    @property
    def name(self) -> str:
        """As `resolve_differences` names it."""
        return f"{self.kind} {self.object_id}"


@dataclass(slots=True)
class Tally:
    """What a comparison came to."""

    customers: int = 0
    found: int = 0
    mended: int = 0
    open: list[Difference] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """For the log."""
        return {"customers": self.customers, "found": self.found, "mended": self.mended, "open": len(self.open)}


def reconcile(conn: Connection, gateway: Gateway, account_id: UUID | None = None) -> Tally:
    """Compare every customer of this mode (or one account) with Stripe; each in a transaction of its own.

    A customer that cannot be compared is a difference, and stops no other. Comparing all, it also finds who still pays
    for an account that is no longer here.

    Raises:
        Unavailable, BillingNotConfigured: Stripe cannot be asked; what was compared before stays.
    """
    tally = Tally()
    about = {"is_live": gateway.is_live, "account_id": account_id}
    customers = dict(conn.execute(QUERIES["list_customers"], about).fetchall())
    conn.commit()
    strangers = {} if account_id else _list_strangers(gateway, customers)
    away = 0
    for customer_id in (*customers, *strangers):
        owner_id = customers.get(customer_id)
        try:
            with conn.transaction():
                if owner_id is not None:
                    _reconcile_customer(conn, gateway, customer_id, owner_id, tally)
                else:
                    _reconcile_stranger(conn, gateway, customer_id, strangers[customer_id], tally)
            away = 0
        except FAILURES as error:
            away += isinstance(error, AppError)
            if away == AWAY:
                raise
            one = Difference("comparison", customer_id, {}, {"failure": describe_failure(error)})
            with conn.transaction():
                _write_difference(conn, owner_id, one)
            tally.open.append(one)
    if account_id is None:
        still = [one.name for one in tally.open if one.object_id in strangers]
        conn.execute(QUERIES["resolve_differences"], {"account_id": None, "still": still})
        conn.commit()
    return tally


def write_letters(conn: Connection) -> None:
    """Write the mails that became due by the clock alone."""
    conn.execute(QUERIES["write_letters"])


def list_differences(conn: Connection) -> list[dict[str, Any]]:
    """Those that are open, the oldest first."""
    with conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES["list_differences"]).fetchall()


def _reconcile_customer(conn: Connection, gateway: Gateway, customer_id: str, account_id: UUID, tally: Tally) -> None:
    truth.lock_customer(conn, customer_id)
    customer = gateway.read(gateway.client.v1.customers.retrieve, customer_id)
    said = truth.ask(conn, gateway, customer_id, account_id, customer, with_reversals=True, is_whole=True)
    before = _compare(conn, said, customer_id, account_id)
    truth.write_down(conn, customer_id, account_id, said)
    after = _compare(conn, said, customer_id, account_id)
    for one in (before | after).values():
        _write_difference(conn, account_id, one)
    conn.execute(QUERIES["resolve_differences"], {"account_id": account_id, "still": list(after)})
    tally.customers += 1
    tally.found += len(before)
    tally.mended += len(before) - len(after)
    tally.open += after.values()


def _list_strangers(gateway: Gateway, known: Collection[str]) -> dict[str, str]:
    """Who pays for what was bought here and is not in our books: the running subscription of each customer."""
    found: dict[str, str] = {}
    for one in gateway.read_all(gateway.client.v1.subscriptions.list):
        customer_id = readings.customer_of(one)
        is_ours = one["status"] in readings.RUNNING and "account_id" in (one.get("metadata") or {})
        if is_ours and customer_id is not None and customer_id not in known:
            found[customer_id] = one["id"]
    return found


def _reconcile_stranger(
    conn: Connection, gateway: Gateway, customer_id: str, subscription_id: str, tally: Tally
) -> None:
    """Write the books of an account that is here; only a person can end what goes on charging for one that is gone."""
    tally.found += 1
    if truth.refresh_customer(conn, gateway, customer_id, with_reversals=True) is not None:
        tally.mended += 1
        return
    one = Difference("stranger", customer_id, {}, {"subscription": subscription_id})
    _write_difference(conn, None, one)
    tally.open.append(one)


def _compare(conn: Connection, said: truth.Said, customer_id: str, account_id: UUID) -> dict[str, Difference]:
    """All differences by their names."""
    ours = {kind: _books(conn, statement, account_id) for kind, statement in STATEMENTS.items()}
    theirs = _their_books(said)
    told = [one for kind in theirs for one in find_differences(kind, ours[kind], theirs[kind])]
    running = sorted(one["id"] for one in said.subscriptions if one["status"] in readings.RUNNING)
    if len(running) > 1:  # paid twice a month; which of them is to end only a person knows
        told.append(Difference("twice", customer_id, {"running": 1}, {"running": running}))
    # Within our own books: what was bought is in the ledger, and nothing is there that was not bought.
    bought, granted = _books(conn, "list_granted", account_id), _books(conn, "read_grants", account_id)
    told += find_differences("credits", granted, bought)
    return {one.name: one for one in told}


def _write_difference(conn: Connection, account_id: UUID | None, one: Difference) -> None:
    about = {"kind": one.kind, "object_id": one.object_id, "account_id": account_id}
    conn.execute(QUERIES["write_difference"], {**about, "ours": _json(one.ours), "theirs": _json(one.theirs)})


STATEMENTS = {
    "subscription": "read_subscriptions",
    "invoice": "read_invoices",
    "pack": "read_sales",
    "reversal": "read_reversals",
}


def find_differences(kind: str, ours: Books, theirs: Books) -> list[Difference]:
    """Objects that only one side has, or that differ in what is compared."""
    return [
        Difference(kind, one, ours.get(one, {}), theirs.get(one, {}))
        for one in sorted(ours.keys() | theirs.keys())
        if ours.get(one) != theirs.get(one)
    ]


def _their_books(said: truth.Said) -> dict[str, Books]:
    subscriptions = [readings.read_subscription(one, []) for one in said.subscriptions]
    invoices = [readings.read_invoice(one, said.plans) for one in said.invoices if one["status"] not in DRAFTS]
    packs = truth.read_sales(said.sessions)
    reversals = [one for asked in said.reversals.values() for one in asked]
    return {
        "subscription": _pick(subscriptions, "stripe_subscription_id", SUBSCRIPTION),
        "invoice": _pick(invoices, "stripe_invoice_id", ("status", "amount_paid_cents")),
        "pack": _pick(packs, "stripe_session_id", ("status", "credits", "amount_cents")),
        "reversal": {one.stripe_id: {"status": one.status} for one in reversals},
    }


DRAFTS = (None, "draft")  # they can be deleted, and nobody owes them yet
SUBSCRIPTION = ("plan", "status", "cancel_at_period_end", "current_period_end", "is_collection_paused")


def _pick(rows: Iterable[Mapping[str, Any]], key: str, fields: tuple[str, ...]) -> Books:
    return {row[key]: {name: row[name] for name in fields} for row in rows}


def _books(conn: Connection, statement: str, account_id: UUID) -> Books:
    with conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES[statement], {"account_id": account_id}).fetchall()
    return {row.pop("id"): row for row in found}


def _json(values: Mapping[str, Any]) -> Jsonb:
    return Jsonb({name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()})
