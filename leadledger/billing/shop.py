"""Buying: a checkout at Stripe for a plan or a pack, and Stripe's portal for what runs. Prices are ours to name."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import stripe
import structlog
from psycopg.rows import dict_row

from leadledger.acting import Acting, acting_for_account
from leadledger.auth import Caller
from leadledger.billing.gateway import BillingNotConfigured, Facts, Gateway
from leadledger.billing.models import PackCheckout, PlanCheckout
from leadledger.billing.readings import RUNNING, read_subscription
from leadledger.billing.seeding import is_ours
from leadledger.database import Database
from leadledger.errors import AppError, InvalidBody, Unavailable
from leadledger.plans import Catalog
from permit_leads.store.queries import load_queries

KEY_SECONDS = 300.0
TURN_SECONDS = 3.0
TURNS = threading.BoundedSemaphore(5)  # each holds one of the process's ten database connections
QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


class AlreadySubscribed(AppError):
    """A subscription runs; it is changed in the portal, not bought a second time."""

    status = 409
    code = "already_subscribed"


class NoCustomer(AppError):
    """The account never bought anything."""

    status = 409
    code = "no_customer"


@dataclass(frozen=True, slots=True)
class Counter:
    """Where things are bought: Stripe, what is sold, and the pages to come back to."""

    gateway: Gateway
    catalog: Catalog
    pages: str


def ensure_customer(database: Database, caller: Caller, gateway: Gateway) -> str:
    """Stripe's customer of the account; made where there is none, once however often this is asked.

    Raises:
        Forbidden: the caller is no admin.
        Unavailable, BillingNotConfigured: Stripe cannot be asked.
    """
    with acting_for_account(database, caller, "admin") as acting:
        account_id, buyer = acting.account_id, _read_buyer(acting)
    held = buyer["stripe_customer_id"]
    if held and not buyer["is_deleted"] and buyer["livemode"] == gateway.is_live:
        return str(held)
    parameters: dict[str, Any] = {"name": buyer["name"], "metadata": {"account_id": str(account_id)}}
    if buyer["email"]:
        parameters["email"] = buyer["email"]
    # The same questions of two requests at once make one customer; a changed name makes another question. Stripe keeps
    # a failure under its key for a day, so a key is good for some minutes only.
    about = f"{account_id} {held} {sorted(parameters.items())} {int(time.time() / KEY_SECONDS)}"
    key = sha256(about.encode()).hexdigest()
    customer = _create_customer(gateway, parameters, key)
    made = {"account_id": account_id, "customer_id": customer["id"], "is_live": gateway.is_live}
    with database.acting_as("leadledger_api") as conn:
        kept = conn.execute(QUERIES["keep_customer"], made).fetchone()
    assert kept is not None
    return str(kept[0])


def open_checkout(
    acting: Acting, counter: Counter, customer_id: str, wanted: PlanCheckout | PackCheckout, idempotency_key: str | None
) -> dict[str, object]:
    """A page of Stripe's where the plan or pack is paid.

    Raises:
        InvalidBody: nothing of this name is sold, or the plan needs an area.
        AlreadySubscribed: a subscription runs.
        Unavailable, BillingNotConfigured: Stripe cannot be asked, or does not know our prices.
    """
    parameters = {
        **(
            _plan_parameters(acting, counter.catalog, wanted)
            if isinstance(wanted, PlanCheckout)
            else _pack_parameters(acting.account_id, counter.catalog, wanted)
        ),
        "customer": customer_id,
        "client_reference_id": str(acting.account_id),
        "success_url": f"{counter.pages}/billing?checkout=done&session_id={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{counter.pages}/billing?checkout=left",
    }
    key = f"checkout-{acting.account_id}-{idempotency_key or uuid4()}"
    with _refusals_in_our_words("checkout"):
        lookup_key = parameters.pop("lookup_key")
        parameters["line_items"] = [{"price": _find_price(counter.gateway, lookup_key), "quantity": 1}]
        if isinstance(wanted, PlanCheckout):
            acting.conn.execute(QUERIES["wait_for_turn"], {"customer_id": customer_id})
            _close_open_plans(counter.gateway, customer_id)
            _refuse_second_plan(counter, customer_id)
        create = counter.gateway.client.v1.checkout.sessions.create
        session = counter.gateway.create(create, parameters, sha256(key.encode()).hexdigest())
    return {"url": session["url"], "expires_at": datetime.fromtimestamp(session["expires_at"], UTC)}


def open_portal(acting: Acting, counter: Counter) -> dict[str, object]:
    """Stripe's portal for the account.

    Raises:
        NoCustomer: it never bought anything.
        Unavailable, BillingNotConfigured: Stripe cannot be asked, or has no portal set up.
    """
    buyer = _read_buyer(acting)
    if not buyer["stripe_customer_id"] or buyer["is_deleted"] or buyer["livemode"] != counter.gateway.is_live:
        raise NoCustomer("this account has bought nothing yet; POST /api/billing/checkout begins")
    parameters = {"customer": buyer["stripe_customer_id"], "return_url": f"{counter.pages}/billing"}
    known = counter.gateway.client.v1.billing_portal
    ours = [one for one in counter.gateway.read_all(known.configurations.list, active=True) if is_ours(one)]
    if ours:  # else what was saved in Stripe's dashboard
        parameters["configuration"] = ours[0]["id"]
    with _refusals_in_our_words("portal"):
        session = counter.gateway.create(known.sessions.create, parameters, f"portal-{uuid4()}")
    return {"url": session["url"]}


@contextmanager
def in_turn() -> Iterator[None]:
    """One of the few who may speak with Stripe at once: while it hangs, the others keep the database's connections.

    Raises:
        Unavailable: no turn came in time.
    """
    if not TURNS.acquire(timeout=TURN_SECONDS):
        raise Unavailable("Stripe answers slowly now, and others wait already; nothing was charged, try again")
    try:
        yield
    finally:
        TURNS.release()


def _plan_parameters(acting: Acting, catalog: Catalog, wanted: PlanCheckout) -> dict[str, Any]:
    plan = catalog.sold.get(wanted.plan)
    if plan is None:
        raise InvalidBody(f"no plan '{wanted.plan}' is sold; there are {', '.join(catalog.sold)}", field="plan")
    if plan.area == "metro" and wanted.metro not in catalog.metros:
        known = ", ".join(catalog.metros)
        raise InvalidBody(f"{plan.name} is for one metropolitan area; choose one of {known}", field="metro")
    if plan.area != "metro" and wanted.metro is not None:
        raise InvalidBody(f"{plan.name} is not for one metropolitan area; leave metro out", field="metro")
    running = acting.conn.execute(QUERIES["find_running"], {"account_id": acting.account_id}).fetchone()
    if running is not None:
        raise AlreadySubscribed(
            f"a subscription ({running[0]}) is {running[1]}; change or pay it in the portal (POST /api/billing/portal)"
        )
    about = {"account_id": str(acting.account_id), "plan": wanted.plan}
    if wanted.metro:
        about["metro"] = wanted.metro
    return {
        "mode": "subscription",
        "lookup_key": f"plan_{wanted.plan}",
        "metadata": about,
        "subscription_data": {"metadata": about},
    }


def _pack_parameters(account_id: UUID, catalog: Catalog, wanted: PackCheckout) -> dict[str, Any]:
    pack = catalog.packs.get(wanted.pack)
    if pack is None:
        raise InvalidBody(f"no pack '{wanted.pack}' is sold; there are {', '.join(catalog.packs)}", field="pack")
    about = {"account_id": str(account_id), "pack": wanted.pack, "credits": str(pack.credits)}
    return {
        "mode": "payment",
        "lookup_key": wanted.pack,
        "metadata": about,
        "payment_intent_data": {"metadata": about},
    }


def _close_open_plans(gateway: Gateway, customer_id: str) -> None:
    """Of two pages for a plan only the last can be paid: nobody subscribes twice."""
    sessions = gateway.client.v1.checkout.sessions
    for one in gateway.read_all(sessions.list, customer=customer_id, status="open"):
        if one["mode"] != "subscription":
            continue
        with suppress(stripe.InvalidRequestError):  # paid or expired in between
            expire = partial(sessions.expire, one["id"])
            gateway.create(expire, {}, f"expire-{one['id']}")


def _refuse_second_plan(counter: Counter, customer_id: str) -> None:
    """What was just paid may not have come to our books yet, so Stripe is asked.

    Raises:
        AlreadySubscribed: a subscription runs there.
    """
    listing = counter.gateway.client.v1.subscriptions.list
    for one in counter.gateway.read_all(listing, customer=customer_id, status="all"):
        plan = read_subscription(one, [])["plan"]
        if one["status"] in RUNNING and plan in counter.catalog.plans:
            raise AlreadySubscribed(
                f"a subscription ({plan}) is {one['status']}; change or pay it in the portal (POST /api/billing/portal)"
            )


def _create_customer(gateway: Gateway, parameters: dict[str, Any], key: str) -> Facts:
    """The customer; without an address where Stripe finds fault with it, for it asks for one when he pays."""
    create = gateway.client.v1.customers.create
    try:
        return gateway.create(create, parameters, f"customer-{key}")
    except stripe.InvalidRequestError as refused:
        if refused.param != "email":
            raise
    plain = {name: value for name, value in parameters.items() if name != "email"}
    return gateway.create(create, plain, f"customer-{key}-plain")


@contextmanager
def _refusals_in_our_words(what: str) -> Iterator[None]:
    """What Stripe refuses is not the buyer's fault: he names nothing that reaches it.

    Raises:
        Unavailable: the customer was deleted there, and that has not come to our books yet.
        BillingNotConfigured: anything else.
    """
    try:
        yield
    except stripe.StripeError as refused:
        about = {"code": refused.code, "param": getattr(refused, "param", None)}
        structlog.get_logger().error(f"billing.{what}_refused", **about, stripe_request_id=refused.request_id)
        if about == {"code": "resource_missing", "param": "customer"}:
            raise Unavailable("Stripe has just forgotten this account; nothing was charged, try again later") from None
        raise BillingNotConfigured(
            f"Stripe opens no {what}; its operator runs scripts/stripe_seed.py --apply"
        ) from None


def _find_price(gateway: Gateway, lookup_key: str) -> str:
    prices: list[Facts] = gateway.read_all(gateway.client.v1.prices.list, lookup_keys=[lookup_key], active=True)
    if not prices:
        raise BillingNotConfigured(
            f"Stripe has no price '{lookup_key}'; its operator runs scripts/stripe_seed.py --apply"
        )
    return str(prices[0]["id"])


def _read_buyer(acting: Acting) -> dict[str, Any]:
    with acting.conn.cursor(row_factory=dict_row) as rows:
        buyer = rows.execute(QUERIES["read_buyer"], {"account_id": acting.account_id}).fetchone()
    assert buyer is not None
    return buyer
