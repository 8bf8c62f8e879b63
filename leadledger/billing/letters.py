"""The mails of billing: what happened, what it means, and the one thing that can be done about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import dict_row

from leadledger.mail import Mail, Mailer
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
SHOWN = 120
AUTOMATIC = {"Auto-Submitted": "auto-generated"}  # RFC 3834


@dataclass(frozen=True, slots=True)
class Wording:
    """One kind of mail; `words` may name facts in braces."""

    subject: str
    words: tuple[str, ...]
    action: str


WORDINGS = {
    "trial_ending": Wording(
        "Your trial ends on {ends_at}",
        (
            "The trial of {account} ends on {ends_at}. {balance} trial credits are left; they end with it.",
            "Leads you claimed stay yours. To claim more after that day, choose a plan or buy a pack of credits.",
        ),
        "See plans and packs",
    ),
    "payment_failed": Wording(
        "A payment failed: {amount}",
        (
            "The payment of {amount} for the {plan} plan of {account} did not go through.",
            "You keep your access for now. {again}",
        ),
        "Pay or change the card",
    ),
    "grace_reminder": Wording(
        "Still unpaid: {amount}",
        (
            "{amount} for the {plan} plan of {account} is still open. {again}",
            "When the last attempt fails, the plan ends; leads you claimed and credits you bought stay.",
        ),
        "Pay or change the card",
    ),
    "cancel_confirmed": Wording(
        "Your plan is canceled and ends on {ends_at}",
        (
            "The {plan} plan of {account} is canceled. It works until {ends_at}, and nothing is charged any more.",
            "Leads you claimed and credits you have stay. You can take the cancellation back until then.",
        ),
        "Open billing",
    ),
    "access_ended": Wording(
        "Your plan has ended",
        (
            "The {plan} plan of {account} ended on {ended_at}.",
            "Leads you claimed stay yours, and so do your {balance} credits until they expire; see your statement.",
        ),
        "Open billing",
    ),
    "reactivated": Wording(
        "Your plan is active again",
        ("The {plan} plan of {account} is active, and nothing is open.",),
        "Open billing",
    ),
}
DATES = ("ends_at", "ended_at")


def send_letter(
    conn: psycopg.Connection[Any], mailer: Mailer, pages: str, billing_letter_id: int, user_id: UUID
) -> bool:
    """Write to one member; False when he is no admin any more. Again under the same Message-ID.

    Raises:
        MailDelayed: not now.
        MailRefused: never.
    """
    with conn.cursor(row_factory=dict_row) as rows:
        about = {"billing_letter_id": billing_letter_id, "user_id": user_id}
        letter = rows.execute(QUERIES["read_letter"], about).fetchone()
    conn.commit()
    if letter is None:
        return False
    mailer.send(write_letter(f"billing {billing_letter_id} {user_id}", letter, pages))
    return True


def write_letter(key: str, letter: Mapping[str, Any], pages: str) -> Mail:
    """The mail. What a person named his account is a line of plain text in it, whatever stands in it."""
    wording = WORDINGS[letter["kind"]]
    facts = _facts(letter)
    url = _pay_url(letter["facts"].get("pay_url")) or f"{pages}/billing"
    subject = _fill(wording.subject, facts)
    words = [_fill(words, facts) for words in wording.words]
    closing = "You get this mail as an owner or admin of the account."
    return Mail(
        key=key,
        to=letter["email"],
        subject=subject,
        text="\n".join([*words, "", f"{wording.action}: {url}", "", closing, ""]),
        html=_html(subject, [_fill(words, facts, escape) for words in wording.words], wording.action, url, closing),
        headers=AUTOMATIC,
    )


def _facts(letter: Mapping[str, Any]) -> dict[str, str]:
    """What the words may name, as lines of text."""
    told, zone = letter["facts"], ZoneInfo(letter["time_zone"])
    facts = {name: str(value) for name, value in told.items() if value is not None}
    facts["account"] = letter["account_name"]
    for name in DATES:
        if told.get(name):
            facts[name] = _day(told[name], zone)
    if "amount_cents" in told:
        facts["amount"] = f"${told['amount_cents'] / 100:,.2f}"
    again = told.get("next_payment_attempt")
    facts["again"] = f"The next attempt is on {_day(again, zone)}." if again else "No further attempt is planned."
    return {name: _one_line(value) for name, value in facts.items()}


def _fill(words: str, facts: Mapping[str, str], quote: Callable[[str], str] = str) -> str:
    """Each fact once, in its place: what a fact holds is never read as a place again."""
    return re.sub(r"\{(\w+)\}", lambda place: quote(facts.get(place[1], "not known")), words)


def _day(instant: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(zone):%B %-d, %Y}"


def _pay_url(url: str | None) -> str | None:
    """Stripe's page; anything but an address of the web is left out."""
    return url if url and urlsplit(url).scheme in ("https", "http") and url.isprintable() else None


def _html(subject: str, paragraphs: list[str], action: str, url: str, closing: str) -> str:
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{escape(subject)}</title></head>"
        "<body style='font-family:Arial,Helvetica,sans-serif;line-height:1.5;color:#102a43;background:#ffffff'>"
        f"<h1 style='font-size:20px'>{escape(subject)}</h1>"
        + "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        + f"<p><a href='{escape(url)}' style='color:#0b5cad'>{escape(action)}</a></p>"
        f"<p style='color:#52606d;font-size:13px'>{escape(closing)}</p></body></html>"
    )


def _one_line(text: str) -> str:
    plain = re.sub(r"\s+", " ", "".join(letter if letter.isprintable() else " " for letter in text)).strip()
    return plain if len(plain) <= SHOWN else plain[: SHOWN - 1] + "…"
