"""The checkout page of a session."""

from __future__ import annotations

from html import escape

from simulators.stripe import checkout
from simulators.stripe.api.front import Reply, Request
from simulators.stripe.cards import GOOD_CARD
from simulators.stripe.errors import StripeRefusal
from simulators.stripe.pages.frame import TEST_CARDS, card_fields, link, page, redirect, write_day, write_money
from simulators.stripe.simulator import StripeSimulator
from simulators.stripe.world import Resource, World


def answer_checkout(
    simulator: StripeSimulator, request: Request, key: str, _: str, form: dict[str, str]
) -> Reply | None:
    """What is bought, and a card to pay with; paid, the way back to the shop."""
    world = simulator.world
    session = world.resources.get(key)
    if session is None or session["object"] != "checkout.session":
        return None
    if session["status"] == "complete":
        return page("Already paid", link(success_url(session), "Continue"))
    if session["status"] == "expired":
        return page("This page has expired", link(session["cancel_url"], "Go back"), 410)
    if request.method == "GET":
        return _show(world, session)
    try:
        refusal = checkout.pay(world, session, form.get("card") or GOOD_CARD, form.get("email") or None)
    except StripeRefusal as unknown_card:
        refusal = unknown_card
    return _show(world, session, refusal.message) if refusal else redirect(success_url(session))


def success_url(session: Resource) -> str:
    """Where the shop wants the customer afterwards."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _show(world: World, session: Resource, alert: str | None = None) -> Reply:
    is_plan = session["mode"] == "subscription"
    lines = checkout.line_items(world, session)["data"]
    shown = "".join(_show_line(line) for line in lines)
    deed = "Subscribe" if is_plan else "Pay"
    due = write_money(session["amount_total"], session["currency"])
    trial = checkout.trial_end_of(world, session) if is_plan else None
    words = f"Due today: {due}" + (f". Free until {write_day(trial)}." if trial else "")
    body = (
        f'<section aria-label="Order"><ul>{shown}</ul><p class="price">{due}</p><p class="soft">{words}</p></section>'
        f'<section><form method="post">{_email(world, session)}{card_fields(alert)}<button>{deed}</button></form>'
        f"{TEST_CARDS}</section>{link(session['cancel_url'], 'Back without paying')}"
    )
    return page(deed, body, 402 if alert else 200)


def _show_line(line: Resource) -> str:
    recurring = line["price"]["recurring"]
    each = f" per {recurring['interval']}" if recurring else ""
    amount = write_money(line["amount_total"], line["currency"])
    count = f" × {line['quantity']}" if line["quantity"] != 1 else ""
    return f'<li class="row"><span>{escape(line["description"])}{count}</span><span>{amount}{each}</span></li>'


def _email(world: World, session: Resource) -> str:
    customer = world.resources.get(session["customer"] or "", {})
    known = customer.get("email") or session["customer_email"]
    if known:
        return f'<p class="soft">{escape(known)}</p>'
    return '<label for="email">Email</label><input id="email" name="email" type="email" autocomplete="email" required>'
