"""The six events of a new subscription in all 720 orders: the books are the same each time, and as Stripe says."""

from __future__ import annotations

import itertools

import pytest

from tests.integration.billing.conftest import Buyer, Site

SIX = (
    "customer.created",
    "customer.subscription.created",
    "invoice.finalized",
    "invoice.paid",
    "customer.subscription.updated",
    "checkout.session.completed",
)


@pytest.mark.long
@pytest.mark.parametrize("first", range(len(SIX)))
def test_any_order_of_the_six_events_ends_at_stripes_truth(first: int, site: Site, buyer: Buyer) -> None:
    buyer.subscribe("pro")
    held = site.stripe.take_events()
    found = {kind: next((event for event in held if event.event_type == kind), None) for kind in SIX}
    spare = iter([event for event in held if event not in found.values()])
    six = [event or next(spare) for event in found.values()]
    assert len({event.event_id for event in six}) == len(SIX)
    truth = None
    for others in itertools.permutations(six[:first] + six[first + 1 :]):
        for envelope in (six[first], *others):
            assert site.post(envelope).status_code == 200
            site.settle()
        books = buyer.books
        truth = truth or books
        assert books == truth
        site.forget(buyer)
    assert truth is not None
    assert truth["plan"][0] == "pro"
    grants = [entry[:2] for entry in truth["entries"] if entry[0] == "subscription_grant"]
    assert grants == [["subscription_grant", 100]]
