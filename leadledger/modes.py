"""Live or test: which of the two kinds of data a request is for, told by what its token begins with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

Mode = Literal["live", "test"]
PREFIXES: dict[Mode, str] = {"live": "llp_live_", "test": "llp_test_"}
MODE_HEADER = "LeadLedger-Mode"
# When the sample was recorded (leadledger/sandbox/archive); for a test key it is always this instant.
SAMPLE_INSTANT = datetime(2026, 11, 26, 17, tzinfo=UTC)
SAMPLE_NOTE = (
    "Sample data for test keys: permits that publishers really issued, recorded once and never changing; "
    f"the day is always {SAMPLE_INSTANT.date()}. Use a live key for what is published now."
)


def mode_of_token(token: str) -> Mode:
    """What a token is for; everything but a test key is for live data."""
    return "test" if token.startswith(PREFIXES["test"]) else "live"


def mode_of_header(authorization: str | None) -> Mode:
    """The same of an Authorization header, whether its token is good or not."""
    return mode_of_token((authorization or "").partition(" ")[2].strip())


def now_in(mode: Mode) -> datetime:
    """The instant that ages and freshness are counted to."""
    return SAMPLE_INSTANT if mode == "test" else datetime.now(UTC)
