"""Waits where the API asks to wait, and never sends a write twice that could be done twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

WAIT_FOR = {429, 503}
REPEATABLE = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}


@dataclass(frozen=True, slots=True)
class Patience:
    """How often to ask again, and the longest wait that is put up with; a longer one is left to the caller."""

    tries: int = 4
    longest_seconds: float = 60.0
    sleep: Callable[[float], None] = time.sleep


class PatientTransport(httpx.BaseTransport):
    """Asks again after 429 and 503, when the answer says so."""

    def __init__(self, transport: httpx.BaseTransport, patience: Patience) -> None:
        self._transport = transport
        self._patience = patience

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The first answer that is not a request to wait, or the last one."""
        is_repeatable = request.method in REPEATABLE or "Idempotency-Key" in request.headers
        if is_repeatable:
            request.read()  # a body that could be read once only would be gone the second time
        for attempt in range(1, self._patience.tries + 1):
            answer = self._transport.handle_request(request)
            wait = seconds_to_wait(answer, attempt)
            is_last = attempt == self._patience.tries or wait > self._patience.longest_seconds
            if answer.status_code not in WAIT_FOR or not is_repeatable or is_last:
                break
            answer.close()
            self._patience.sleep(wait)
        return answer

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()


def seconds_to_wait(answer: httpx.Response, attempt: int) -> float:
    """What `Retry-After` says, in seconds or as an instant; without it one second, then two, then four."""
    said = answer.headers.get("Retry-After", "").strip()
    if said.isdecimal():
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return float(2 ** (attempt - 1))
    until = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
