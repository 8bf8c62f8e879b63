"""Checkout sessions: opened by the API, paid by the customer, or left to expire."""

from __future__ import annotations

from simulators.stripe import cards, invoices, payments, subscriptions
from simulators.stripe.catalog import live_customer, make_customer
from simulators.stripe.clock import DAY, HOUR
from simulators.stripe.errors import StripeRefusal, refused
from simulators.stripe.forms import merge_metadata
from simulators.stripe.shapes import blank
from simulators.stripe.world import Resource, World, list_of, present

_AS_GIVEN = (
    "allow_promotion_codes",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer",
    "customer_email",
    "locale",
    "submit_type",
)


def open_session(world: World, given: Resource) -> Resource:
    """A page where the customer may pay, for 24 hours."""
    bought = [
        (world.find("price", one["price"], "line_items[0][price]"), one.get("quantity") or 1)
        for one in given["line_items"]
    ]
    _check(world, given, bought)
    expires_at = given.get("expires_at") or world.now() + DAY
    if not world.now() + HOUR // 2 - 60 <= expires_at <= world.now() + DAY:
        raise refused("The `expires_at` timestamp must be between 30 minutes and 24 hours from now.", "expires_at")
    total = sum(price["unit_amount"] * quantity for price, quantity in bought)
    if given["mode"] == "subscription" and trial_end_of(world, given):
        total = 0
    session_id = world.new_id("cs_test", 58)
    session: Resource = {
        **blank("checkout.session"),
        **{name: given.get(name) for name in _AS_GIVEN},
        "id": session_id,
        "amount_subtotal": total,
        "amount_total": total,
        "created": world.now(),
        "currency": bought[0][0]["currency"],
        "customer_creation": _customer_creation(given),
        "expires_at": expires_at,
        "invoice_creation": {"enabled": False} if given["mode"] == "payment" else None,
        "metadata": merge_metadata({}, given.get("metadata")),
        "mode": given["mode"],
        "payment_method_collection": "always" if given["mode"] == "subscription" else "if_required",
        "payment_method_types": given.get("payment_method_types") or ["card"],
        "success_url": given["success_url"],
        "url": f"{world.public_url}/c/pay/{session_id}",
        "_bought": [[price["id"], quantity, world.new_id("li")] for price, quantity in bought],
        "_subscription": given.get("subscription_data") or {},
        "_intent": given.get("payment_intent_data") or {},
    }
    return world.add(session)


def _check(world: World, given: Resource, bought: list[tuple[Resource, int]]) -> None:
    if not bought:
        raise refused("Missing required param: line_items.", "line_items", "parameter_missing")
    if given.get("customer"):
        live_customer(world, given["customer"])
    if given.get("customer") and given.get("customer_email"):
        raise refused("You may only specify one of these parameters: customer, customer_email.", "customer")
    for price, _ in bought:
        if not price["active"] or not world.resources[price["product"]]["active"]:
            message = f"The price specified is inactive. This field only accepts active prices: {price['id']}"
            raise refused(message, "line_items[0][price]")
    recurring = [price for price, _ in bought if price["type"] == "recurring"]
    if given["mode"] == "payment" and recurring:
        raise refused("You specified `payment` mode but passed a recurring price.", "mode")
    if given["mode"] == "subscription" and len(recurring) != len(bought):
        raise refused("The simulator takes only recurring prices in `subscription` mode.", "mode")
    for name, mode in (("subscription_data", "subscription"), ("payment_intent_data", "payment")):
        if given.get(name) and given["mode"] != mode:
            raise refused(f"You can not pass `{name}` in `{given['mode']}` mode.", name)


def _customer_creation(given: Resource) -> str | None:
    if given["mode"] == "subscription" or given.get("customer"):
        return None
    return str(given.get("customer_creation") or "if_required")


def trial_end_of(world: World, given: Resource) -> int | None:
    """When the trial that was asked for would end, begun now."""
    wanted = given.get("subscription_data") or given.get("_subscription") or {}
    days = wanted.get("trial_period_days")
    return wanted.get("trial_end") or (world.now() + days * DAY if days else None)


def line_items(world: World, session: Resource) -> Resource:
    """What the session sells."""
    found = []
    for price_id, quantity, line_id in session["_bought"]:
        price = world.resources[price_id]
        amount = price["unit_amount"] * quantity
        line = {
            "id": line_id,
            "object": "item",
            "amount_discount": 0,
            "amount_subtotal": amount,
            "amount_tax": 0,
            "amount_total": amount,
            "currency": price["currency"],
            "description": world.resources[price["product"]]["name"],
            "price": present(world, price),
            "quantity": quantity,
        }
        found.append(line)
    return list_of(found, f"/v1/checkout/sessions/{session['id']}/line_items")


