"""The mails of billing say what happened, and nothing in a name becomes more than text."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from leadledger.billing.letters import WORDINGS, write_letter

PAGES = "https://app.example.com"
FACTS: dict[str, Any] = {
    "ends_at": "2026-12-01T05:30:00+00:00",
    "ended_at": "2026-12-01T05:30:00+00:00",
    "balance": 12,
    "plan": "Pro",
    "amount_cents": 39900,
    "next_payment_attempt": "2026-12-03T12:00:00+00:00",
    "pay_url": "https://invoice.stripe.com/i/acct_1/test_1?s=ap",
    "after": "payment_failed",
}


def letter(kind: str, **more: Any) -> dict[str, Any]:
    known = {"kind": kind, "occasion": "1", "facts": FACTS, "account_name": "Lone Star Roofing"}
    return {**known, "time_zone": "America/Chicago", "email": "owner@example.com", **more}


@pytest.mark.parametrize("kind", WORDINGS)
def test_each_mail_is_whole_in_text_and_html(kind: str) -> None:
    mail = write_letter("a key", letter(kind), PAGES)
    assert mail.html is not None
    for body in (mail.text, mail.html):
        assert "Lone Star Roofing" in body or kind == "reactivated"
        assert "{" not in body.partition("<body")[2] if body is mail.html else "{" not in body
        assert "not known" not in body
    message = message_from_bytes(mail.render("LeadLedgerPro <no-reply@example.com>"), policy=default)
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_days_are_on_the_accounts_clock() -> None:
    assert "November 30, 2026" in write_letter("a key", letter("trial_ending"), PAGES).subject


def test_what_is_owed_is_paid_at_stripe_and_the_rest_is_done_here() -> None:
    assert FACTS["pay_url"] in write_letter("a key", letter("payment_failed"), PAGES).text
    facts = {**FACTS, "pay_url": None}
    assert f"{PAGES}/billing" in write_letter("a key", letter("payment_failed", facts=facts), PAGES).text


def test_no_further_attempt_is_said() -> None:
    facts = {**FACTS, "next_payment_attempt": None}
    assert "No further attempt is planned." in write_letter("a key", letter("payment_failed", facts=facts), PAGES).text


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "Acme\r\nBcc: everybody@example.com",
        "{plan}{amount}{ends_at}",
        "</p><a href='https://evil.example'>Pay here</a>",
        "\u202eevil\u2066",
        "A" * 500,
    ],
)
@pytest.mark.parametrize("kind", WORDINGS)
def test_a_name_is_text_and_nothing_else(kind: str, name: str) -> None:
    plain = write_letter("a key", letter(kind), PAGES)
    mail = write_letter("a key", letter(kind, account_name=name), PAGES)
    assert mail.html is not None
    assert plain.html is not None
    assert mail.html.count("<") == plain.html.count("<")
    assert mail.text.count("\n") == plain.text.count("\n")
    assert mail.render("a@example.com").count(b"Bcc") <= 2  # in the words at most, never a header
    assert message_from_bytes(mail.render("a@example.com"), policy=default)["Bcc"] is None


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "https://ok.example/\r\nx"])
def test_address_to_pay_at_is_one_of_the_web(url: str) -> None:
    mail = write_letter("a key", letter("payment_failed", facts={**FACTS, "pay_url": url}), PAGES)
    assert f"{PAGES}/billing" in mail.text
    assert "javascript" not in mail.text
