"""Buying: a checkout at Stripe for a plan or a pack, and Stripe's portal for what runs. Prices are ours to name."""

from __future__ import annotations

import time
from contextlib import suppress
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
from leadledger.billing.seeding import is_ours
from leadledger.database import Database
from leadledger.errors import AppError, InvalidBody
from leadledger.plans import Catalog
from permit_leads.store.queries import load_queries

KEY_SECONDS = 300.0
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
    customer = gateway.create(gateway.client.v1.customers.create, parameters, f"customer-{key}")
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
    lookup_key = parameters.pop("lookup_key")
    parameters["line_items"] = [{"price": _find_price(counter.gateway, lookup_key), "quantity": 1}]
    sessions = counter.gateway.client.v1.checkout.sessions
    if isinstance(wanted, PlanCheckout):
        _close_open_plans(counter.gateway, customer_id)
    key = f"checkout-{acting.account_id}-{idempotency_key or uuid4()}"
    session = counter.gateway.create(sessions.create, parameters, sha256(key.encode()).hexdigest())
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
    try:
        session = counter.gateway.create(known.sessions.create, parameters, f"portal-{uuid4()}")
    except stripe.InvalidRequestError as refused:
        structlog.get_logger().error("billing.portal_refused", code=refused.code, stripe_request_id=refused.request_id)
        raise BillingNotConfigured("Stripe opens no portal; its operator runs scripts/stripe_seed.py --apply") from None
    return {"url": session["url"]}


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
