"""Tell a publisher's bytes from the page a firewall, a login or an error handler puts in their place."""

from __future__ import annotations

import re
from typing import Literal

Expected = Literal["json", "csv", "workbook", "zip", "html"]
Wall = Literal["block", "login", "html"]

# Words of challenge and refusal pages. Sources: upstreams recorded in docs/decisions (Cloudflare "Sorry, you have been
# blocked", Imperva "Incapsula incident", Akamai "Access Denied", reCAPTCHA and hCaptcha widgets, PerimeterX).
_BLOCK_WORDS = re.compile(
    rb"captcha|cf-chl|cf-browser-verification|challenge-platform|you have been blocked|access denied|incapsula incident"
    rb"|request unsuccessful|unusual traffic|are you a robot|not a robot|verify you are (a )?human"
    rb"|checking your browser|px-captcha|web application firewall|request rejected",
    re.IGNORECASE,
)
_LOGIN_WORDS = re.compile(
    rb"""type\s*=\s*["']?password|(must|please) (log|sign) ?in|<title[^>]*>[^<]*\b(log|sign) ?in\b"""
    rb"""|<form[^>]*action\s*=\s*["']?[^"'>]*(login|signin|sign-in)""",
    re.IGNORECASE,
)
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_HTML_START = re.compile(
    rb"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|script|meta)\b", re.IGNORECASE | re.DOTALL
)
_TABLE = re.compile(rb"<table\b", re.IGNORECASE)
_SNIFFED_BYTES = 64 * 1024


def wall_of(body: bytes, media_type: str, expected: Expected) -> Wall | None:
    """Which kind of page stands where the publisher's bytes were expected; None when nothing stands there.

    An index page is HTML itself: only challenge and refusal pages count there. Report servers write HTML tables and
    call them workbooks: whether it is the right one its reader will see.
    """
    head = body[:_SNIFFED_BYTES]
    if expected == "html":
        return "block" if _is_refusal(head) else None
    if not is_html(head, media_type):
        return None
    if _BLOCK_WORDS.search(head):
        return "block"
    if _LOGIN_WORDS.search(head):
        return "login"
    return None if expected == "workbook" and has_table(body) else "html"


def is_html(body: bytes, media_type: str) -> bool:
    """Whether the bytes are a HTML page, whatever the server calls them."""
    head = body[:_SNIFFED_BYTES].removeprefix(b"\xef\xbb\xbf")
    return bool(_HTML_START.match(head)) or (media_type == "text/html" and head.lstrip()[:1] == b"<")


def has_table(body: bytes) -> bool:
    """Whether a HTML page holds a table at all."""
    return bool(_TABLE.search(body))


def is_login(body: bytes) -> bool:
    """Whether a HTML page asks who we are."""
    return bool(_LOGIN_WORDS.search(body[:_SNIFFED_BYTES]))


def title_of(body: bytes) -> str:
    """The page's title in one line, or its first words; for messages."""
    match = _TITLE.search(body[:_SNIFFED_BYTES])
    text = match[1] if match else re.sub(rb"<[^>]*>", b" ", body[:2000])
    return " ".join(text.decode("utf-8", "replace").split())[:120]


def _is_refusal(head: bytes) -> bool:
    """A short page whose title is a challenge; long pages may mention a captcha in passing."""
    title = _TITLE.search(head)
    return bool(title and _BLOCK_WORDS.search(title[1])) or (len(head) < 8192 and bool(_BLOCK_WORDS.search(head)))
