"""When to ask again, and how long to wait first."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_ATTEMPTS = 6
MAX_RETRY_AFTER_SECONDS = 15 * 60.0
BACKOFF_BASE_SECONDS = 1.0
BACKOFF_CAP_SECONDS = 60.0

# 202 is Socrata's "still working on it, repeat the same request"; sodapy took it for success and lost rows.
# Source: Socrata developer documentation, "Response codes".
RETRIED_STATUSES = frozenset({202, 408, 429})


def is_retried(status: int) -> bool:
    """Whether the same request may succeed later: 202, 408, 429 and every 5xx."""
    return status in RETRIED_STATUSES or 500 <= status <= 599


def retry_after_seconds(value: str | None, response_date: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, at most 15 minutes; None when it says nothing usable.

    A HTTP-date is compared with the response's own Date header where there is one, because the two clocks agree.
    A date in the past means 0. Negative, fractional and unreadable values are ignored.
    Source: RFC 9110 section 10.2.3.
    """
    text = (value or "").strip()
    if re.fullmatch(r"[0-9]+", text):
        return min(float(text[:9]), MAX_RETRY_AFTER_SECONDS)
    due = http_date(text)
    if due is None:
        return None
    wait = (due - (http_date(response_date or "") or now)).total_seconds()
    return min(max(wait, 0.0), MAX_RETRY_AFTER_SECONDS)


def backoff_seconds(attempt: int, rng: random.Random) -> float:
    """Full jitter: anything between 0 and the doubled-each-time bound (attempt counts from 1)."""
    return rng.uniform(0.0, min(BACKOFF_CAP_SECONDS, BACKOFF_BASE_SECONDS * 2.0**attempt))


def http_date(text: str) -> datetime | None:
    """A HTTP-date in any of its three forms as an aware instant; None for anything else."""
    if not re.match(r"[A-Za-z]{3,9},? ", text):
        return None
    try:
        parsed = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
