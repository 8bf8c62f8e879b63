"""/v1/payment_intents, /v1/charges, /v1/refunds, /v1/disputes."""

from __future__ import annotations

from simulators.stripe import payments
from simulators.stripe.api.routing import PAGE, Call, Route, listing, one
from simulators.stripe.errors import refused
from simulators.stripe.forms import EXPAND, Spec, Taken
from simulators.stripe.world import Resource, present

REFUND: Spec = {
    "amount": int,
    "charge": str,
    "metadata": Taken.METADATA,
    "payment_intent": str,
    "reason": ("duplicate", "fraudulent", "requested_by_customer"),
}
OF_PAYMENT: Spec = {**PAGE, "charge": str, "payment_intent": str, **EXPAND}


def _create_refund(call: Call) -> Resource:
    charge_id, intent_id = call.given.get("charge"), call.given.get("payment_intent")
    if bool(charge_id) == bool(intent_id):
        raise refused("One of the following params should be provided for this request: payment_intent or charge.")
    world = call.world
    charge = payments.charge_of(world, intent_id) if intent_id else world.find("charge", charge_id, "charge")
    return present(world, payments.make_refund(world, charge, call.given))


def _close_dispute(call: Call) -> Resource:
    return present(call.world, payments.close_dispute(call.world, call.named("dispute"), "lost"))


ROUTES = (
    Route(
        "GET", "/payment_intents", listing("payment_intent"), {**PAGE, "customer": str, **EXPAND}, "payment_intent_read"
    ),
    Route("GET", "/payment_intents/{}", one("payment_intent"), EXPAND, "payment_intent_read"),
    Route(
        "GET",
        "/charges",
        listing("charge"),
        {**PAGE, "customer": str, "payment_intent": str, **EXPAND},
        "charge_read",
    ),
    Route("GET", "/charges/{}", one("charge"), EXPAND, "charge_read"),
    Route("POST", "/refunds", _create_refund, {**REFUND, **EXPAND}, "charge_write"),
    Route("GET", "/refunds", listing("refund"), OF_PAYMENT, "charge_read"),
    Route("GET", "/refunds/{}", one("refund"), EXPAND, "charge_read"),
    Route("GET", "/disputes", listing("dispute"), OF_PAYMENT, "dispute_read"),
    Route("GET", "/disputes/{}", one("dispute"), EXPAND, "dispute_read"),
    Route("POST", "/disputes/{}/close", _close_dispute, EXPAND, "dispute_write"),
)
