"""The one door to Stripe: the library with retries and a time limit, its errors in our words, plain dictionaries out.

Source: stripe-python 16.1.0, which sends `Stripe-Version: 2026-10-28.endive` and an Idempotency-Key with every POST.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import stripe
import structlog

from leadledger.errors import AppError, Unavailable
from leadledger.stripe_settings import StripeSettings

TIMEOUT_SECONDS = 20.0
RETRIES = 3
PAGE = 100
Facts = dict[str, Any]


class BillingNotConfigured(AppError):
    """There is no key for Stripe, or Stripe does not take it."""

    status = 409
    code = "billing_not_configured"


@dataclass(frozen=True, slots=True)
class Gateway:
    """Stripe as one key sees it."""

    client: stripe.StripeClient
    is_live: bool

    def create(self, create: Callable[..., Any], parameters: Mapping[str, Any], idempotency_key: str) -> Facts:
        """Make something, once for this key however often it is sent.

        Raises:
            Unavailable: Stripe does not answer now; the same call may be made again.
            BillingNotConfigured: Stripe does not take the key.
            stripe.InvalidRequestError: Stripe refuses what was asked.
        """
        with in_our_words():
            return plain(create(params={**parameters}, options={"idempotency_key": idempotency_key}))

    def read(self, retrieve: Callable[..., Any], stripe_id: str, *expand: str) -> Facts | None:
        """The object as it is now; None when Stripe has none of this id.

        Raises:
            Unavailable, BillingNotConfigured: see `create`.
        """
        with in_our_words():
            try:
                return plain(retrieve(stripe_id, params={"expand": list(expand)} if expand else {}))
            except stripe.InvalidRequestError as refused:
                if refused.code == "resource_missing":
                    return None
                raise

    def read_all(self, listing: Callable[..., Any], **parameters: Any) -> list[Facts]:
        """All objects of a list, every page of it.

        Raises:
            Unavailable, BillingNotConfigured: see `create`.
        """
        with in_our_words():
            return [plain(one) for one in listing(params={**parameters, "limit": PAGE}).auto_paging_iter()]


def make_gateway(settings: StripeSettings) -> Gateway | None:
    """The gateway, or None where no key is set."""
    if settings.stripe_secret_key is None:
        return None
    client = stripe.StripeClient(
        settings.stripe_secret_key.get_secret_value(),
        base_addresses={"api": settings.stripe_api_base},
        max_network_retries=RETRIES,  # the client's own default is none
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )
    return Gateway(client, settings.is_live)


def plain(answer: Any) -> Facts:
    """A Stripe object as a dictionary of plain values."""
    known: Facts = answer.to_dict()
    return known


@contextmanager
def in_our_words() -> Iterator[None]:
    """What may pass by itself is `Unavailable`; a key that is not taken is the operator's matter.

    Raises:
        Unavailable: Stripe is away, busy, or failed on its side.
        BillingNotConfigured: the key is unknown, expired, or may not do this.
    """
    try:
        yield
    except (stripe.AuthenticationError, stripe.PermissionError) as refused:
        structlog.get_logger().error("billing.key_refused", code=refused.code, stripe_request_id=refused.request_id)
        raise BillingNotConfigured("Stripe does not take our key; see STRIPE_SECRET_KEY") from None
    except (stripe.APIConnectionError, stripe.RateLimitError) as away:
        raise Unavailable(
            f"Stripe does not answer now ({type(away).__name__}); nothing was charged, try again"
        ) from None
    except (stripe.InvalidRequestError, stripe.IdempotencyError, stripe.CardError):
        raise
    except stripe.StripeError as failed:
        raise Unavailable(
            f"Stripe failed ({failed.http_status or 'no status'}); nothing was charged, try again"
        ) from None
