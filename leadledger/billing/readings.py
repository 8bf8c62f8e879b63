"""What Stripe's objects say, as rows of ours. Pure: dictionaries in, values out.

Source: API version 2026-10-28.endive. Periods stand on a subscription's items, not on itself; an invoice names its
subscription under `parent`, and the service it is for in its lines, not in its own period.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Facts = Mapping[str, Any]
FAILED_PAYMENTS = frozenset({"requires_payment_method", "canceled"})  # of a checkout that is over: a debit came back
RUNNING = frozenset({"trialing", "active", "past_due", "unpaid", "paused"})
MOST_DIGITS = 6
# A dispute that is only asked about took no money; one that was won gave it back.
HARMLESS_DISPUTES = frozenset({"warning_needs_response", "warning_under_review", "warning_closed", "prevented", "won"})
FAILED_REFUNDS = frozenset({"failed", "canceled"})


@dataclass(frozen=True, slots=True)
class Share:
    """Part of a plan's month that an invoice line pays for; below zero: what it gives back."""

    plan: str
    starts_at: datetime
    ends_at: datetime
    is_proration: bool
    sign: int


@dataclass(frozen=True, slots=True)
class Reversal:
    """Money of a pack that went back, or was asked back."""

    stripe_id: str
    kind: str
    status: str
    amount_cents: int
    is_in_force: bool
    created_at: datetime


def at(seconds: int | None) -> datetime | None:
    """Stripe's seconds since 1970 as an instant."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def plan_of_price(price: Facts | None) -> str | None:
    """The plan a price was made for: written on it, for a lookup key moves on to the next price."""
    if not price:
        return None
    named, lookup_key = (price.get("metadata") or {}).get("plan"), price.get("lookup_key") or ""
    return named or (lookup_key.removeprefix("plan_") if lookup_key.startswith("plan_") else "") or None


def read_subscription(subscription: Facts, open_invoices: Iterable[Facts]) -> dict[str, Any]:
    """A row of billing_subscriptions; `plan` is None when its price is none of ours."""
    lines = (subscription.get("items") or {}).get("data") or []
    line = next((one for one in lines if plan_of_price(one.get("price"))), lines[0] if lines else {})
    owed = [
        one
        for one in open_invoices
        if subscription_of(one) == subscription["id"] and (one.get("attempt_count") or 0) > 0
    ]
    is_late = subscription["status"] in ("past_due", "unpaid")
    return {
        "stripe_subscription_id": subscription["id"],
        "plan": plan_of_price(line.get("price")),
        "metro": (subscription.get("metadata") or {}).get("metro") or None,
        "status": subscription["status"],
        "is_collection_paused": subscription.get("pause_collection") is not None,
        "cancel_at_period_end": bool(subscription.get("cancel_at_period_end")),
        "cancel_at": at(subscription.get("cancel_at")),
        "canceled_at": at(subscription.get("canceled_at")),
        "ended_at": at(subscription.get("ended_at")),
        "current_period_start": at(line.get("current_period_start")),
        "current_period_end": at(line.get("current_period_end")),
        "trial_end": at(subscription.get("trial_end")),
        "past_due_since": min((_since(one) for one in owed), default=None) if is_late else None,
        "next_payment_attempt": at(
            min((one["next_payment_attempt"] for one in owed if one.get("next_payment_attempt")), default=None)
        ),
        "latest_invoice_id": _id_of(subscription.get("latest_invoice")),
    }


def read_invoice(invoice: Facts, plans: Mapping[str, str | None]) -> dict[str, Any]:
    """A row of billing_invoices, without what we granted for it."""
    full = next((share for share in shares_of(invoice, plans) if not share.is_proration and share.sign > 0), None)
    return {
        "stripe_invoice_id": invoice["id"],
        "stripe_subscription_id": subscription_of(invoice),
        "plan": full.plan if full else None,
        "status": invoice["status"] or "draft",
        "billing_reason": invoice.get("billing_reason"),
        "amount_due_cents": invoice["amount_due"],
        "amount_paid_cents": invoice["amount_paid"],
        "currency": invoice["currency"],
        "period_start": full.starts_at if full else None,
        "period_end": full.ends_at if full else None,
        "hosted_invoice_url": invoice.get("hosted_invoice_url"),
        "attempt_count": invoice.get("attempt_count") or 0,
        "next_payment_attempt": at(invoice.get("next_payment_attempt")),
        "created_at": at(invoice["created"]),
    }


def shares_of(invoice: Facts, plans: Mapping[str, str | None]) -> list[Share]:
    """What the invoice's lines pay for; `plans` tells the plan of each price. A free trial pays for nothing."""
    shares = []
    for line in invoice["lines"]["data"]:
        plan = plans.get(price_of_line(line) or "")
        if plan is None or not line["amount"]:
            continue
        parent = (line.get("parent") or {}).get("subscription_item_details") or {}
        starts_at, ends_at = at(line["period"]["start"]), at(line["period"]["end"])
        assert starts_at is not None
        assert ends_at is not None
        sign = 1 if line["amount"] > 0 else -1
        shares.append(Share(plan, starts_at, ends_at, bool(parent.get("proration")), sign))
    return shares


