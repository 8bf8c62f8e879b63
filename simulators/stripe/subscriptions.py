"""Subscriptions: begun, renewed, changed."""

from __future__ import annotations

from simulators.stripe import invoices
from simulators.stripe.clock import period_end
from simulators.stripe.errors import StripeRefusal, refused
from simulators.stripe.forms import merge_metadata
from simulators.stripe.shapes import blank
from simulators.stripe.standing import period_of
from simulators.stripe.world import Resource, World, list_of


def start(world: World, customer: Resource, bought: list[tuple[Resource, int]], given: Resource) -> Resource:
    """A subscription with its first invoice open: incomplete until that is paid, unless a trial comes first."""
    now, price = world.now(), bought[0][0]
    if any(one["recurring"] != price["recurring"] or one["currency"] != price["currency"] for one, _ in bought):
        raise refused("All prices of a subscription must have the same interval and currency", "items")
    trial_end = given.get("trial_end")
    interval, count = price["recurring"]["interval"], price["recurring"]["interval_count"]
    end = trial_end or period_end(now, now, interval, count)
    subscription = _make_subscription(world, customer, price["currency"], given, trial_end)
    subscription["items"]["data"] = [
        make_part(world, subscription, one, quantity, (now, end)) for one, quantity in bought
    ]
    if customer["currency"] is None:
        customer["currency"] = price["currency"]
    world.add(subscription)
    invoice = invoices.make_invoice(world, subscription, "subscription_create", _lines(world, subscription), (now, now))
    subscription["latest_invoice"] = invoice["id"]
    world.emit("customer.subscription.created", subscription)
    invoices.finalize(world, invoice)
    return subscription


def _make_subscription(
    world: World, customer: Resource, currency: str, given: Resource, trial_end: int | None
) -> Resource:
    subscription_id, now = world.new_id("sub"), world.now()
    return {
        **blank("subscription"),
        "id": subscription_id,
        "billing_cycle_anchor": trial_end or now,
        "created": now,
        "currency": currency,
        "customer": customer["id"],
        "default_payment_method": given.get("default_payment_method"),
        "description": given.get("description"),
        "items": list_of([], f"/v1/subscription_items?subscription={subscription_id}"),
        "metadata": merge_metadata({}, given.get("metadata")),
        "start_date": now,
        "status": "trialing" if trial_end else "incomplete",
        "trial_end": trial_end,
        "trial_start": now if trial_end else None,
    }


def make_part(
    world: World, subscription: Resource, price: Resource, quantity: int, period: tuple[int, int]
) -> Resource:
    """A subscription item: how much of which price, and its period."""
    return {
        "id": world.new_id("si", 14),
        "object": "subscription_item",
        "billed_until": None,
        "created": world.now(),
        "current_period_end": period[1],
        "current_period_start": period[0],
        "discounts": [],
        "metadata": {},
        "price": price["id"],
        "quantity": quantity,
        "subscription": subscription["id"],
        "tax_rates": [],
    }


def _lines(world: World, subscription: Resource) -> list[Resource]:
    """A line for each item's period, and what changes of plan left to be settled."""
    is_trial = subscription["status"] == "trialing"
    lines, subscription["_pending_lines"] = list(subscription["_pending_lines"]), []
    for part in subscription["items"]["data"]:
        price, quantity = world.resources[part["price"]], part["quantity"]
        name = world.resources[price["product"]]["name"]
        amount = 0 if is_trial else price["unit_amount"] * quantity
        period = part["current_period_start"], part["current_period_end"]
        each = f"{quantity} × {name} (at ${price['unit_amount'] / 100:.2f} / {price['recurring']['interval']})"
        words = f"Trial period for {name}" if is_trial else each
        lines.append(invoices.make_line(world, price, quantity, amount, period, subscription, part["id"], words))
    return lines


def renew(world: World, subscription: Resource) -> Resource:
    """The next period begins, with its invoice; a trial that ends begins the first one that is paid."""
    before = period_of(subscription)
    price = world.resources[subscription["items"]["data"][0]["price"]]
    interval, count = price["recurring"]["interval"], price["recurring"]["interval_count"]
    end = period_end(subscription["billing_cycle_anchor"], before[1], interval, count)
    if not world.habits.rolls_before_payment:
        return _renew_after_payment(world, subscription, before, (before[1], end))
    with world.changing(subscription, "customer.subscription.updated"):
        invoice = _roll(world, subscription, before, (before[1], end))
    _send_on(world, subscription, invoice)
    return invoice


