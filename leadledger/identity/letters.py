"""The mails of the embedded provider. Nothing in them was written by whoever asked for them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from string import Template
from typing import Literal
from urllib.parse import urlencode

from leadledger.identity.one_time import LIFE, Credentials
from leadledger.mail import Mail

LinkType = Literal["signup", "recovery", "magiclink", "email_change"]
AUTOMATIC = {"Auto-Submitted": "auto-generated"}  # RFC 3834: no holiday notes, please


@dataclass(frozen=True, slots=True)
class _Wording:
    subject: str
    reason: str
    link: str


WORDINGS: dict[LinkType, _Wording] = {
    "signup": _Wording(
        "Confirm your e-mail address",
        "Somebody, we hope you, signed up at LeadLedgerPro with this address.",
        "Confirm the address",
    ),
    "recovery": _Wording(
        "Choose a new password",
        "Somebody, we hope you, asked LeadLedgerPro for a new password.",
        "Choose a new password",
    ),
    "magiclink": _Wording(
        "Your link to sign in",
        "Somebody, we hope you, asked LeadLedgerPro for a link to sign in.",
        "Sign in",
    ),
    "email_change": _Wording(
        "Confirm your new e-mail address",
        "Somebody, we hope you, asked LeadLedgerPro to use another e-mail address. Both addresses must agree.",
        "Agree to the change",
    ),
}
TEXT = Template("""$reason

$link:
$url

Or enter this code where you were asked for it: $code

Link and code are good once, for $minutes minutes. If this was not you, leave them alone and nothing happens.
""")
HTML = Template("""<!doctype html>
<html lang="en">
<body style="font-family: sans-serif; line-height: 1.5; color: #1a1a1a; background: #ffffff">
<p>$reason</p>
<p><a href="$url" style="color: #0b5cad">$link</a></p>
<p>Or enter this code where you were asked for it:</p>
<p style="font-size: 1.5em; letter-spacing: 0.15em"><strong>$code</strong></p>
<p>Link and code are good once, for $minutes minutes. If this was not you, leave them alone and nothing happens.</p>
</body>
</html>
""")


def write_letter(to: str, issuer: str, type_: LinkType, credentials: Credentials, redirect_to: str) -> Mail:
    """The mail that carries these credentials; its link leads through the provider to `redirect_to`."""
    wording = WORDINGS[type_]
    query = urlencode({"token": credentials.token, "type": type_, "redirect_to": redirect_to})
    parts = {
        "reason": wording.reason,
        "link": wording.link,
        "url": f"{issuer}/verify?{query}",
        "code": credentials.code,
        "minutes": str(int(LIFE.total_seconds() // 60)),
    }
    return Mail(
        key=f"identity {credentials.token}",
        to=to,
        subject=wording.subject,
        text=TEXT.substitute(parts),
        html=HTML.substitute({name: escape(part) for name, part in parts.items()}),
        headers=AUTOMATIC,
    )
