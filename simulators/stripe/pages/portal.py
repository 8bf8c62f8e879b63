"""The customer portal of a portal session."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs, urlsplit

from simulators.stripe import cards, standing, subscriptions
from simulators.stripe.api.front import Reply, Request
from simulators.stripe.errors import StripeRefusal, refused
from simulators.stripe.pages.frame import (
    TEST_CARDS,
    button,
    card_fields,
    link,
    page,
    redirect,
    write_day,
    write_money,
    write_price,
)
from simulators.stripe.portal import SESSION_SECONDS
from simulators.stripe.simulator import StripeSimulator
from simulators.stripe.world import Resource, World

_NOTICES = {
    "cancel": "Your plan ends with the current period.",
    "resume": "Your plan goes on.",
    "card": "Your card was changed.",
    "pay": "Your invoice is paid.",
    "plan": "Your plan was changed.",
}


def answer_portal(
    simulator: StripeSimulator, request: Request, key: str, deed: str, form: dict[str, str]
) -> Reply | None:
    """The customer's plan, card and invoices, and what the configuration allows to be done with them."""
    session = next(iter(simulator.world.of("billing_portal.session", _secret=key)), None)
    if session is None:
        return None
    if simulator.world.now() > session["created"] + SESSION_SECONDS:
        return page("This page has expired", link(session["return_url"], "Return"), 410)
    if request.method == "GET":
        told = parse_qs(urlsplit(request.target).query).get("done", [""])[0]
        return _show(simulator.world, session, notice=_NOTICES.get(told)) if not deed else None
    try:
        _act(simulator, session, deed, form)
    except StripeRefusal as refusal:
        return _show(simulator.world, session, alert=refusal.message)
    return redirect(f"/p/session/{key}?done={deed}")


def _features(world: World, session: Resource) -> Resource:
    features: Resource = world.resources[session["configuration"]]["features"]
    return features


def _act(simulator: StripeSimulator, session: Resource, deed: str, form: dict[str, str]) -> None:
    allowed = {
        "cancel": "subscription_cancel",
        "resume": "subscription_cancel",
        "card": "payment_method_update",
        "pay": "invoice_history",
        "plan": "subscription_update",
    }
    if deed not in allowed or not _features(simulator.world, session)[allowed[deed]]["enabled"]:
        raise refused("This is not allowed here.")
    if deed == "card":
        simulator.change_card(session["customer"], form.get("card") or cards.GOOD_CARD)
    elif deed == "pay":
        _own(simulator.world, session, "invoice", form)
        simulator.pay_invoice(form["invoice"])
    else:
        _change(simulator.world, session, deed, form)


def _own(world: World, session: Resource, kind: str, form: dict[str, str]) -> Resource:
    resource = world.find(kind, form.get(kind))
    if resource["customer"] != session["customer"]:
        raise refused("This is somebody else's.")
    return resource


def _change(world: World, session: Resource, deed: str, form: dict[str, str]) -> None:
    subscription, features = _own(world, session, "subscription", form), _features(world, session)
    if subscription["status"] in standing.ENDED:
        raise refused("This plan has ended.")
    if deed == "plan":
        if form.get("price") not in _offered(features):
            raise refused("This plan is not offered.")
        change = {"price": world.find("price", form["price"])} | features["subscription_update"]
        if refusal := subscriptions.change_plan(world, subscription, subscription["items"]["data"][0], change):
            raise refusal
    elif deed == "cancel" and features["subscription_cancel"]["mode"] == "immediately":
        standing.cancel(world, subscription)
    elif world.habits.portal_cancels_by_date:
        standing.set_cancel_at(world, subscription, standing.period_of(subscription)[1] if deed == "cancel" else None)
    else:
        standing.set_cancel_at_period_end(world, subscription, ends=deed == "cancel")


def _offered(features: Resource) -> list[str]:
    return [price for sold in features["subscription_update"]["products"] or [] for price in sold["prices"]]


