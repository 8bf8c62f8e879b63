"""/v1/subscriptions, /v1/subscription_items, /v1/invoices, /v1/invoice_payments."""

from __future__ import annotations

from simulators.stripe import invoices, standing, subscriptions
from simulators.stripe.api.routing import PAGE, Call, Route, cut_page, one
from simulators.stripe.catalog import live_customer
from simulators.stripe.clock import DAY
from simulators.stripe.errors import refused
from simulators.stripe.forms import EXPAND, Spec, Taken, merge_metadata
from simulators.stripe.world import Resource, World, list_of, present

PRORATION = ("always_invoice", "create_prorations", "none")
BEHAVIOR = ("allow_incomplete", "default_incomplete")
NEW: Spec = {
    "customer!": str,
    "items!": [{"price!": str, "quantity": int}],
    "default_payment_method": str,
    "description": str,
    "metadata": Taken.METADATA,
    "payment_behavior": BEHAVIOR,
    "trial_end": int,
    "trial_period_days": int,
}
CHANGE: Spec = {
    "cancel_at": int,
    "cancel_at_period_end": bool,
    "default_payment_method": str,
    "description": str,
    "items": [{"id": str, "price": str, "quantity": int}],
    "metadata": Taken.METADATA,
    "pause_collection": {"behavior!": ("keep_as_draft", "mark_uncollectible", "void"), "resumes_at": int},
    "payment_behavior": BEHAVIOR,
    "proration_behavior": PRORATION,
}
SUBSCRIPTIONS_BY: Spec = {"customer": str, "price": str, "status": str}
INVOICES_BY: Spec = {
    "customer": str,
    "subscription": str,
    "status": ("draft", "open", "paid", "uncollectible", "void"),
    "collection_method": str,
}
PAYMENTS_BY: Spec = {"invoice": str, "status": str, "payment": {"type!": str, "payment_intent": str}}


def _create(call: Call) -> Resource:
    world, given = call.world, call.given
    customer = live_customer(world, given["customer"])
    bought = [
        (world.find("price", part["price"], "items[0][price]"), part.get("quantity") or 1) for part in given["items"]
    ]
    if any(price["type"] != "recurring" for price, _ in bought):
        raise refused(
            "The price specified is set to `type=one_time` but this field only accepts recurring prices.", "items"
        )
    if given.get("trial_period_days"):
        given["trial_end"] = world.now() + given["trial_period_days"] * DAY
    subscription = subscriptions.start(world, customer, bought, given)
    invoice = world.resources[subscription["latest_invoice"]]
    if invoice["status"] == "open" and given.get("payment_behavior") != "default_incomplete":
        invoices.collect(world, invoice)
    return present(world, subscription)


def _list(call: Call) -> Resource:
    given = call.given
    status = given.get("status")
    found = call.world.of("subscription", **({"customer": given["customer"]} if given.get("customer") else {}))
    if status in (
        None,
        "active",
        "trialing",
        "past_due",
        "unpaid",
        "canceled",
        "incomplete",
        "incomplete_expired",
        "paused",
    ):
        found = [one for one in found if (one["status"] == status if status else one["status"] != "canceled")]
    elif status == "ended":
        found = [one for one in found if one["status"] in standing.ENDED]
    elif status != "all":
        raise refused(f"Invalid status: {status}", "status")
    if price := given.get("price"):
        found = [one for one in found if any(part["price"] == price for part in one["items"]["data"])]
    return cut_page(call, found)


def _update(call: Call) -> Resource:
    subscription = call.named("subscription")
    if subscription["status"] in standing.ENDED and set(call.given) - {"metadata", "expand"}:
        raise refused("A canceled subscription can only update its cancellation_details and metadata.")
    with call.world.changing(subscription, "customer.subscription.updated"):
        subscription["metadata"] = merge_metadata(subscription["metadata"], call.given.get("metadata"))
        for name in ("default_payment_method", "description"):
            if name in call.given:
                subscription[name] = call.given[name]
    _update_standing(call.world, subscription, call.given)
    _update_parts(call.world, subscription, call.given)
    return present(call.world, subscription)


def _update_standing(world: World, subscription: Resource, given: Resource) -> None:
    if (
        given.get("cancel_at_period_end") is not None
        and given["cancel_at_period_end"] != subscription["cancel_at_period_end"]
    ):
        standing.set_cancel_at_period_end(world, subscription, ends=given["cancel_at_period_end"])
    if "cancel_at" in given:
        standing.set_cancel_at(world, subscription, given["cancel_at"])
    if "pause_collection" in given:
        wanted = given["pause_collection"] or {}
        standing.pause_collection(world, subscription, wanted.get("behavior"), wanted.get("resumes_at"))