def price_of_line(line: Facts) -> str | None:
    """The id of the price a line is for."""
    details = (line.get("pricing") or {}).get("price_details") or {}
    return _id_of(details.get("price"))


def subscription_of(invoice: Facts) -> str | None:
    """The id of the subscription an invoice is of."""
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    return _id_of(details.get("subscription"))


def credits_of_change(shares: Iterable[Share], credits_a_month: Mapping[str, int], month_seconds: float) -> int:
    """Credits of a plan changed within its month: the difference for the rest of it, rounded down, never below 0."""
    if month_seconds <= 0:
        return 0
    whole = sum(
        share.sign * credits_a_month[share.plan] * (share.ends_at - share.starts_at).total_seconds() / month_seconds
        for share in shares
        if share.is_proration and share.plan in credits_a_month
    )
    return max(0, int(whole + 1e-6))


def read_pack_sale(session: Facts) -> dict[str, Any] | None:
    """A row of billing_pack_sales; None for a checkout that sold no pack, or is still open.

    `credits` is None where what we wrote on it was changed to what is no number of credits.
    """
    told = session.get("metadata") or {}
    if session["mode"] != "payment" or "pack" not in told or session["status"] == "open":
        return None
    return {
        "stripe_session_id": session["id"],
        "payment_intent_id": _id_of(session.get("payment_intent")),
        "pack": told["pack"],
        "credits": _credits_of(told.get("credits")),
        "amount_cents": session.get("amount_total") or 0,
        "currency": session.get("currency") or "",
        "status": _sale_status(session),
        "created_at": at(session["created"]),
    }


def _credits_of(text: Any) -> int | None:
    """The number of credits as we wrote it; None for anything else."""
    is_number = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return (int(text) or None) if is_number else None


def _sale_status(session: Facts) -> str:
    if session["status"] == "expired":
        return "expired"
    if session["payment_status"] != "unpaid":
        return "paid"
    payment = session.get("payment_intent")
    has_failed = isinstance(payment, Mapping) and payment["status"] in FAILED_PAYMENTS
    return "failed" if has_failed else "waiting"


def read_refund(refund: Facts) -> Reversal:
    """A refund; a failed one took nothing back after all."""
    is_in_force = refund["status"] not in FAILED_REFUNDS
    created_at = at(refund["created"])
    assert created_at is not None
    return Reversal(refund["id"], "refund", refund["status"], refund["amount"], is_in_force, created_at)


def read_dispute(dispute: Facts) -> Reversal:
    """A dispute; the bank holds the money until it is won."""
    is_in_force = dispute["status"] not in HARMLESS_DISPUTES
    created_at = at(dispute["created"])
    assert created_at is not None
    return Reversal(dispute["id"], "dispute", dispute["status"], dispute["amount"], is_in_force, created_at)


def credits_to_take(sold: int, amount_cents: int, reversals: Iterable[Reversal]) -> dict[str, int]:
    """For each reversal in force the credits it takes, first come first; together never more than were sold."""
    taken: dict[str, int] = {}
    gone_cents = 0
    for one in sorted(reversals, key=lambda reversal: (reversal.created_at, reversal.stripe_id)):
        if not one.is_in_force:
            taken[one.stripe_id] = 0
            continue
        before = _credits_for(sold, amount_cents, gone_cents)
        gone_cents = min(amount_cents, gone_cents + one.amount_cents)
        taken[one.stripe_id] = _credits_for(sold, amount_cents, gone_cents) - before
    return taken


def _credits_for(sold: int, amount_cents: int, cents: int) -> int:
    return sold if amount_cents <= 0 else sold * cents // amount_cents


def customer_of(about: Facts) -> str | None:
    """The customer an object is, or is of; None when it does not say (refunds and disputes do not)."""
    if about.get("object") == "customer":
        return _id_of(about)
    return _id_of(about.get("customer"))


def _since(invoice: Facts) -> datetime:
    opened = (invoice.get("status_transitions") or {}).get("finalized_at") or invoice["created"]
    return datetime.fromtimestamp(opened, UTC)


def _id_of(about: Any) -> str | None:
    """The id, whether the object is expanded or not."""
    if isinstance(about, Mapping):
        about = about.get("id")
    return about if isinstance(about, str) else None
