"""Payment intents, their charges, refunds and disputes."""

from __future__ import annotations

from simulators.stripe.cards import BANK_ACCOUNT, find_decline
from simulators.stripe.clock import DAY
from simulators.stripe.errors import StripeRefusal, refused
from simulators.stripe.forms import merge_metadata
from simulators.stripe.shapes import blank
from simulators.stripe.world import Resource, World


def make_intent(world: World, amount: int, currency: str, customer: Resource | None, given: Resource) -> Resource:
    """An amount to be collected."""
    intent_id = world.new_id("pi")
    intent: Resource = {
        **blank("payment_intent"),
        "id": intent_id,
        "amount": amount,
        "client_secret": world.new_id(f"{intent_id}_secret"),
        "created": world.now(),
        "currency": currency,
        "customer": customer["id"] if customer else None,
        "description": given.get("description"),
        "metadata": merge_metadata({}, given.get("metadata")),
        "receipt_email": given.get("receipt_email"),
        "setup_future_usage": given.get("setup_future_usage"),
    }
    return world.add(intent, "payment_intent.created")


def confirm(world: World, intent: Resource, method: Resource, *, on_session: bool) -> StripeRefusal | None:
    """Try to collect; the refusal is given back, not raised, since the attempt stays on record."""
    customer = world.resources.get(intent["customer"] or "")
    if method["_number"] == BANK_ACCOUNT:
        with world.changing(intent, "payment_intent.processing"):
            intent |= {"status": "processing", "payment_method": method["id"]}
        return None
    refusal = find_decline(customer, method, on_session=on_session)
    if refusal is None:
        succeed(world, intent, method)
    else:
        fail(world, intent, method, refusal)
    return refusal


def succeed(world: World, intent: Resource, method: Resource) -> Resource:
    """The money is collected."""
    charge = _make_charge(world, intent, method, None)
    world.emit("charge.succeeded", charge)
    with world.changing(intent, "payment_intent.succeeded"):
        intent |= {
            "status": "succeeded",
            "next_action": None,
            "amount_received": intent["amount"],
            "latest_charge": charge["id"],
            "payment_method": method["id"],
            "last_payment_error": None,
        }
    return charge


def fail(world: World, intent: Resource, method: Resource, refusal: StripeRefusal) -> Resource:
    """The bank said no."""
    charge = _make_charge(world, intent, method, refusal)
    world.emit("charge.failed", charge)
    error = {
        "type": refusal.kind,
        "code": refusal.code,
        "message": refusal.message,
        "charge": charge["id"],
        **refusal.more,
    }
    with world.changing(intent, "payment_intent.payment_failed"):
        intent |= {
            "status": "requires_payment_method",
            "latest_charge": charge["id"],
            "payment_method": None,
            "last_payment_error": error,
        }
    return charge


def _make_charge(world: World, intent: Resource, method: Resource, refusal: StripeRefusal | None) -> Resource:
    paid = refusal is None
    charge: Resource = {
        "id": world.new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if paid else 0,
        "amount_refunded": 0,
        "balance_transaction": world.new_id("txn") if paid else None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SIMULATED",
        "captured": paid,
        "created": world.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": refusal.code if refusal else None,
        "failure_message": refusal.message if refusal else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "outcome": {
            "network_status": "approved_by_network" if paid else "declined_by_network",
            "type": "authorized" if paid else "issuer_declined",
        },
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": method["type"], method["type"]: dict(method[method["type"]])},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "status": "succeeded" if paid else "failed",
    }
    return world.add(charge)


def charge_of(world: World, intent_id: str) -> Resource:
    """The charge that collected this intent's money.

    Raises:
        StripeRefusal: nothing was collected.
    """
    intent = world.find("payment_intent", intent_id, "payment_intent")
    if intent["status"] != "succeeded":
        raise refused(
            f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.", "payment_intent"
        )
    return world.find("charge", intent["latest_charge"])


def make_refund(world: World, charge: Resource, given: Resource) -> Resource:
    """Money back, whole or in part."""
    left = charge["amount"] - charge["amount_refunded"]
    amount = given.get("amount") or left
    if left <= 0:
        raise refused(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if charge["disputed"]:
        raise refused(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if not 0 < amount <= left:
        raise refused(f"Refund amount (${amount / 100:.2f}) is greater than unrefunded amount on charge", "amount")
    refund: Resource = {
        "id": world.new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": world.new_id("txn"),
        "charge": charge["id"],
        "created": world.now(),
        "currency": charge["currency"],
        "destination_details": {"type": "card"},
        "metadata": merge_metadata({}, given.get("metadata")),
        "payment_intent": charge["payment_intent"],
        "reason": given.get("reason"),
        "receipt_number": None,
        "status": "succeeded",
    }
    world.add(refund, "refund.created")
    with world.changing(charge, "charge.refunded"):
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    return refund


def fail_refund(world: World, refund: Resource) -> Resource:
    """The bank gives the refund back: the money is the account's again."""
    charge = world.find("charge", refund["charge"])
    with world.changing(refund, "refund.updated"):
        refund |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
    with world.changing(charge, "charge.updated"):
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
    world.emit("refund.failed", refund)
    world.emit("charge.refund.updated", refund)
    return refund


def make_dispute(world: World, charge: Resource, amount: int | None, reason: str) -> Resource:
    """The cardholder asks the bank for the money."""
    if charge["disputed"]:
        raise refused(f"Charge {charge['id']} is disputed already")
    dispute: Resource = {
        "id": world.new_id("du"),
        "object": "dispute",
        "amount": amount or charge["amount"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": world.now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": world.now() + 7 * DAY,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "network_reason_code": "10.4"}},
        "reason": reason,
        "status": "needs_response",
    }
    with world.changing(charge, "charge.updated"):
        charge["disputed"] = True
    world.add(dispute, "charge.dispute.created")
    world.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(world: World, dispute: Resource, outcome: str) -> Resource:
    """The bank decides: `won` gives the money back to the account, `lost` does not."""
    if outcome not in ("won", "lost"):
        raise refused(f"A dispute is won or lost, not {outcome}")
    if dispute["status"] in ("won", "lost"):
        raise refused(f"This dispute is already closed: {dispute['id']}")
    with world.changing(dispute, "charge.dispute.closed"):
        dispute["status"] = outcome
    if outcome == "won":
        world.emit("charge.dispute.funds_reinstated", dispute)
    return dispute
