"""The mail that owners and admins get when an endpoint was stopped: what happened, and how it goes on."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
SUBJECT = "A webhook endpoint was disabled"
SHOWN = 200


def tell_of_disabled(conn: psycopg.Connection[Any], mailer: Mailer, webhook_endpoint_id: UUID, user_id: UUID) -> bool:
    """Write to one member; False when there is nothing to tell any more. Again under the same Message-ID.

    Raises:
        MailDelayed: not now.
        MailRefused: never.
    """
    with conn.cursor(row_factory=dict_row) as rows:
        about = {"webhook_endpoint_id": webhook_endpoint_id, "user_id": user_id}
        stopped = rows.execute(QUERIES["read_disabled"], about).fetchone()
    conn.commit()
    if stopped is None:
        return False
    mailer.send(write_notice(f"webhook {webhook_endpoint_id} {user_id}", stopped, webhook_endpoint_id))
    return True


def write_notice(key: str, stopped: Mapping[str, Any], webhook_endpoint_id: UUID) -> Mail:
    """The mail; nothing that a member or a receiver wrote can be more in it than a line of text."""
    at = stopped["disabled_at"].astimezone(ZoneInfo(stopped["time_zone"]))
    facts = {
        "Account": stopped["account_name"],
        "Endpoint": _place(stopped["url"]),
        "Id": str(webhook_endpoint_id),
        "Disabled": f"{at:%Y-%m-%d %H:%M} ({stopped['time_zone']})",
        "Reason": stopped["disabled_reason"],
        "Waiting": f"{stopped['waiting_count']:,} deliveries, and whatever happens from now on",
    }
    facts = {name: _one_line(str(value)) for name, value in facts.items()}
    words = [
        "We stopped sending events to one of your webhook endpoints.",
        (
            "Nothing is lost: it goes on where it stood as soon as it is enabled again "
            f"(PATCH /api/webhooks/{webhook_endpoint_id} with is_enabled true)."
        ),
        "You get this mail as an owner or admin of the account, once each time an endpoint is stopped.",
    ]
    text = "\n".join([words[0], "", *(f"{name}: {value}" for name, value in facts.items()), "", *words[1:], ""])
    return Mail(
        key=f"{key} {stopped['disabled_at'].isoformat()}",
        to=stopped["email"],
        subject=SUBJECT,
        text=text,
        html=_html(facts, words),
        headers={"Auto-Submitted": "auto-generated"},
    )


def _html(facts: Mapping[str, str], words: list[str]) -> str:
    rows = "".join(
        f"<tr><th scope='row' align='left' style='padding:2px 12px 2px 0'>{name}</th><td>{escape(value)}</td></tr>"
        for name, value in facts.items()
    )
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{SUBJECT}</title></head>"
        "<body style='font-family:Arial,Helvetica,sans-serif;line-height:1.4;color:#102a43'>"
        f"<h1 style='font-size:20px'>{SUBJECT}</h1><p>{escape(words[0])}</p><table role='presentation'>{rows}</table>"
        + "".join(f"<p>{escape(word)}</p>" for word in words[1:])
        + "</body></html>"
    )


def _place(url: str) -> str:
    """Without query and user: what stands there may be a secret of the receiver's."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _one_line(text: str) -> str:
    plain = re.sub(r"\s+", " ", "".join(letter if letter.isprintable() else " " for letter in text)).strip()
    return plain if len(plain) <= SHOWN else plain[: SHOWN - 1] + "…"
