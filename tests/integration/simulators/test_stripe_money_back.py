"""Refunds and disputes at the simulated Stripe."""

from __future__ import annotations

import pytest
import stripe

from simulators.stripe import StripeSimulator, running_stripe
from tests.integration.simulators.money import client_of, open_pack


def types(simulator: StripeSimulator) -> list[str]:
    return [envelope.event_type for envelope in simulator.take_events()]


def test_refunds_add_up_and_no_more_than_was_paid_goes_back() -> None:
    with running_stripe(hold_events=True) as simulator:
        client = client_of(simulator)
        intent = simulator.pay(open_pack(client, 4900).id)["payment_intent"]
        simulator.take_events()
        first = client.v1.refunds.create({"payment_intent": intent, "amount": 1900})
        assert types(simulator) == ["refund.created", "charge.refunded"]
        with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
            client.v1.refunds.create({"payment_intent": intent, "amount": 3001})
        simulator.refund(intent)
        with pytest.raises(stripe.InvalidRequestError) as again:
            client.v1.refunds.create({"payment_intent": intent})
        assert again.value.code == "charge_already_refunded"
        (charge,) = client.v1.charges.list({"payment_intent": intent}).data
        assert (charge.amount_refunded, charge.refunded) == (4900, True)
        assert [refund.amount for refund in client.v1.refunds.list({"payment_intent": intent}).data] == [3000, 1900]
        simulator.take_events()
        simulator.fail_refund(first.id)
        assert types(simulator) == ["refund.updated", "charge.updated", "refund.failed", "charge.refund.updated"]
        assert client.v1.charges.retrieve(charge.id).amount_refunded == 3000


@pytest.mark.parametrize(("outcome", "last"), [("won", "funds_reinstated"), ("lost", "closed")])
def test_a_dispute_is_opened_and_decided(outcome: str, last: str) -> None:
    with running_stripe(hold_events=True) as simulator:
        client = client_of(simulator)
        intent = simulator.pay(open_pack(client).id)["payment_intent"]
        dispute = simulator.dispute(intent)
        assert types(simulator)[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
        (found,) = client.v1.disputes.list({"payment_intent": intent}).data
        assert (found.status, found.amount) == ("needs_response", 4900)
        with pytest.raises(stripe.InvalidRequestError, match="charged back"):
            client.v1.refunds.create({"payment_intent": intent})
        simulator.close_dispute(dispute["id"], outcome)
        assert types(simulator)[-1] == f"charge.dispute.{last}"
        assert client.v1.disputes.retrieve(dispute["id"]).status == outcome
