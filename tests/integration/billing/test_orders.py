"""The six events of a new subscription in all 720 orders: the books are the same each time, and as Stripe says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from leadledger.billing import events
from leadledger.billing.receiving import keep
from leadledger.billing.signing import read_event
from permit_leads.store import db
from simulators.stripe import Envelope
from tests.integration.billing.conftest import QUERIES, Buyer, Site

SIX = (
    "customer.created",
    "customer.subscription.created",
    "invoice.finalized",
    "invoice.paid",
    "customer.subscription.updated",
    "checkout.session.completed",
)
ORDERS_OF_FIVE = 120


def come(conn: psycopg.Connection[Any], site: Site, envelope: Envelope) -> None:
    """The event comes and is worked off."""
    signature, secrets = envelope.headers["Stripe-Signature"], site.settings.webhook_secrets
    assert keep(conn, read_event(envelope.body, signature, secrets, is_live=False, now=datetime.now(UTC)))
    events.apply_event(conn, site.gateway, envelope.event_id)


def books_of_every_order(
    conn: psycopg.Connection[Any], site: Site, buyer: Buyer, left: Sequence[Envelope]
) -> Iterator[dict[str, Any]]:
    """What the books are in the end, for each order of what is left; orders that begin alike go that way once."""
    if not left:
        row = conn.execute(QUERIES["books"], {"account_id": buyer.person.account_id}).fetchone()
        assert row is not None
        yield row[0]
    for at, envelope in enumerate(left):
        with conn.transaction(force_rollback=True):
            come(conn, site, envelope)
            yield from books_of_every_order(conn, site, buyer, [*left[:at], *left[at + 1 :]])


@pytest.mark.long
@pytest.mark.parametrize("first", range(len(SIX)))
def test_any_order_of_the_six_events_ends_at_stripes_truth(first: int, site: Site, buyer: Buyer) -> None:
    buyer.subscribe("pro")
    held = site.stripe.take_events()
    found = {kind: next((event for event in held if event.event_type == kind), None) for kind in SIX}
    spare = iter([event for event in held if event not in found.values()])
    six = [event or next(spare) for event in found.values()]
    assert len({event.event_id for event in six}) == len(SIX)
    with closing(db.connect(site.url)) as conn, conn.transaction(force_rollback=True):
        come(conn, site, six[first])
        ends = list(books_of_every_order(conn, site, buyer, six[:first] + six[first + 1 :]))
    assert len(ends) == ORDERS_OF_FIVE
    truth = ends[0]
    assert all(books == truth for books in ends)
    assert truth["plan"][0] == "pro"
    grants = [entry[:2] for entry in truth["entries"] if entry[0] == "subscription_grant"]
    assert grants == [["subscription_grant", 100]]
