"""What time brings: trials that end, periods that roll, retries, sessions that expire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from simulators.stripe import checkout, invoices, standing, subscriptions
from simulators.stripe.clock import DAY
from simulators.stripe.world import Resource, World


@dataclass(frozen=True, slots=True)
class Due:
    """Something that happens at an instant."""

    at: int
    resource: Resource
    act: Callable[[World, Resource], object]


def catch_up(world: World) -> None:
    """Everything that was due by now happens, each at its own time."""
    now = world.now()
    while (due := min(_everything(world), key=lambda one: one.at, default=None)) and due.at <= now:
        with world.clock.standing_at(due.at):
            due.act(world, due.resource)
    _forget_events(world, now - world.habits.keep_events_seconds)


def _forget_events(world: World, before: int) -> None:
    """Stripe shows events of the last 30 days."""
    for event in world.of("event"):
        if event["created"] < before:
            del world.resources[event["id"]]


def _everything(world: World) -> Iterator[Due]:
    for resource in list(world.resources.values()):
        match resource["object"]:
            case "checkout.session" if resource["status"] == "open":
                yield Due(resource["expires_at"], resource, checkout.expire)
            case "invoice":
                yield from _of_invoice(resource)
            case "subscription" if resource["status"] not in standing.ENDED:
                yield from _of_subscription(world, resource)


def _of_invoice(invoice: Resource) -> Iterator[Due]:
    if invoice["status"] == "draft" and invoice["auto_advance"] and invoice["automatically_finalizes_at"]:
        yield Due(invoice["automatically_finalizes_at"], invoice, _finalize_and_collect)
    if invoice["status"] == "open" and invoice["next_payment_attempt"]:
        yield Due(invoice["next_payment_attempt"], invoice, invoices.collect)


def _finalize_and_collect(world: World, invoice: Resource) -> None:
    invoices.finalize(world, invoice)
    if invoice["status"] == "open":
        invoices.collect(world, invoice)


def _of_subscription(world: World, subscription: Resource) -> Iterator[Due]:
    if subscription["status"] == "incomplete":
        yield Due(subscription["created"] + world.habits.incomplete_seconds, subscription, _expire_incomplete)
        return
    if subscription["cancel_at"]:
        yield Due(subscription["cancel_at"], subscription, standing.cancel)
    if subscription["status"] == "paused":
        return
    end = standing.period_of(subscription)[1]
    if subscription["cancel_at"] != end:
        yield Due(end, subscription, subscriptions.renew)
        if "upcoming" not in subscription["_told"]:
            yield Due(end - world.habits.upcoming_days * DAY, subscription, _tell_upcoming)
    if subscription["status"] == "trialing" and "trial_will_end" not in subscription["_told"]:
        notice = subscription["trial_end"] - world.habits.trial_notice_days * DAY
        yield Due(max(notice, subscription["created"]), subscription, _tell_trial_will_end)
    paused = subscription["pause_collection"]
    if paused and paused["resumes_at"]:
        yield Due(paused["resumes_at"], subscription, _collect_again)


def _expire_incomplete(world: World, subscription: Resource) -> None:
    invoice = world.resources[subscription["latest_invoice"]]
    if invoice["status"] == "open":
        invoices.void(world, invoice)
    standing.expire_incomplete(world, subscription)


def _tell_upcoming(world: World, subscription: Resource) -> None:
    """A preview of the next invoice; it has no id."""
    subscription["_told"]["upcoming"] = True
    latest = world.resources[subscription["latest_invoice"]]
    amount = sum(
        world.resources[one["price"]]["unit_amount"] * one["quantity"] for one in subscription["items"]["data"]
    )
    end = standing.period_of(subscription)[1]
    preview = {
        "object": "invoice",
        "amount_due": amount,
        "billing_reason": "upcoming",
        "currency": subscription["currency"],
        "customer": subscription["customer"],
        "livemode": False,
        "next_payment_attempt": end + world.habits.finalize_after_seconds,
        "parent": latest["parent"],
        "period_end": end,
        "period_start": standing.period_of(subscription)[0],
        "status": "draft",
        "total": amount,
    }
    world.emit("invoice.upcoming", preview)


def _tell_trial_will_end(world: World, subscription: Resource) -> None:
    subscription["_told"]["trial_will_end"] = True
    world.emit("customer.subscription.trial_will_end", subscription)


def _collect_again(world: World, subscription: Resource) -> None:
    standing.pause_collection(world, subscription, None, None)
