"""Who we say we are: the same honest name to every publisher."""

from __future__ import annotations

VERSION = "0.1.0"  # kept equal to pyproject.toml by a test
PRODUCT = "LeadLedgerPro"
BOT_PAGE = "https://leadledgerpro.example/bot"


def identity_headers(contact: str | None) -> dict[str, str]:
    """User-Agent with the product token and a contact; From only where the contact is a mail address."""
    who = f"+{BOT_PAGE}; {contact}" if contact else f"+{BOT_PAGE}"
    headers = {"user-agent": f"{PRODUCT}/{VERSION} ({who})"}
    if contact and "@" in contact:
        headers["from"] = contact
    return headers