def _show(world: World, session: Resource, alert: str | None = None, notice: str | None = None) -> Reply:
    told = f'<p class="status" role="status">{escape(notice)}</p>' if notice else ""
    told += f'<p class="alert" role="alert">{escape(alert)}</p>' if alert else ""
    action, features = f"/p/session/{session['_secret']}", _features(world, session)
    found = world.of("subscription", customer=session["customer"])
    plans = "".join(_show_plan(world, one, action, features) for one in found if one["status"] not in standing.ENDED)
    body = f"{told}<section><h2>Plan</h2>{plans or '<p>You have no plan.</p>'}</section>"
    if features["payment_method_update"]["enabled"]:
        body += _show_card(world, session, action)
    if features["invoice_history"]["enabled"]:
        body += _show_invoices(world, session, action)
    return page("Billing", link(session["return_url"], "Return") + body, 402 if alert else 200)


def _show_plan(world: World, subscription: Resource, action: str, features: Resource) -> str:
    part = subscription["items"]["data"][0]
    price = world.resources[part["price"]]
    name = escape(world.resources[price["product"]]["name"])
    ends, end = subscription["cancel_at"], write_day(standing.period_of(subscription)[1])
    when = f"Ends on {write_day(ends)}" if ends else f"Renews on {end}"
    status = subscription["status"].replace("_", " ")
    shown = f"<h3>{name}</h3><p>{write_price(price, part['quantity'])}</p>"
    shown += f'<p class="soft">{when}. Status: {status}.</p>'
    if features["subscription_cancel"]["enabled"]:
        at_once = features["subscription_cancel"]["mode"] == "immediately"
        words = "Resume plan" if ends else "Cancel now" if at_once else "Cancel at period end"
        deed = "resume" if ends else "cancel"
        shown += button(f"{action}/{deed}", words, is_quiet=True, subscription=subscription["id"])
    return shown + _show_offers(world, subscription, f"{action}/plan", features)


def _show_offers(world: World, subscription: Resource, action: str, features: Resource) -> str:
    now = subscription["items"]["data"][0]["price"]
    others = [world.resources[price] for price in _offered(features) if price != now]
    if not features["subscription_update"]["enabled"] or not others:
        return ""
    options = "".join(
        f'<option value="{price["id"]}">{escape(world.resources[price["product"]]["name"])}, '
        f"{write_price(price)}</option>"
        for price in others
    )
    return (
        f'<form method="post" action="{action}"><input type="hidden" name="subscription" value="{subscription["id"]}">'
        f'<label for="price">Another plan</label><select id="price" name="price">{options}</select>'
        '<button class="quiet">Change plan</button></form>'
    )


def _show_card(world: World, session: Resource, action: str) -> str:
    chosen = world.resources[session["customer"]]["invoice_settings"]["default_payment_method"]
    method = world.resources.get(chosen or "")
    shown = f"{method['type'].replace('_', ' ')} ending in {method[method['type']]['last4']}" if method else "None yet"
    return (
        f"<section><h2>Payment method</h2><p>{escape(shown.capitalize())}</p>"
        f'<form method="post" action="{action}/card">{card_fields()}<button class="quiet">Change card</button></form>'
        f"{TEST_CARDS}</section>"
    )


def _show_invoices(world: World, session: Resource, action: str) -> str:
    found = [one for one in reversed(world.of("invoice", customer=session["customer"])) if one["status"] != "draft"]
    rows = "".join(_show_invoice(invoice, action) for invoice in found)
    return f"<section><h2>Invoices</h2>{f'<ul>{rows}</ul>' if rows else '<p>There are none yet.</p>'}</section>"


def _show_invoice(invoice: Resource, action: str) -> str:
    amount = write_money(invoice["amount_due"], invoice["currency"])
    pay = button(f"{action}/pay", f"Pay {amount}", invoice=invoice["id"]) if invoice["status"] == "open" else ""
    return (
        f'<li><div class="row"><a href="{escape(invoice["hosted_invoice_url"])}">{escape(invoice["number"])}</a>'
        f"<span>{write_day(invoice['created'])}</span><span>{amount}</span><span>{invoice['status']}</span></div>{pay}</li>"
    )
