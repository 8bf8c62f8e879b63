"""How a subscription stands: what payments, failures and cancellations make of it."""

from __future__ import annotations

from simulators.stripe.world import Resource, World

ENDED = ("canceled", "incomplete_expired")


def subscription_of(world: World, invoice: Resource) -> Resource | None:
    """The subscription an invoice is for, if it is for one."""
    parent = invoice["parent"]
    return world.resources.get(parent["subscription_details"]["subscription"]) if parent else None


def period_of(subscription: Resource) -> tuple[int, int]:
    """Start and end of the period that runs."""
    first = subscription["items"]["data"][0]
    return first["current_period_start"], first["current_period_end"]


def settle_paid(world: World, invoice: Resource) -> None:
    """The invoice is paid: an incomplete subscription begins, one that was behind is good again."""
    subscription = subscription_of(world, invoice)
    if subscription is None or subscription["latest_invoice"] not in (None, invoice["id"]):
        return
    if subscription["status"] in ("incomplete", "past_due", "unpaid"):
        with world.changing(subscription, "customer.subscription.updated"):
            subscription["status"] = "active"
    _mark_delinquent(world, subscription, delinquent=False)


def settle_failed(world: World, invoice: Resource, *, is_last: bool) -> None:
    """The invoice is not paid: the subscription is behind, and after the last retry what the account chose."""
    subscription = subscription_of(world, invoice)
    if subscription is None or subscription["status"] not in ("active", "trialing", "past_due"):
        return
    _mark_delinquent(world, subscription, delinquent=True)
    if is_last and world.habits.after_retries == "canceled":
        cancel(world, subscription, reason="payment_failed")
        return
    with world.changing(subscription, "customer.subscription.updated"):
        subscription["status"] = "unpaid" if is_last and world.habits.after_retries == "unpaid" else "past_due"


def _mark_delinquent(world: World, subscription: Resource, *, delinquent: bool) -> None:
    customer = world.resources[subscription["customer"]]
    if not customer.get("deleted"):
        with world.changing(customer, "customer.updated"):
            customer["delinquent"] = delinquent


def cancel(world: World, subscription: Resource, reason: str = "cancellation_requested") -> Resource:
    """The subscription ends now; its open invoices are no longer collected by themselves."""
    now = world.now()
    with world.changing(subscription, "customer.subscription.deleted"):
        subscription |= {
            "status": "canceled",
            "canceled_at": subscription["canceled_at"] or now,
            "ended_at": now,
            "cancellation_details": subscription["cancellation_details"] | {"reason": reason},
        }
    for invoice in world.of("invoice"):
        if invoice["status"] in ("draft", "open") and subscription_of(world, invoice) is subscription:
            with world.changing(invoice, "invoice.updated"):
                invoice |= {"auto_advance": False, "next_payment_attempt": None, "automatically_finalizes_at": None}
    return subscription


def expire_incomplete(world: World, subscription: Resource) -> None:
    """The first payment never came."""
    with world.changing(subscription, "customer.subscription.updated"):
        subscription |= {"status": "incomplete_expired", "ended_at": world.now()}


def set_cancel_at_period_end(world: World, subscription: Resource, *, ends: bool) -> Resource:
    """The subscription ends with its period, or goes on after all."""
    reason = "cancellation_requested" if ends else None
    with world.changing(subscription, "customer.subscription.updated"):
        subscription |= {
            "cancel_at_period_end": ends,
            "cancel_at": period_of(subscription)[1] if ends else None,
            "canceled_at": world.now() if ends else None,
            "cancellation_details": subscription["cancellation_details"] | {"reason": reason},
        }
    return subscription


def set_cancel_at(world: World, subscription: Resource, instant: int | None) -> Resource:
    """The subscription ends at an instant, or goes on after all."""
    reason = "cancellation_requested" if instant else None
    with world.changing(subscription, "customer.subscription.updated"):
        subscription |= {
            "cancel_at_period_end": False,
            "cancel_at": instant,
            "canceled_at": world.now() if instant else None,
            "cancellation_details": subscription["cancellation_details"] | {"reason": reason},
        }
    return subscription


def pause(world: World, subscription: Resource, reason: str = "pause_requested") -> Resource:
    """Nothing is given and nothing invoiced until it is resumed."""
    with world.changing(subscription, None):
        subscription["status"] = "paused"
        subscription["status_details"] = {
            "paused": {"subscription": {"type": reason}, "transitioned_at": world.now(), "type": "subscription"}
        }
    world.emit("customer.subscription.paused", subscription)
    world.emit("customer.subscription.updated", subscription, {"status": "active"})
    return subscription


def resume(world: World, subscription: Resource) -> Resource:
    """A paused subscription goes on; what became due meanwhile is due now."""
    subscription |= {"status": "active", "status_details": None}
    world.emit("customer.subscription.resumed", subscription)
    world.emit("customer.subscription.updated", subscription, {"status": "paused"})
    return subscription


def pause_collection(world: World, subscription: Resource, behavior: str | None, resumes_at: int | None) -> Resource:
    """The subscription runs on, but its invoices are not collected; no behavior: they are again."""
    with world.changing(subscription, "customer.subscription.updated"):
        subscription["pause_collection"] = {"behavior": behavior, "resumes_at": resumes_at} if behavior else None
    return subscription
