"""A token bucket per address, in this process: enough to make guessing passwords slow.

Source: GoTrue's defaults: burst 30; /token refills 150 in 5 minutes, /verify and what sends mail 30.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from leadledger.identity.failures import IdentityError

REFILL_PER_SECOND = 150 / 300
SLOW_REFILL_PER_SECOND = 30 / 300
REMEMBERED_ADDRESSES = 10_000


class RateLimit:
    """Buckets of one kind; the address unseen for longest is forgotten first."""

    def __init__(
        self, burst: int, clock: Callable[[], float] = time.monotonic, *, refill_per_second: float = REFILL_PER_SECOND
    ) -> None:
        self._burst = float(burst)
        self._refill = refill_per_second
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, address: str) -> None:
        """Take one.

        Raises:
            IdentityError: the bucket is empty (429).
        """
        now = self._clock()
        with self._lock:
            level, seen_at = self._buckets.pop(address, (self._burst, now))
            level = min(self._burst, level + (now - seen_at) * self._refill)
            is_empty = level < 1
            self._buckets[address] = (level if is_empty else level - 1, now)
            if len(self._buckets) > REMEMBERED_ADDRESSES:
                self._buckets.popitem(last=False)
        if is_empty:
            wait = str(int((1 - level) / self._refill) + 1)
            raise IdentityError(
                429, "over_request_rate_limit", "Request rate limit reached", headers={"Retry-After": wait}
            )
