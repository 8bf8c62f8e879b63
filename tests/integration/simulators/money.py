"""A price list at the simulated Stripe, and the library that everybody uses."""

from __future__ import annotations

from stripe import StripeClient
from stripe.checkout import Session
from stripe.params.checkout import SessionCreateParamsSubscriptionData

from simulators.stripe import StripeSimulator


def client_of(simulator: StripeSimulator, key: str | None = None) -> StripeClient:
    """The real library, which tries twice more."""
    return StripeClient(key or simulator.api_key, base_addresses={"api": simulator.url}, max_network_retries=2)


def make_price(client: StripeClient, key: str, cents: int, *, monthly: bool = True) -> str:
    """A product with one price under a lookup key; its id."""
    product = client.v1.products.create({"name": key})
    if monthly:
        return client.v1.prices.create(
            {
                "product": product.id,
                "currency": "usd",
                "unit_amount": cents,
                "lookup_key": key,
                "recurring": {"interval": "month"},
            }
        ).id
    return client.v1.prices.create(
        {"product": product.id, "currency": "usd", "unit_amount": cents, "lookup_key": key}
    ).id


def open_plan(client: StripeClient, cents: int = 9900, *, trial_days: int = 0) -> Session:
    """A customer's checkout session for a plan."""
    customer = client.v1.customers.create({"email": "ann@example.com", "metadata": {"account_id": "7"}})
    subscription: SessionCreateParamsSubscriptionData = {"metadata": {"account_id": "7", "plan": "starter"}}
    if trial_days:
        subscription["trial_period_days"] = trial_days
    return client.v1.checkout.sessions.create(
        {
            "mode": "subscription",
            "customer": customer.id,
            "client_reference_id": "7",
            "line_items": [{"price": make_price(client, "plan_starter", cents), "quantity": 1}],
            "success_url": "http://localhost/billing?session_id={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://localhost/billing?checkout=left",
            "metadata": {"account_id": "7"},
            "subscription_data": subscription,
        }
    )


def open_pack(client: StripeClient, cents: int = 4900, quantity: int = 1) -> Session:
    """A guest's checkout session for something bought once."""
    return client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [{"price": make_price(client, "pack_50", cents, monthly=False), "quantity": quantity}],
            "success_url": "http://localhost/billing",
            "payment_intent_data": {"metadata": {"pack": "pack_50"}},
        }
    )
