"""Delivers in a process of its own, which a test kills: `python -m … URL`."""

from __future__ import annotations

import sys

from leadledger.outgoing import Sender
from leadledger.webhooks.delivery import deliver_due


def main(url: str) -> None:
    """All that a worker does for webhooks, once."""
    deliver_due(url, Sender(allow_loopback=True), lines=2)


if __name__ == "__main__":
    main(*sys.argv[1:])
