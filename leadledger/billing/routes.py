"""The addresses of billing: members see how they stand, admins buy, Stripe tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Request
from starlette.responses import Response

from leadledger.acting import acting_for_account
from leadledger.billing import shop, standing
from leadledger.billing.gateway import BillingNotConfigured, Gateway
from leadledger.billing.models import Billing, Checkout, MetroChoice, NewCheckout, Payments, Portal, Received
from leadledger.billing.receiving import Refusals, receive
from leadledger.billing.shop import Counter
from leadledger.deps import AdminOf, CallerOf, DatabaseOf, NowOf, SettingsOf, refuse_parameters
from leadledger.idempotency import WriteOf
from leadledger.plans import load_catalog
from leadledger.responses import declare_errors, json_response

router = APIRouter(prefix="/api", tags=["billing"])
PLAIN = [Depends(refuse_parameters)]
READ = declare_errors(400, 401, 403, 404)
WRITE = declare_errors(400, 401, 403, 404, 409, 422, 503)


def get_gateway(request: Request) -> Gateway:
    """The door to Stripe.

    Raises:
        BillingNotConfigured: no key is set.
    """
    gateway: Gateway | None = request.app.state.gateway
    if gateway is None:
        raise BillingNotConfigured("nothing can be bought here: billing is not set up (STRIPE_SECRET_KEY)")
    return gateway


def get_counter(gateway: Annotated[Gateway, Depends(get_gateway)], settings: SettingsOf) -> Iterator[Counter]:
    """Where things are bought; one of few at a time.

    Raises:
        Unavailable: no turn came in time.
    """
    with shop.in_turn():
        yield Counter(gateway, load_catalog(), settings.frontend_url[0])


async def read_raw(request: Request) -> bytes:
    """The body as it came: a signature is over bytes. `async` because the framework reads it so."""
    return await request.body()


CounterOf = Annotated[Counter, Depends(get_counter)]


@router.get("/billing", operation_id="get_billing", response_model=Billing, responses=READ, dependencies=PLAIN)
def get_billing(caller: CallerOf, database: DatabaseOf, settings: SettingsOf, now: NowOf) -> Response:
    """The plan in force, the subscription, and what the account should know now."""
    with acting_for_account(database, caller) as acting:
        return json_response(standing.describe_billing(acting, settings, now))


@router.post(
    "/billing/checkout",
    operation_id="open_checkout",
    response_model=Checkout,
    status_code=201,
    responses=WRITE,
    dependencies=PLAIN,
)
def open_checkout(
    wanted: Annotated[NewCheckout, Body()], caller: AdminOf, database: DatabaseOf, counter: CounterOf, write: WriteOf
) -> Response:
    """A page of Stripe's where a plan or a pack is paid; prices and quantities are ours to name."""
    customer_id = shop.ensure_customer(database, caller, counter.gateway)
    with acting_for_account(database, caller, "admin") as acting:

        def make() -> Response:
            opened = shop.open_checkout(acting, counter, customer_id, wanted, write.idempotency_key)
            return json_response(opened, status=201)

        return write.once(acting, make)


@router.post(
    "/billing/portal",
    operation_id="open_portal",
    response_model=Portal,
    status_code=201,
    responses=WRITE,
    dependencies=PLAIN,
)
def open_portal(caller: AdminOf, database: DatabaseOf, counter: CounterOf) -> Response:
    """Stripe's portal: invoices, card, change of plan, cancellation. Each address is good once."""
    with acting_for_account(database, caller, "admin") as acting:
        return json_response(shop.open_portal(acting, counter), status=201)


@router.get(
    "/billing/invoices", operation_id="list_invoices", response_model=Payments, responses=READ, dependencies=PLAIN
)
def list_invoices(caller: AdminOf, database: DatabaseOf) -> Response:
    """Invoices and packs, newest first."""
    with acting_for_account(database, caller, "admin") as acting:
        return json_response(standing.list_payments(acting))


@router.put("/billing/metro", operation_id="choose_metro", response_model=Billing, responses=WRITE, dependencies=PLAIN)
def choose_metro(
    choice: MetroChoice, caller: AdminOf, database: DatabaseOf, settings: SettingsOf, now: NowOf
) -> Response:
    """Choose the metropolitan area of a plan for one; it can be changed once a billing period."""
    with acting_for_account(database, caller, "admin") as acting:
        standing.choose_metro(acting, choice.metro)
        return json_response(standing.describe_billing(acting, settings, now))


@router.post(
    "/stripe/webhook",
    operation_id="receive_stripe_event",
    response_model=Received,
    responses=declare_errors(400, 403, 503),
)
def receive_stripe_event(
    request: Request,
    body: Annotated[bytes, Depends(read_raw)],
    database: DatabaseOf,
    settings: SettingsOf,
    stripe_signature: Annotated[str | None, Header(description="Stripe's proof, over the raw body.")] = None,
) -> Response:
    """Stripe's events. Each is kept once and worked off later; types that concern us not are kept too."""
    refusals: Refusals = request.app.state.refusals
    receive(database, settings, refusals, body, stripe_signature)
    return json_response({"received": True})
