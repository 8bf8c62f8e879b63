"""News as a mail (HTML and text), as a text message, and as the body of a webhook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Any

from leadledger.alerts.news import LeadNews, News

TEXT_MAX = 300  # two segments; longer ones cost more and arrive in pieces
NAME_SHOWN = 40
MUTED = "color:#52606d;font-size:13px"


@dataclass(frozen=True, slots=True)
class Links:
    """Where the web app and the API are, as a reader reaches them."""

    web: str
    api: str

    def lead(self, lead_id: object) -> str:
        """The page of a lead."""
        return f"{self.web}/leads/{lead_id}"

    def unsubscribe(self, token: str) -> str:
        """Where one click ends an alert."""
        return f"{self.api}/api/alert-links/{token}/unsubscribe"

    def confirm(self, token: str) -> str:
        """Where the owner of a target agrees."""
        return f"{self.api}/api/alert-links/{token}/confirm"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail without its addresses."""

    subject: str
    text: str
    html: str


def write_letter(news: News, links: Links, token: str) -> Letter:
    """The digest as a mail; everything that came from outside is escaped."""
    return Letter(one_line(news.headline, 180), _plain(news, links, token), _html(news, links, token))


def write_consent_letter(links: Links, token: str) -> Letter:
    """Asks the owner of an address; holds nothing that whoever asked could have written."""
    subject = "Confirm lead alerts to this address"
    words = [
        "Somebody asked LeadLedgerPro to send lead alerts (new building permits) to this address.",
        "If that is what you want, confirm it here:",
        "If not, do nothing: nothing else will be sent. To refuse for good:",
    ]
    text = f"{words[0]}\n\n{words[1]}\n{links.confirm(token)}\n\n{words[2]}\n{links.unsubscribe(token)}\n"
    html = _page(
        subject,
        f"<p>{words[0]}</p><p><a href='{escape(links.confirm(token))}'>Confirm lead alerts</a></p>"
        f"<p style='{MUTED}'>{words[2]} <a href='{escape(links.unsubscribe(token))}'>refuse</a></p>",
    )
    return Letter(subject, text, html)


def write_text(news: News, links: Links) -> str:
    """The news in at most two segments; STOP is answered by the carrier's service."""
    name = one_line(news.search_name, NAME_SHOWN)
    first = news.leads[0] if news.leads else None
    count = f"{news.lead_count:,} lead{'' if news.lead_count == 1 else 's'}"
    best = f" Best: {first.trade}, {first.address}, score {first.score}. {links.lead(first.lead_id)}" if first else ""
    opening = f"LeadLedgerPro test for {name}:" if news.is_test else f"LeadLedgerPro: {count} for {name}."
    full = f"{opening}{best} Reply STOP to end"
    return full if len(full) <= TEXT_MAX else f"{opening} {links.web}/leads Reply STOP to end"


def write_consent_text(links: Links, token: str) -> str:
    """Asks the owner of a number."""
    return f"LeadLedgerPro: confirm lead alerts to this number: {links.confirm(token)} Reply STOP to refuse"


def write_event(news: News, links: Links, about: dict[str, str], now: str) -> dict[str, Any]:
    """The body of a webhook, as Standard Webhooks shape it: type, timestamp, data."""
    leads = [
        {
            "lead_id": str(lead.lead_id),
            "scopes": list(lead.scopes),
            "trade": lead.trade,
            "score": lead.score,
            "happened": lead.happened,
            "publisher": lead.publisher,
            "simulated_note": lead.simulated_note,
            "url": links.lead(lead.lead_id),
        }
        for lead in news.leads
    ]
    data = {**about, "is_test": news.is_test, "lead_count": news.lead_count, "leads": leads}
    return {"type": "alert.leads", "timestamp": now, "data": data}


def one_line(text: str, most: int) -> str:
    """Printable, on one line, no longer than this."""
    plain = re.sub(r"\s+", " ", "".join(letter if letter.isprintable() else " " for letter in text)).strip()
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def _plain(news: News, links: Links, token: str) -> str:
    parts = [news.headline, ""]
    for lead in news.leads:
        parts += [
            f"{lead.trade}, score {lead.score}: {lead.happened}",
            f"  {lead.permit_type} at {lead.address}",
            f"  Cost {lead.cost}; issued {lead.issued}",
            f"  Why: {'; '.join(lead.reasons) or 'no special reason'}",
            f"  Source: {lead.publisher}{_simulated(lead)}",
            f"  {links.lead(lead.lead_id)}",
            "",
        ]
    parts += [*_rest(news, links), *_notes(news), f"Unsubscribe: {links.unsubscribe(token)}", ""]
    return "\n".join(parts)


def _rest(news: News, links: Links) -> list[str]:
    more = news.lead_count - len(news.leads)
    return [f"And {more:,} more: {links.web}/leads", ""] if more > 0 else []


def _notes(news: News) -> list[str]:
    empty = [] if news.leads else ["No lead of the last seven days fits this search; the alert itself works.", ""]
    return [*empty, "'not published' means that the publisher does not say."]


def _simulated(lead: LeadNews) -> str:
    return f" ({lead.simulated_note})" if lead.simulated_note else ""


def _html(news: News, links: Links, token: str) -> str:
    rows = "".join(_card(lead, links) for lead in news.leads)
    more = news.lead_count - len(news.leads)
    rest = f"<p>And <a href='{escape(links.web)}/leads'>{more:,} more</a>.</p>" if more > 0 else ""
    notes = "".join(f"<p style='{MUTED}'>{escape(note)}</p>" for note in _notes(news) if note)
    leave = f"<p style='{MUTED}'><a href='{escape(links.unsubscribe(token))}'>Unsubscribe</a> from this alert.</p>"
    return _page(news.headline, rows + rest + notes + leave)


def _card(lead: LeadNews, links: Links) -> str:
    facts = {
        "Permit": lead.permit_type,
        "Where": lead.address,
        "Cost": lead.cost,
        "Issued": lead.issued,
        "Why": "; ".join(lead.reasons) or "no special reason",
        "Source": lead.publisher + _simulated(lead),
    }
    rows = "".join(
        f"<tr><th scope='row' align='left' style='{MUTED};font-weight:400;padding:2px 12px 2px 0;vertical-align:top'>"
        f"{name}</th><td style='padding:2px 0'>{escape(value)}</td></tr>"
        for name, value in facts.items()
    )
    return (
        "<div style='border:1px solid #d9e2ec;border-radius:8px;padding:14px 16px;margin:0 0 12px'>"
        f"<a href='{escape(links.lead(lead.lead_id))}' style='color:#0b5cad;font-size:16px;font-weight:600'>"
        f"{escape(lead.trade)}</a> <span style='font-weight:600'>score {lead.score}</span>"
        f"<div style='margin:4px 0 8px'>{escape(lead.happened)}</div>"
        f"<table role='presentation' cellspacing='0' cellpadding='0' style='font-size:14px'>{rows}</table></div>"
    )


def _page(title: str, body: str) -> str:
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{escape(title)}</title></head>"
        "<body style='margin:0;background:#fff;color:#102a43;font-family:Arial,Helvetica,sans-serif;line-height:1.4'>"
        f"<div style='max-width:600px;margin:0 auto;padding:20px'><h1 style='font-size:20px'>{escape(title)}</h1>"
        f"{body}</div></body></html>"
    )