def _roll(world: World, subscription: Resource, before: tuple[int, int], after: tuple[int, int]) -> Resource:
    for part in subscription["items"]["data"]:
        part |= {"current_period_start": after[0], "current_period_end": after[1]}
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    subscription["_told"] = {}
    invoice = invoices.make_invoice(world, subscription, "subscription_cycle", _lines(world, subscription), before)
    subscription["latest_invoice"] = invoice["id"]
    return invoice


def _renew_after_payment(
    world: World, subscription: Resource, before: tuple[int, int], after: tuple[int, int]
) -> Resource:
    """The period is told of as new only when its invoice was tried."""
    told = world.tell
    held: list[Resource] = []
    world.tell = held.append
    with world.changing(subscription, "customer.subscription.updated"):
        invoice = _roll(world, subscription, before, after)
    world.tell = told
    _send_on(world, subscription, invoice, at_once=True)
    for event in held:
        world.tell(event)
    return invoice


def _send_on(world: World, subscription: Resource, invoice: Resource, *, at_once: bool = False) -> None:
    """What becomes of a renewal's draft: collected in an hour, or kept, voided, given up."""
    paused = subscription["pause_collection"]
    behavior = paused["behavior"] if paused else "keep_as_draft" if subscription["status"] == "unpaid" else None
    if behavior is None and not at_once:
        invoice["automatically_finalizes_at"] = world.now() + world.habits.finalize_after_seconds
        return
    if behavior == "keep_as_draft":
        invoice["auto_advance"] = False
        return
    invoices.finalize(world, invoice)
    if invoice["status"] != "open":
        return
    if behavior == "void":
        invoices.void(world, invoice)
    elif behavior == "mark_uncollectible":
        invoices.mark_uncollectible(world, invoice)
    else:
        invoices.collect(world, invoice)


def change_plan(world: World, subscription: Resource, part: Resource, given: Resource) -> StripeRefusal | None:
    """Another price or quantity from now on; what was paid and not used is settled as `proration_behavior` says."""
    old, new = world.resources[part["price"]], given["price"]
    if new["recurring"] is None or new["recurring"] != old["recurring"]:
        raise refused("The simulator changes a plan only to a price of the same interval", "items")
    quantity, behavior = given.get("quantity") or part["quantity"], given.get("proration_behavior")
    start, end = period_of(subscription)
    lines = []
    if subscription["status"] != "trialing" and behavior != "none":
        share = (end - world.now()) / (end - start)
        lines = [
            _proration(world, subscription, part, (old, part["quantity"], -share), end),
            _proration(world, subscription, part, (new, quantity, share), end),
        ]
    with world.changing(subscription, "customer.subscription.updated"):
        part |= {"price": new["id"], "quantity": quantity}
    if behavior == "always_invoice" and lines:
        return _invoice_change(world, subscription, lines)
    subscription["_pending_lines"] += lines
    return None


def _proration(
    world: World, subscription: Resource, part: Resource, share_of: tuple[Resource, int, float], end: int
) -> Resource:
    """A share of the period's price, given back if it is below zero."""
    price, quantity, share = share_of
    words = "Unused time on" if share < 0 else "Remaining time on"
    name = f"{words} {world.resources[price['product']]['name']}"
    amount, period = round(price["unit_amount"] * quantity * share), (world.now(), end)
    return invoices.make_line(world, price, quantity, amount, period, subscription, part["id"], name, is_proration=True)


def _invoice_change(world: World, subscription: Resource, lines: list[Resource]) -> StripeRefusal | None:
    now = world.now()
    invoice = invoices.make_invoice(world, subscription, "subscription_update", lines, (now, now))
    with world.changing(subscription, "customer.subscription.updated"):
        subscription["latest_invoice"] = invoice["id"]
    invoices.finalize(world, invoice)
    return invoices.collect(world, invoice) if invoice["status"] == "open" else None
