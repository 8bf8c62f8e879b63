"""A stateful Stripe for tests and the demo. Source: https://docs.stripe.com/api, version 2026-10-28.endive."""

from simulators.stripe.cards import DECLINED_CARD, FAILS_LATER_CARD, GOOD_CARD, POOR_CARD
from simulators.stripe.envelopes import Envelope
from simulators.stripe.errors import StripeRefusal
from simulators.stripe.running import running_stripe
from simulators.stripe.simulator import StripeSimulator
from simulators.stripe.webhooks import Attempt
from simulators.stripe.world import API_VERSION, Habits

__all__ = [
    "API_VERSION",
    "DECLINED_CARD",
    "FAILS_LATER_CARD",
    "GOOD_CARD",
    "POOR_CARD",
    "Attempt",
    "Envelope",
    "Habits",
    "StripeRefusal",
    "StripeSimulator",
    "running_stripe",
]
