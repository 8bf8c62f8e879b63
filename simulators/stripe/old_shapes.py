"""Events as an endpoint of an older API version gets them. Source: https://docs.stripe.com/changelog."""

from __future__ import annotations

import copy

from simulators.stripe.world import API_VERSION, Resource, World

BASIL = "2025-03-31"
ENDIVE = "2026-10"


def shape_event(world: World, event: Resource, version: str | None) -> Resource:
    """The event in the shapes of this version; None is the account's own."""
    if version in (None, API_VERSION):
        return event
    assert version is not None
    shaped = copy.deepcopy(event) | {"api_version": version}
    resource = shaped["data"]["object"]
    if version < ENDIVE and resource["object"] == "checkout.session":
        resource["ui_mode"] = "hosted"
    if version < BASIL and resource["object"] == "subscription":
        _shape_subscription(resource)
    if version < BASIL and resource["object"] == "invoice":
        _shape_invoice(world, resource)
    return shaped


def _shape_subscription(subscription: Resource) -> None:
    """The period stood on the subscription, not on its items."""
    for part in subscription["items"]["data"]:
        for name in ("current_period_start", "current_period_end"):
            subscription[name] = part.pop(name)
    subscription["plan"] = subscription["items"]["data"][0]["plan"]
    del subscription["billing_mode"]


def _shape_invoice(world: World, invoice: Resource) -> None:
    """The subscription, the intent and whether it was paid stood on the invoice itself."""
    details = invoice.pop("parent")["subscription_details"]
    payments = world.of("invoice_payment", invoice=invoice.get("id"))
    intent = payments[0]["payment"]["payment_intent"] if payments else None
    invoice |= {
        "subscription": details["subscription"],
        "subscription_details": {"metadata": details["metadata"]},
        "paid": invoice["status"] == "paid",
        "payment_intent": intent,
        "charge": world.resources[intent]["latest_charge"] if intent else None,
    }
    for line in invoice.get("lines", {}).get("data", []):
        line["price"] = world.resources[line.pop("pricing")["price_details"]["price"]]
        line["subscription"] = details["subscription"]
