"""How it ended to hand something to a channel; anything else is a bug."""

from __future__ import annotations


class NotNow(Exception):
    """It was not taken; it may be later."""


class NotEver(Exception):
    """It was refused for good."""


class Unsubscribed(NotEver):
    """Whoever has the target told the carrier to stop; nothing is sent there again."""


class Unknown(Exception):
    """It may have been taken: there was no answer, and a second one could reach its reader twice."""
