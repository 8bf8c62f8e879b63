"""Our price list told to Stripe: what is missing there, what has another price, the portal. First a plan, then deeds.

Amounts of a price never change at Stripe: a new one takes over the lookup key, the old one is switched off for new
sales and stays with whoever pays it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from leadledger.billing.gateway import Facts, Gateway
from leadledger.plans import Catalog

PORTAL_MARK = "leadledger"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be done at Stripe, in words and in deed."""

    words: str
    act: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Article:
    """Something sold: a product and its price at Stripe."""

    key: str
    name: str
    cents: int
    is_monthly: bool
    told: dict[str, str]


def list_articles(catalog: Catalog) -> list[Article]:
    """Everything sold, plans first."""
    plans = [
        Article(f"plan_{key}", f"LeadLedgerPro {plan.name}", plan.cents_a_month, True, {"plan": key})
        for key, plan in catalog.sold.items()
    ]
    packs = [Article(key, pack.name, pack.cents, False, {"pack": key}) for key, pack in catalog.packs.items()]
    return [*plans, *packs]


def plan_steps(gateway: Gateway, catalog: Catalog) -> list[Step]:
    """What is to be done so that Stripe sells what `plans.toml` says; empty when it does.

    Raises:
        Unavailable, BillingNotConfigured: Stripe cannot be asked.
    """
    steps = [step for article in list_articles(catalog) for step in _steps_of(gateway, article)]
    configurations = gateway.read_all(gateway.client.v1.billing_portal.configurations.list, active=True)
    if not any(is_ours(one) or one["is_default"] for one in configurations):
        steps.append(
            Step("set up the customer portal (invoices, card, cancellation at the period's end)", _portal(gateway))
        )
    return steps


def is_ours(configuration: Facts) -> bool:
    """Whether a configuration of the portal was made by `_portal`."""
    return (configuration.get("metadata") or {}).get("made_by") == PORTAL_MARK


def _steps_of(gateway: Gateway, article: Article) -> Iterator[Step]:
    known = gateway.client.v1
    prices = gateway.read_all(known.prices.list, lookup_keys=[article.key], active=True)
    fitting = [one for one in prices if _is_fitting(one, article)]
    each = "a month" if article.is_monthly else "once"
    if fitting:
        return
    if not prices:
        yield Step(
            f"create {article.key}: {article.name}, {_dollars(article.cents)} {each}", _create(gateway, article, None)
        )
    for old in prices:
        words = f"change {article.key}: {_dollars(old['unit_amount'])} becomes {_dollars(article.cents)} {each}"
        yield Step(f"{words}, for new sales only", _create(gateway, article, old))


def _is_fitting(price: Facts, article: Article) -> bool:
    interval = (price.get("recurring") or {}).get("interval")
    told = price.get("metadata") or {}
    same = (price["unit_amount"], price["currency"], interval) == (article.cents, "usd", _interval(article))
    return same and all(told.get(name) == value for name, value in article.told.items())


def _create(gateway: Gateway, article: Article, old: Facts | None) -> Callable[[], None]:
    known = gateway.client.v1

    def act() -> None:
        before = old["id"] if old else "none"
        if old is None:
            product = gateway.create(
                known.products.create,
                {"name": article.name, "metadata": {"article": article.key}},
                f"product-{article.key}-{gateway.is_live}",
            )["id"]
        else:
            product = old["product"] if isinstance(old["product"], str) else old["product"]["id"]
        parameters: dict[str, Any] = {
            "product": product,
            "currency": "usd",
            "unit_amount": article.cents,
            "lookup_key": article.key,
            "transfer_lookup_key": True,
            "metadata": article.told,
        }
        if article.is_monthly:
            parameters["recurring"] = {"interval": "month"}
        gateway.create(known.prices.create, parameters, f"price-{article.key}-{article.cents}-{before}")
        if old is not None:
            gateway.create(
                lambda params, options: known.prices.update(old["id"], params=params, options=options),
                {"active": False},
                f"price-off-{before}",
            )

    return act


def _portal(gateway: Gateway) -> Callable[[], None]:
    parameters: dict[str, Any] = {
        "metadata": {"made_by": PORTAL_MARK},
        "features": {
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True},
            "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
        },
    }
    create = gateway.client.v1.billing_portal.configurations.create
    return lambda: _ignore(gateway.create(create, parameters, f"portal-configuration-{gateway.is_live}"))


def _ignore(_: Facts) -> None:
    """What was made is read again when it is needed."""


def _interval(article: Article) -> str | None:
    return "month" if article.is_monthly else None


def _dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}"
