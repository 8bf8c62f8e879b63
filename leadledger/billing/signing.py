"""Proof that an event came from Stripe, now, and for this mode: before it nothing of a body is believed."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import stripe

from leadledger.errors import AppError

TOLERANCE_SECONDS = 300
MOST_BYTES = 1_048_576
Reason = Literal["unsigned", "stale", "from_the_future", "foreign_mode", "no_event"]


class EventRefused(AppError):
    """The body cannot be believed."""

    code = "event_refused"

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Event:
    """An event of Stripe. What it says of objects is a hint: what counts is asked of Stripe."""

    event_id: str
    type: str
    is_live: bool
    api_version: str | None
    object_id: str | None
    created_at: datetime
    payload: dict[str, Any]


def read_event(body: bytes, signature: str | None, secrets: Sequence[str], *, is_live: bool, now: datetime) -> Event:
    """The event in a raw request body, when one of the secrets signed it within five minutes of `now`.

    The library lets a far future pass; we do not.

    Raises:
        EventRefused: unsigned, stale, from the future, of the other mode, or no event at all.
    """
    text = _check_signature(body, signature, secrets, now)
    try:
        payload = _storable(json.loads(text))
        event = Event(
            event_id=_word(payload["id"], "evt_"),
            type=_word(payload["type"]),
            is_live=bool(payload["livemode"]),
            api_version=_word_of(payload, "api_version"),
            object_id=_word_of(payload["data"]["object"], "id"),
            created_at=datetime.fromtimestamp(payload["created"], UTC),
            payload=payload,
        )
        _word_of(payload["data"]["object"], "customer")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError, RecursionError):
        raise EventRefused("no_event", "the body is signed, but is no event with id, type, created and data") from None
    if event.is_live != is_live:
        seen, expected = ("live", "test") if event.is_live else ("test", "live")
        raise EventRefused("foreign_mode", f"this is an event of {seen} mode; here payments are of {expected} mode")
    return event


def _check_signature(body: bytes, signature: str | None, secrets: Sequence[str], now: datetime) -> str:
    """The body as text, once it is proved."""
    if len(body) > MOST_BYTES:
        raise EventRefused("no_event", f"the body has more than {MOST_BYTES:,} bytes; no event has")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise EventRefused("unsigned", "the body is no UTF-8; Stripe sends JSON") from None
    if not any(_is_signed(text, signature, secret) for secret in secrets):
        raise EventRefused(
            "unsigned", "Stripe-Signature does not fit the body; see STRIPE_WEBHOOK_SECRET and its _PREVIOUS"
        )
    age_seconds = now.timestamp() - _signed_at(signature or "")
    if age_seconds > TOLERANCE_SECONDS:
        raise EventRefused("stale", f"it was signed {age_seconds:.0f} s ago; at most {TOLERANCE_SECONDS} are taken")
    if -age_seconds > TOLERANCE_SECONDS:
        raise EventRefused("from_the_future", f"it says to be signed {-age_seconds:.0f} s from now; see the clocks")
    return text


def _is_signed(text: str, signature: str | None, secret: str) -> bool:
    if signature is not None and not signature.isascii():  # the library compares no other text
        return False
    with suppress(stripe.SignatureVerificationError):
        return bool(stripe.WebhookSignature.verify_header(text, signature, secret, None))
    return False


def _signed_at(signature: str) -> float:
    return float(next(part[2:] for part in signature.split(",") if part.startswith("t=")))


def _word(seen: Any, beginning: str = "") -> str:
    if not isinstance(seen, str) or not seen.startswith(beginning) or not 0 < len(seen) <= 255:
        raise ValueError(seen)
    return seen


def _word_of(about: dict[str, Any], name: str) -> str | None:
    """A word where there is one; None for anything else."""
    seen = about.get(name)
    return _word(seen) if isinstance(seen, str) and seen else None


def _storable(seen: Any) -> Any:
    """The same without what jsonb cannot hold: zero bytes, halves of characters, numbers that are none."""
    if isinstance(seen, dict):
        return {_storable(name): _storable(value) for name, value in seen.items()}
    if isinstance(seen, list):
        return [_storable(value) for value in seen]
    if isinstance(seen, str):
        return seen.replace("\x00", "").encode("utf-8", "replace").decode()
    return None if isinstance(seen, float) and not math.isfinite(seen) else seen