def pay(world: World, session: Resource, card: str = cards.GOOD_CARD, email: str | None = None) -> StripeRefusal | None:
    """The customer pays; the bank's refusal is given back and leaves the session open."""
    _require_open(session)
    customer = _customer_of(world, session, email)
    method = cards.make_payment_method(world, card, customer)
    if session["mode"] == "payment":
        refusal = _pay_once(world, session, customer, method)
    else:
        assert customer is not None
        refusal = _subscribe(world, session, customer, method)
    if refusal is None:
        _complete(world, session, customer, email)
    return refusal


def _require_open(session: Resource) -> None:
    if session["status"] != "open":
        raise refused(f"This Checkout Session is {session['status']}: {session['id']}")


def _customer_of(world: World, session: Resource, email: str | None) -> Resource | None:
    if session["customer"]:
        return live_customer(world, session["customer"])
    if session["customer_creation"] == "if_required":
        return None
    customer = make_customer(world, {"email": email or session["customer_email"]})
    session["customer"] = customer["id"]
    return customer


def _pay_once(world: World, session: Resource, customer: Resource | None, method: Resource) -> StripeRefusal | None:
    intent = world.resources.get(session.get("_started_intent", ""))
    if intent is None:
        intent = payments.make_intent(world, session["amount_total"], session["currency"], customer, session["_intent"])
        session["_started_intent"] = intent["id"]
    refusal = payments.confirm(world, intent, method, on_session=True)
    if refusal is None:
        session["payment_intent"] = intent["id"]
    return refusal


def _subscribe(world: World, session: Resource, customer: Resource, method: Resource) -> StripeRefusal | None:
    """A refused card makes no subscription here: the page asks for another."""
    refusal = cards.find_decline(customer, method, on_session=True)
    if refusal is not None:
        return refusal
    subscription = world.resources.get(session.get("_started_subscription", "")) or begin(world, session, customer)
    cards.set_default_method(world, customer, method)
    subscription["default_payment_method"] = method["id"]
    invoice = world.resources[subscription["latest_invoice"]]
    if invoice["status"] == "open":
        invoices.collect(world, invoice, method, by_hand=True)
    session |= {"subscription": subscription["id"], "invoice": invoice["id"]}
    return None


def begin(world: World, session: Resource, customer: Resource) -> Resource:
    """The subscription of a session, not yet paid for."""
    bought = [(world.resources[price_id], quantity) for price_id, quantity, _ in session["_bought"]]
    wanted = session["_subscription"]
    given = {"metadata": wanted.get("metadata"), "description": wanted.get("description")}
    given["trial_end"] = trial_end_of(world, session)
    subscription = subscriptions.start(world, customer, bought, given)
    session["_started_subscription"] = subscription["id"]
    return subscription


def begin_unfinished(world: World, session: Resource) -> Resource:
    """The bank asks the customer something, and the answer does not come: the subscription stays incomplete."""
    _require_open(session)
    customer = _customer_of(world, session, None)
    assert customer is not None, "only a subscription can be incomplete"
    subscription = begin(world, session, customer)
    invoice = world.resources[subscription["latest_invoice"]]
    if invoice["status"] == "open":
        intent = invoices.intent_of(world, invoice)
        with world.changing(intent, "payment_intent.requires_action"):
            intent |= {"status": "requires_action", "next_action": {"type": "use_stripe_sdk"}}
        world.emit("invoice.payment_action_required", invoice)
    return subscription


def _complete(world: World, session: Resource, customer: Resource | None, email: str | None) -> None:
    intent = world.resources.get(session["payment_intent"] or "")
    invoice = world.resources.get(session["invoice"] or "")
    is_pending = (intent and intent["status"] == "processing") or (invoice and invoice["status"] == "open")
    is_free = session["amount_total"] == 0
    known = email or (customer or {}).get("email") or session["customer_email"]
    session |= {
        "status": "complete",
        "url": None,
        "payment_status": "unpaid" if is_pending else "no_payment_required" if is_free else "paid",
        "customer_details": {
            "address": None,
            "email": known,
            "name": None,
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    }
    world.emit("checkout.session.completed", session)


def settle_async(world: World, session: Resource, *, succeeded: bool) -> Resource:
    """The bank's answer to a payment that was still on its way when the session completed."""
    intent = world.resources.get(session["payment_intent"] or "")
    if intent is None or intent["status"] != "processing":
        raise refused(f"No payment of this session is on its way: {session['id']}")
    method = world.resources[intent["payment_method"]]
    if succeeded:
        payments.succeed(world, intent, method)
        session["payment_status"] = "paid"
    else:
        payments.fail(world, intent, method, StripeRefusal(402, "The bank returned the debit.", code="payment_failed"))
    world.emit(f"checkout.session.async_payment_{'succeeded' if succeeded else 'failed'}", session)
    return session


def expire(world: World, session: Resource) -> Resource:
    """Nobody paid."""
    if session["status"] != "open":
        raise refused(f'Only Checkout Sessions with a status in ["open"] can be expired. This is {session["status"]}.')
    session |= {"status": "expired", "url": None}
    world.emit("checkout.session.expired", session)
    return session
