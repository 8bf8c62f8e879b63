"""Invoices: drafted, finalized, collected, retried, voided."""

from __future__ import annotations

from simulators.stripe import payments
from simulators.stripe.cards import method_of
from simulators.stripe.clock import DAY
from simulators.stripe.errors import StripeRefusal, refused
from simulators.stripe.shapes import blank
from simulators.stripe.standing import settle_failed, settle_paid
from simulators.stripe.world import Resource, World, list_of

RETRIED = ("subscription_cycle", "subscription_update")


def make_line(
    world: World,
    price: Resource,
    quantity: int,
    amount: int,
    period: tuple[int, int],
    subscription: Resource,
    part_id: str,
    description: str,
    *,
    is_proration: bool = False,
) -> Resource:
    """One line, not yet on an invoice; `period` is what the amount pays for."""
    details = {
        "invoice_item": world.new_id("ii") if is_proration else None,
        "proration": is_proration,
        "proration_details": {"credited_items": None},
        "subscription": subscription["id"],
        "subscription_item": part_id,
    }
    return {
        **blank("line_item"),
        "id": world.new_id("il"),
        "amount": amount,
        "currency": price["currency"],
        "description": description,
        "discountable": not is_proration,
        "metadata": dict(subscription["metadata"]),
        "parent": blank("line_parent") | {"subscription_item_details": details},
        "period": {"start": period[0], "end": period[1]},
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": quantity,
        "subtotal": amount,
    }


