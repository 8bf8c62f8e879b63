"""What an endpoint gets: the body, its signatures, and what its answer means for the delivery."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
from standardwebhooks import Webhook

from leadledger.outgoing import Answer

BACKOFF = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1_800, 7_200, 5 * 3_600, 10 * 3_600, 14 * 3_600, 20 * 3_600, 24 * 3_600)
)
LONGEST_WAIT = timedelta(days=1)
GONE = 410


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended; `retry_after` is what the endpoint asked for, `is_gone` that it wants no more."""

    status: str
    due_at: datetime | None
    http_status: int | None
    reason: str | None
    answer: str | None
    duration_ms: int
    attempted_at: datetime
    retry_after: datetime | None = None
    is_gone: bool = False


def write_body(events: Sequence[Mapping[str, Any]], made_at: datetime) -> bytes:
    """The events as GET /api/events shows them with include=record; a test has none."""
    kind = "events" if events else "webhook.test"
    at = events[-1]["published_at"] if events else made_at
    return orjson.dumps({"type": kind, "timestamp": at, "data": {"events": events}})


def write_headers(delivery_id: str, body: bytes, now: datetime, secrets: Sequence[str]) -> dict[str, str]:
    """As Standard Webhooks say; a signature for each secret, the newest first."""
    text = body.decode()
    return {
        "Content-Type": "application/json",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(delivery_id, now, text) for secret in secrets),
    }


def judge(answer: Answer, attempts_before: int, began: datetime) -> Outcome:
    """What an answer means."""
    duration = round(answer.seconds * 1_000)
    excerpt = answer.excerpt() or None
    if answer.is_success:
        return Outcome("delivered", None, answer.status, None, excerpt, duration, began)
    asked = read_retry_after(answer.headers.get("retry-after"), datetime.now(UTC))
    reason = f"the endpoint answers {answer.status}" + (": it wants no more" if answer.status == GONE else "")
    status, due_at = next_try(attempts_before, asked)
    is_gone = answer.status == GONE
    return Outcome(status, due_at, answer.status, reason, excerpt, duration, began, asked, is_gone)


def judge_silence(reason: str, attempts_before: int, began: datetime) -> Outcome:
    """There was no answer."""
    status, due_at = next_try(attempts_before, None)
    duration = round((datetime.now(UTC) - began).total_seconds() * 1_000)
    return Outcome(status, due_at, None, reason[:500].replace("\x00", " "), None, duration, began)


def next_try(attempts_before: int, asked: datetime | None) -> tuple[str, datetime | None]:
    """Later by the backoff and a little chance, not before the endpoint asked for; after ten attempts never."""
    if attempts_before >= len(BACKOFF):
        return "dead", None
    due_at = datetime.now(UTC) + BACKOFF[attempts_before] * random.uniform(1.0, 1.2)  # noqa: S311  # no secret
    return "retrying", max(due_at, asked) if asked else due_at


def read_retry_after(text: str | None, now: datetime) -> datetime | None:
    """Seconds or a date (RFC 9110, 10.2.3); nonsense is nothing, and nobody has us wait longer than a day."""
    if not text:
        return None
    if text.strip().isascii() and text.strip().isdigit():
        return now + min(timedelta(seconds=int(text.strip()[:9])), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(at, now + LONGEST_WAIT) if at > now else None
