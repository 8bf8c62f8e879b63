"""A worker that delivers webhooks until nothing is due, for benchmarks.webhooks to kill: `python -m … URL`."""

from __future__ import annotations

import sys

from leadledger.outgoing import Sender
from leadledger.webhooks.delivery import deliver_due

if __name__ == "__main__":
    deliver_due(sys.argv[1], Sender(allow_loopback=True), lines=2)