def make_invoice(
    world: World, subscription: Resource, reason: str, lines: list[Resource], usage: tuple[int, int]
) -> Resource:
    """A draft of a subscription's invoice; `usage` is what period_start and period_end say."""
    invoice_id = world.new_id("in")
    for line in lines:
        line["invoice"] = invoice_id
    customer = world.resources[subscription["customer"]]
    total = sum(line["amount"] for line in lines)
    details = {
        "metadata": dict(subscription["metadata"]),
        "subscription": subscription["id"],
        "subscription_proration_date": None,
    }
    invoice: Resource = {
        **blank("invoice"),
        "id": invoice_id,
        "amount_due": max(total, 0),
        "amount_remaining": max(total, 0),
        "billing_reason": reason,
        "created": world.now(),
        "currency": subscription["currency"],
        "customer": customer["id"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "lines": list_of(lines, f"/v1/invoices/{invoice_id}/lines"),
        "parent": {"quote_details": None, "subscription_details": details, "type": "subscription_details"},
        "period_start": usage[0],
        "period_end": usage[1],
        "starting_balance": customer["balance"],
        "subtotal": total,
        "total": total,
        "_secret": world.new_id("simulated"),
    }
    return world.add(invoice, "invoice.created")


def finalize(world: World, invoice: Resource) -> Resource:
    """A draft becomes an invoice with a number, an address and, if anything is due, an intent to collect it."""
    if invoice["status"] != "draft":
        raise refused(f"This invoice is already finalized, you can't re-finalize a non-draft invoice: {invoice['id']}")
    customer = world.resources[invoice["customer"]]
    with world.changing(invoice, "invoice.finalized"):
        due = _apply_balance(world, customer, invoice)
        invoice |= {
            "status": "open",
            "amount_due": due,
            "amount_remaining": due,
            "automatically_finalizes_at": None,
            "effective_at": world.now(),
            "number": f"{customer.get('invoice_prefix', 'GONE')}-{customer.get('next_invoice_sequence', 1):04d}",
            "hosted_invoice_url": f"{world.public_url}/i/{invoice['_secret']}",
        }
        invoice["status_transitions"]["finalized_at"] = world.now()
        customer["next_invoice_sequence"] = customer.get("next_invoice_sequence", 1) + 1
    if due:
        _make_invoice_payment(world, invoice, customer)
    else:
        _settle(world, invoice)
    return invoice


def _apply_balance(world: World, customer: Resource, invoice: Resource) -> int:
    """A credit of the customer pays first; an invoice below zero adds to it. Gives what is left to pay."""
    total: int = invoice["total"]
    moved: int = total if total < 0 else min(total, max(-customer.get("balance", 0), 0))
    with world.changing(customer, "customer.updated"):
        customer["balance"] = customer.get("balance", 0) + moved
    invoice["ending_balance"] = customer["balance"]
    return max(total - moved, 0)


def _make_invoice_payment(world: World, invoice: Resource, customer: Resource) -> None:
    given = {
        "description": "Subscription creation" if invoice["billing_reason"] == "subscription_create" else "Invoice"
    }
    intent = payments.make_intent(world, invoice["amount_due"], invoice["currency"], customer, given)
    world.add(
        {
            "id": world.new_id("inpay"),
            "object": "invoice_payment",
            "amount_paid": None,
            "amount_requested": invoice["amount_due"],
            "created": world.now(),
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": False,
            "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }
    )


def intent_of(world: World, invoice: Resource) -> Resource:
    """The intent that collects a finalized invoice."""
    (payment,) = world.of("invoice_payment", invoice=invoice["id"])
    return world.resources[payment["payment"]["payment_intent"]]


def collect(
    world: World, invoice: Resource, method: Resource | None = None, *, by_hand: bool = False
) -> StripeRefusal | None:
    """Charge an open invoice; the refusal is given back. By hand, the schedule of retries stays as it is."""
    if invoice["status"] not in ("open", "uncollectible"):
        raise refused(f"Invoice is already {invoice['status']}", code="invoice_already_paid")
    subscription = world.resources.get(invoice["parent"]["subscription_details"]["subscription"])
    intent = intent_of(world, invoice)
    try:
        method = method or method_of(world, world.resources[invoice["customer"]], subscription)
    except StripeRefusal as refusal:
        _settle_refused(world, invoice, by_hand=by_hand)
        return refusal
    refusal_of_bank = payments.confirm(world, intent, method, on_session=by_hand)
    if refusal_of_bank:
        _settle_refused(world, invoice, by_hand=by_hand)
    elif intent["status"] == "succeeded":
        _settle(world, invoice)
    return refusal_of_bank


def _settle(world: World, invoice: Resource) -> None:
    for payment in world.of("invoice_payment", invoice=invoice["id"]):
        payment |= {"status": "paid", "amount_paid": payment["amount_requested"]}
        payment["status_transitions"]["paid_at"] = world.now()
        world.emit("invoice_payment.paid", payment)
    with world.changing(invoice, None):
        invoice |= {
            "status": "paid",
            "amount_paid": invoice["amount_due"],
            "amount_remaining": 0,
            "attempted": True,
            "attempt_count": max(invoice["attempt_count"], 1 if invoice["amount_due"] else 0),
            "auto_advance": False,
            "next_payment_attempt": None,
        }
        invoice["status_transitions"]["paid_at"] = world.now()
    world.emit("invoice.paid", invoice)
    world.emit("invoice.payment_succeeded", invoice)
    settle_paid(world, invoice)


def _settle_refused(world: World, invoice: Resource, *, by_hand: bool) -> None:
    days = world.habits.retry_days
    with world.changing(invoice, None):
        invoice["attempted"] = True
        if not by_hand or not invoice["attempt_count"]:
            count = invoice["attempt_count"] = invoice["attempt_count"] + 1
            is_retried = invoice["billing_reason"] in RETRIED and count <= len(days)
            invoice["next_payment_attempt"] = world.now() + days[count - 1] * DAY if is_retried else None
    world.emit("invoice.payment_failed", invoice)
    settle_failed(world, invoice, is_last=invoice["next_payment_attempt"] is None and not by_hand)


def void(world: World, invoice: Resource) -> Resource:
    """The invoice was never meant."""
    if invoice["status"] not in ("open", "uncollectible"):
        raise refused(f"You can only void open and uncollectible invoices; {invoice['id']} is {invoice['status']}")
    with world.changing(invoice, "invoice.voided"):
        invoice |= {"status": "void", "auto_advance": False, "next_payment_attempt": None}
        invoice["status_transitions"]["voided_at"] = world.now()
    for payment in world.of("invoice_payment", invoice=invoice["id"]):
        payment["status"] = "canceled"
        intent = world.resources[payment["payment"]["payment_intent"]]
        with world.changing(intent, "payment_intent.canceled"):
            intent |= {"status": "canceled", "canceled_at": world.now(), "cancellation_reason": "void_invoice"}
    return invoice


def mark_uncollectible(world: World, invoice: Resource) -> Resource:
    """The invoice is owed and not hoped for."""
    if invoice["status"] != "open":
        raise refused(f"You can only mark open invoices as uncollectible; {invoice['id']} is {invoice['status']}")
    with world.changing(invoice, "invoice.marked_uncollectible"):
        invoice |= {"status": "uncollectible", "auto_advance": False, "next_payment_attempt": None}
        invoice["status_transitions"]["marked_uncollectible_at"] = world.now()
    return invoice
