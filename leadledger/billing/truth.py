"""What Stripe says of a customer now, brought into our books: subscriptions, invoices, packs, reversals, credits.

It never looks at what an event said, so the order of events and their repetition do not matter. Every credit has a
key of the thing it is for, so it comes once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from leadledger.billing import readings
from leadledger.billing.gateway import Facts, Gateway
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Said:
    """Everything Stripe says of a customer, and of what we know to be his and it no longer lists."""

    is_gone: bool
    subscriptions: list[Facts]
    ended: list[str]  # subscriptions of ours that Stripe does not know any more
    invoices: list[Facts]
    sessions: list[Facts]
    plans: dict[str, str | None]  # by price id; None: none of ours
    reversals: dict[str, list[readings.Reversal]]  # by payment; of those asked for


def lock_customer(conn: Connection, customer_id: str) -> None:
    """Let no other transaction ask for this customer until this one ends."""
    conn.execute(QUERIES["lock_customer"], {"customer_id": customer_id})


def refresh_customer(conn: Connection, gateway: Gateway, customer_id: str, *, with_reversals: bool) -> UUID | None:
    """Ask Stripe and write down what it says, in the caller's transaction; the account, or None where it is not ours.

    Raises:
        Unavailable, BillingNotConfigured: Stripe cannot be asked.
    """
    lock_customer(conn, customer_id)
    customer = gateway.read(gateway.client.v1.customers.retrieve, customer_id)
    account_id = find_account(conn, gateway, customer_id, customer)
    if account_id is None:
        return None
    said = ask(conn, gateway, customer_id, account_id, customer, with_reversals=with_reversals)
    write_down(conn, customer_id, account_id, said)
    return account_id


def write_down(conn: Connection, customer_id: str, account_id: UUID, said: Said) -> None:
    """Bring our books to what Stripe said. The account is held from here on, so nobody is asked any more."""
    conn.execute(QUERIES["hold_account"], {"account_id": account_id})
    if said.is_gone:
        conn.execute(QUERIES["note_deleted"], {"customer_id": customer_id})
    _write_subscriptions(conn, account_id, said)
    _write_invoices(conn, account_id, said)
    _write_sales(conn, account_id, said)
    for sale in _read(conn, "list_paid_sales", account_id=account_id):
        if sale["payment_intent_id"] in said.reversals:
            write_reversals(conn, account_id, sale, said.reversals[sale["payment_intent_id"]])
    conn.execute(QUERIES["refresh_plan"], {"account_id": account_id})
    conn.execute(QUERIES["write_letters"], {"account_id": account_id})


def find_account(conn: Connection, gateway: Gateway, customer_id: str, customer: Facts | None) -> UUID | None:
    """The account a customer stands for; one that we made and did not write down is adopted."""
    known = conn.execute(QUERIES["find_account"], {"customer_id": customer_id}).fetchone()
    named = ((customer or {}).get("metadata") or {}).get("account_id")
    if known is not None or not named:
        return known[0] if known else None
    try:
        about = {"customer_id": customer_id, "is_live": gateway.is_live, "account_id": UUID(named)}
    except ValueError:
        return None
    adopted = conn.execute(QUERIES["adopt_customer"], about).fetchone()
    return adopted[0] if adopted is not None and adopted[1] == customer_id else None


def ask(
    conn: Connection,
    gateway: Gateway,
    customer_id: str,
    account_id: UUID,
    customer: Facts | None,
    *,
    with_reversals: bool,
    is_whole: bool = False,
) -> Said:
    """All of a customer's subscriptions, invoices and checkouts; `is_whole`: those of an earlier customer, too.

    Raises:
        Unavailable, BillingNotConfigured: Stripe cannot be asked.
    """
    known = gateway.client.v1
    by = {"customer": customer_id}
    # Lists of a customer that Stripe never knew, or has forgotten, are refused.
    subscriptions = gateway.read_all(known.subscriptions.list, **by, status="all") if customer else []
    invoices = gateway.read_all(known.invoices.list, **by) if customer else []
    # A session only says that it is not paid; whether it still can be, its payment says.
    sessions = gateway.read_all(known.checkout.sessions.list, **by, expand=["data.payment_intent"]) if customer else []
    about = {"account_id": account_id, "is_whole": is_whole}
    held = _read(conn, "list_known_subscriptions", **about)
    ended = _add_known(gateway, held, known.subscriptions.retrieve, subscriptions)
    if is_whole:
        _add_known(gateway, _read(conn, "list_known_invoices", **about), known.invoices.retrieve, invoices)
        sales = _read(conn, "list_known_sales", **about)
        _add_known(gateway, sales, known.checkout.sessions.retrieve, sessions, "payment_intent")
    reversals = {}
    if with_reversals:
        payments = {row["payment_intent_id"] for row in _read(conn, "list_paid_sales", account_id=account_id)}
        payments |= {sale["payment_intent_id"] for sale in read_sales(sessions) if sale["status"] == "paid"}
        reversals = {payment: ask_reversals(gateway, payment) for payment in sorted(filter(None, payments))}
    plans = _plans_of(gateway, subscriptions, invoices)
    is_gone = customer is None or bool(customer.get("deleted"))
    return Said(is_gone, subscriptions, ended, invoices, sessions, plans, reversals)


def read_sales(sessions: Iterable[Facts]) -> list[dict[str, Any]]:
    """The packs among checkouts, as rows of billing_pack_sales."""
    return [sale for sale in map(readings.read_pack_sale, sessions) if sale is not None]


def _add_known(
    gateway: Gateway, held: Iterable[Mapping[str, Any]], retrieve: Callable[..., Any], listed: list[Facts], *expand: str
) -> list[str]:
    """Add what our books have and the list does not; the ids that Stripe does not know any more."""
    ids = {one["id"] for one in listed}
    found = {row["id"]: gateway.read(retrieve, row["id"], *expand) for row in held if row["id"] not in ids}
    listed += [one for one in found.values() if one is not None]
    return [one for one, facts in found.items() if facts is None]


def ask_reversals(gateway: Gateway, payment_intent_id: str) -> list[readings.Reversal]:
    """Refunds and disputes of one payment."""
    known = gateway.client.v1
    refunds = gateway.read_all(known.refunds.list, payment_intent=payment_intent_id)
    disputes = gateway.read_all(known.disputes.list, payment_intent=payment_intent_id)
    return [*map(readings.read_refund, refunds), *map(readings.read_dispute, disputes)]


def write_reversals(
    conn: Connection, account_id: UUID, sale: Mapping[str, Any], reversals: Iterable[readings.Reversal]
) -> None:
    """Take the credits of money that went back, as far as they are there; give them back when it did not after all."""
    reversals = list(reversals)
    wanted = readings.credits_to_take(sale["credits"], sale["amount_cents"], reversals)
    for one in reversals:
        _write_reversal(conn, account_id, sale, one, wanted[one.stripe_id])


def _write_reversal(
    conn: Connection, account_id: UUID, sale: Mapping[str, Any], reversal: readings.Reversal, wanted: int
) -> None:
    known = _read(conn, "find_reversal", stripe_id=reversal.stripe_id)
    taken, missing, given_back = known[0].values() if known else (0, 0, 0)
    more = wanted - (taken + missing - given_back)
    about = {
        "account_id": account_id,
        "key": f"reversal:{reversal.stripe_id}:{taken}:{given_back}",
        "details": Jsonb({"kind": reversal.kind, "pack": sale["pack"], "session": sale["stripe_session_id"]}),
    }
    if more > 0:
        got = _one(conn, "take_back", {**about, "credits": more})
        taken, missing = taken + got, missing + more - got
    elif more < 0:
        forgiven = min(missing, -more)
        missing -= forgiven
        if -more > forgiven:
            _one(conn, "give_back", {**about, "credits": -more - forgiven})
            given_back += -more - forgiven
    values = {"stripe_id": reversal.stripe_id, "kind": reversal.kind, "status": reversal.status, "credits": wanted}
    more_values = {"amount_cents": reversal.amount_cents, "created_at": reversal.created_at}
    kept = {"taken": taken, "missing": missing, "given_back": given_back}
    session = {"account_id": account_id, "stripe_session_id": sale["stripe_session_id"]}
    conn.execute(QUERIES["write_reversal"], {**values, **more_values, **kept, **session})


def _plans_of(gateway: Gateway, subscriptions: Iterable[Facts], invoices: Iterable[Facts]) -> dict[str, str | None]:
    lines = [line for one in subscriptions for line in (one.get("items") or {}).get("data") or []]
    prices = [line["price"] for line in lines if line.get("price")]
    plans = {price["id"]: readings.plan_of_price(price) for price in prices}
    for invoice in invoices:
        for line in invoice["lines"]["data"]:
            price_id = readings.price_of_line(line)
            if price_id is not None and price_id not in plans:
                price = gateway.read(gateway.client.v1.prices.retrieve, price_id)
                plans[price_id] = readings.plan_of_price(price)
    return plans


def _write_subscriptions(conn: Connection, account_id: UUID, said: Said) -> None:
    for subscription_id in said.ended:
        conn.execute(QUERIES["end_subscription"], {"stripe_subscription_id": subscription_id})
    owed = [invoice for invoice in said.invoices if invoice["status"] == "open"]
    plans = {row["plan"] for row in _read(conn, "list_plans")}
    for subscription in said.subscriptions:
        values = readings.read_subscription(subscription, owed)
        if values["plan"] in plans:  # another's is the nightly comparison's to tell of
            conn.execute(QUERIES["write_subscription"], {**values, "account_id": account_id})


def _write_invoices(conn: Connection, account_id: UUID, said: Said) -> None:
    credits_a_month = {row["plan"]: row["credits_a_month"] for row in _read(conn, "list_plans")}
    ours = {price: plan if plan in credits_a_month else None for price, plan in said.plans.items()}
    for invoice in sorted(said.invoices, key=lambda one: (one["created"], one["id"])):
        values = readings.read_invoice(invoice, ours)
        conn.execute(QUERIES["write_invoice"], {**values, "account_id": account_id})
        if values["status"] == "paid" and values["stripe_subscription_id"]:
            _grant(conn, account_id, values, readings.shares_of(invoice, ours), credits_a_month)


def _grant(
    conn: Connection,
    account_id: UUID,
    invoice: Mapping[str, Any],
    shares: list[readings.Share],
    credits_a_month: Mapping[str, int],
) -> None:
    """A month's credits once for its period, and once for the invoice the difference of a changed plan.

    Changing to and fro brings no more than the month of the largest of the plans has.
    """
    invoice_id, subscription_id = invoice["stripe_invoice_id"], invoice["stripe_subscription_id"]
    if invoice["plan"]:
        start = int(invoice["period_start"].timestamp())
        details = {"kind": "period", "plan": invoice["plan"], "period_end": invoice["period_end"].isoformat()}
        _grant_once(
            conn, account_id, invoice_id, f"grant:{subscription_id}:{start}", credits_a_month[invoice["plan"]], details
        )
    changes = [share for share in shares if share.is_proration]
    if not changes:
        return
    longest = max((share.ends_at - share.starts_at).total_seconds() for share in shares)
    changed = readings.credits_of_change(changes, credits_a_month, max(longest, _MONTH_SECONDS))
    key, period_end = f"change:{invoice_id}", max(share.ends_at for share in changes).isoformat()
    granted = _one(conn, "read_granted", {"account_id": account_id, "period_end": period_end, "key": key})
    room = max(credits_a_month.get(share.plan, 0) for share in changes) - granted
    details = {"kind": "change", "period_end": period_end}
    _grant_once(conn, account_id, invoice_id, key, min(changed, room), details)


_MONTH_SECONDS = 30 * 86_400.0


def _grant_once(
    conn: Connection, account_id: UUID, invoice_id: str, key: str, amount: int, details: Mapping[str, Any]
) -> None:
    if amount <= 0:
        return
    values = {"account_id": account_id, "credits": amount, "key": key}
    entry_id = _one(conn, "grant_credits", {**values, "details": Jsonb({**details, "invoice": invoice_id})})
    if entry_id is not None:
        about = {"entry_id": entry_id, "credits": amount, "stripe_invoice_id": invoice_id}
        conn.execute(QUERIES["note_grant"], about)


def _write_sales(conn: Connection, account_id: UUID, said: Said) -> None:
    for sale in read_sales(said.sessions):
        if sale["credits"] is None:  # the nightly comparison's to tell of
            continue
        about = {**sale, "account_id": account_id}
        conn.execute(QUERIES["write_sale"], about)
        if sale["status"] == "paid":
            details = Jsonb({"kind": "pack", "pack": sale["pack"], "session": sale["stripe_session_id"]})
            paid = {**about, "key": f"pack:{sale['stripe_session_id']}", "details": details}
            entry_id = _one(conn, "pay_out", paid)
            if entry_id is not None:
                conn.execute(QUERIES["note_payout"], {**about, "entry_id": entry_id})


def _read(conn: Connection, statement: str, **about: object) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES[statement], about).fetchall()


def _one(conn: Connection, statement: str, about: Mapping[str, object]) -> Any:
    row = conn.execute(QUERIES[statement], about).fetchone()
    return row[0] if row else None