def _update_parts(world: World, subscription: Resource, given: Resource) -> None:
    parts = {part["id"]: part for part in subscription["items"]["data"]}
    for wanted in given.get("items") or []:
        part = parts.get(wanted.get("id") or "")
        if part is None:
            raise refused("The simulator only changes items that are there; give their id", "items[0][id]")
        price = world.find("price", wanted.get("price") or part["price"], "items[0][price]")
        behavior = given.get("proration_behavior") or "create_prorations"
        change = {"price": price, "quantity": wanted.get("quantity"), "proration_behavior": behavior}
        subscriptions.change_plan(world, subscription, part, change)


def _cancel(call: Call) -> Resource:
    subscription = call.named("subscription")
    if subscription["status"] in standing.ENDED:
        raise refused(f"No such subscription: {subscription['id']}", "id", "resource_missing")
    return present(call.world, standing.cancel(call.world, subscription))


def _pause(call: Call) -> Resource:
    return present(call.world, standing.pause(call.world, call.named("subscription")))


def _resume(call: Call) -> Resource:
    subscription = call.named("subscription")
    if subscription["status"] != "paused":
        raise refused("Only subscriptions that are paused can be resumed.")
    return present(call.world, standing.resume(call.world, subscription))


def _list_parts(call: Call) -> Resource:
    subscription = present(call.world, call.world.find("subscription", call.given["subscription"], "subscription"))
    return list_of(subscription["items"]["data"], "/v1/subscription_items")


def _list_invoices(call: Call) -> Resource:
    by = {name: call.given[name] for name in ("customer", "status", "collection_method") if call.given.get(name)}
    found, wanted = call.world.of("invoice", **by), call.given.get("subscription")
    if wanted:
        found = [one for one in found if one["parent"]["subscription_details"]["subscription"] == wanted]
    return cut_page(call, found)


def _list_lines(call: Call) -> Resource:
    lines: Resource = present(call.world, call.named("invoice"))["lines"]
    return lines


def _pay(call: Call) -> Resource:
    invoice, chosen = call.named("invoice"), call.given.get("payment_method")
    method = call.world.find("payment_method", chosen, "payment_method") if chosen else None
    if invoice["status"] == "draft":
        invoices.finalize(call.world, invoice)
    refusal = invoices.collect(call.world, invoice, method, by_hand=True) if invoice["status"] != "paid" else None
    if refusal:
        raise refusal
    return present(call.world, invoice)


def _finalize(call: Call) -> Resource:
    return present(call.world, invoices.finalize(call.world, call.named("invoice")))


def _void(call: Call) -> Resource:
    return present(call.world, invoices.void(call.world, call.named("invoice")))


def _mark_uncollectible(call: Call) -> Resource:
    return present(call.world, invoices.mark_uncollectible(call.world, call.named("invoice")))


def _list_payments(call: Call) -> Resource:
    by = {name: call.given[name] for name in ("invoice", "status") if call.given.get(name)}
    found, intent = call.world.of("invoice_payment", **by), (call.given.get("payment") or {}).get("payment_intent")
    return cut_page(call, [one for one in found if not intent or one["payment"]["payment_intent"] == intent])


_READ, _WRITE = "subscription_read", "subscription_write"
ROUTES = (
    Route("POST", "/subscriptions", _create, {**NEW, **EXPAND}, _WRITE),
    Route("GET", "/subscriptions", _list, {**PAGE, **SUBSCRIPTIONS_BY, **EXPAND}, _READ),
    Route("GET", "/subscriptions/{}", one("subscription"), EXPAND, _READ),
    Route("POST", "/subscriptions/{}", _update, {**CHANGE, **EXPAND}, _WRITE),
    Route("DELETE", "/subscriptions/{}", _cancel, {"invoice_now": bool, "prorate": bool, **EXPAND}, _WRITE),
    Route("POST", "/subscriptions/{}/pause", _pause, {"type": str, **EXPAND}, _WRITE),
    Route("POST", "/subscriptions/{}/resume", _resume, {"billing_cycle_anchor": str, **EXPAND}, _WRITE),
    Route("GET", "/subscription_items", _list_parts, {**PAGE, "subscription!": str, **EXPAND}, _READ),
    Route("GET", "/invoices", _list_invoices, {**PAGE, **INVOICES_BY, **EXPAND}, "invoice_read"),
    Route("GET", "/invoices/{}", one("invoice"), EXPAND, "invoice_read"),
    Route("GET", "/invoices/{}/lines", _list_lines, {**PAGE, **EXPAND}, "invoice_read"),
    Route("POST", "/invoices/{}/pay", _pay, {"payment_method": str, "off_session": bool, **EXPAND}, "invoice_write"),
    Route("POST", "/invoices/{}/finalize", _finalize, {"auto_advance": bool, **EXPAND}, "invoice_write"),
    Route("POST", "/invoices/{}/void", _void, EXPAND, "invoice_write"),
    Route("POST", "/invoices/{}/mark_uncollectible", _mark_uncollectible, EXPAND, "invoice_write"),
    Route("GET", "/invoice_payments", _list_payments, {**PAGE, **PAYMENTS_BY, **EXPAND}, "invoice_read"),
    Route("GET", "/invoice_payments/{}", one("invoice_payment"), EXPAND, "invoice_read"),
)
