"""The page of an invoice, at its hosted_invoice_url."""

from __future__ import annotations

from html import escape

from simulators.stripe import cards, invoices
from simulators.stripe.api.front import Reply, Request
from simulators.stripe.errors import StripeRefusal
from simulators.stripe.pages.frame import TEST_CARDS, card_fields, page, redirect, write_day, write_money
from simulators.stripe.simulator import StripeSimulator
from simulators.stripe.world import Resource


def answer_invoice(
    simulator: StripeSimulator, request: Request, key: str, _: str, form: dict[str, str]
) -> Reply | None:
    """What is owed for what, and a card to pay it with."""
    world = simulator.world
    invoice = next(iter(world.of("invoice", _secret=key)), None)
    if invoice is None or invoice["status"] == "draft":
        return None
    if request.method == "GET" or invoice["status"] not in ("open", "uncollectible"):
        return _show(invoice)
    customer = world.resources[invoice["customer"]]
    try:
        method = cards.make_payment_method(world, form.get("card") or cards.GOOD_CARD, customer)
        refusal = invoices.collect(world, invoice, method, by_hand=True)
    except StripeRefusal as unknown_card:
        refusal = unknown_card
    return _show(invoice, refusal.message) if refusal else redirect(request.path)


def _show(invoice: Resource, alert: str | None = None) -> Reply:
    lines = "".join(
        f'<li class="row"><span>{escape(line["description"])}</span>'
        f"<span>{write_money(line['amount'], line['currency'])}</span></li>"
        for line in invoice["lines"]["data"]
    )
    due = write_money(invoice["amount_due"], invoice["currency"])
    body = (
        f'<p class="soft">{escape(invoice["number"])}, {write_day(invoice["created"])}</p>'
        f'<section aria-label="Invoice"><ul>{lines}</ul><p class="price">{due}</p>'
        f'<p class="status" role="status">{escape(invoice["status"].capitalize())}</p></section>'
    )
    if invoice["status"] in ("open", "uncollectible"):
        form = f'<form method="post">{card_fields(alert)}<button>Pay {due}</button></form>'
        body += f"<section>{form}{TEST_CARDS}</section>"
    return page("Invoice", body, 402 if alert else 200)
