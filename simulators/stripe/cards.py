"""Stripe's test cards, and payment methods made of them. Source: https://docs.stripe.com/testing."""

from __future__ import annotations

from simulators.stripe.errors import StripeRefusal, declined, refused
from simulators.stripe.world import Resource, World

GOOD_CARD = "4242424242424242"
DECLINED_CARD = "4000000000000002"
POOR_CARD = "4000000000009995"
FAILS_LATER_CARD = "4000000000000341"
BANK_ACCOUNT = "bank account"

_ALWAYS_DECLINED = {DECLINED_CARD: "generic_decline", POOR_CARD: "insufficient_funds"}
_KNOWN = {GOOD_CARD, FAILS_LATER_CARD, BANK_ACCOUNT, *_ALWAYS_DECLINED}


def make_payment_method(world: World, card: str, customer: Resource | None) -> Resource:
    """The card or bank account as a payment method, attached if there is a customer.

    Raises:
        StripeRefusal: no test card has this number.
    """
    number = card if card == BANK_ACCOUNT else "".join(card.split())
    if number not in _KNOWN:
        message = "Your card was declined. Your request was in test mode, but used a card number that is no test card."
        raise StripeRefusal(402, message, kind="card_error", code="card_declined", decline_code="live_mode_test_card")
    kind = "us_bank_account" if number == BANK_ACCOUNT else "card"
    method: Resource = {
        "id": world.new_id("pm"),
        "object": "payment_method",
        "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
        "created": world.now(),
        "customer": customer["id"] if customer else None,
        "livemode": False,
        "metadata": {},
        "type": kind,
        kind: _describe(number),
        "_number": number,
    }
    return world.add(method, "payment_method.attached" if customer else None)


def _describe(number: str) -> Resource:
    if number == BANK_ACCOUNT:
        return {"bank_name": "STRIPE TEST BANK", "last4": "6789", "account_type": "checking"}
    return {
        "brand": "visa",
        "country": "US",
        "exp_month": 12,
        "exp_year": 2034,
        "funding": "credit",
        "last4": number[-4:],
    }


def set_default_method(world: World, customer: Resource, method: Resource) -> None:
    """Invoices of the customer are charged to this method from now on."""
    with world.changing(customer, "customer.updated"):
        customer["invoice_settings"] = customer["invoice_settings"] | {"default_payment_method": method["id"]}


def find_decline(customer: Resource | None, method: Resource, *, on_session: bool) -> StripeRefusal | None:
    """The bank's no, if it says no. `on_session`: the customer is there and pays by hand."""
    if customer and customer.get("_failures"):
        return declined(customer["_failures"].pop(0))
    number = method["_number"]
    if number in _ALWAYS_DECLINED:
        return declined(_ALWAYS_DECLINED[number])
    if number == FAILS_LATER_CARD and not on_session:
        return declined("generic_decline")
    return None


def method_of(world: World, customer: Resource, subscription: Resource | None = None) -> Resource:
    """What the customer's invoices are charged to.

    Raises:
        StripeRefusal: there is nothing to charge.
    """
    chosen = (subscription or {}).get("default_payment_method")
    chosen = chosen or customer["invoice_settings"]["default_payment_method"]
    if not chosen:
        raise refused("This customer has no attached payment source or default payment method.")
    return world.resources[chosen]
