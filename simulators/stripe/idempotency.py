"""Idempotency keys: the first result is kept and given again. Source: https://docs.stripe.com/api/idempotent_requests."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from simulators.stripe.clock import DAY
from simulators.stripe.errors import StripeRefusal


@dataclass(frozen=True, slots=True)
class Remembered:
    """The first result of a key."""

    status: int
    body: bytes
    request_id: str


@dataclass
class Held:
    """A key in use by this request; `remembered` is what it gave before."""

    remembered: Remembered | None
    result: Remembered | None = None

    def remember(self, result: Remembered) -> None:
        """Keep this result for the key."""
        self.result = result


@dataclass
class IdempotencyBook:
    """Keys of the last 24 hours. Results are kept only of requests that began to execute."""

    kept: dict[str, tuple[str, int, Remembered]] = field(default_factory=dict)
    in_use: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def holding(self, key: str, method: str, path: str, body: str, now: int) -> Iterator[Held]:
        """The key is this request's until the block ends.

        Raises:
            StripeRefusal: another request uses it just now (409), or it was used for something else (400).
        """
        print_of = hashlib.sha256(f"{method} {path}\n{body}".encode()).hexdigest()
        held = Held(self._take(key, print_of, path, now))
        try:
            yield held
        finally:
            with self.lock:
                self.in_use.discard(key)
                if held.result:
                    self.kept[key] = (print_of, now, held.result)

    def recent(self, now: int) -> dict[str, tuple[str, int, Remembered]]:
        """Keys that still give their first result."""
        with self.lock:
            self.kept = {key: one for key, one in self.kept.items() if now - one[1] <= DAY}
            return dict(self.kept)

    def _take(self, key: str, print_of: str, path: str, now: int) -> Remembered | None:
        if len(key) > 255:
            raise StripeRefusal(400, "Idempotency keys are at most 255 characters long.", kind="idempotency_error")
        with self.lock:
            if key in self.in_use:
                message = f"There is currently another in-progress request using this idempotency key ({key})."
                code = "idempotency_key_in_use"
                raise StripeRefusal(409, message, kind="idempotency_error", code=code)
            kept_print, at, result = self.kept.get(key, (print_of, now, None))
            if now - at > DAY:
                del self.kept[key]
                result = None
            elif kept_print != print_of:
                message = (
                    "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                    f"Try using a key other than '{key}' if you meant to execute a different request ({path})."
                )
                raise StripeRefusal(400, message, kind="idempotency_error")
            self.in_use.add(key)
            return result
