"""A page for the operator of one machine: the mails that no server sent, as text, on that machine only."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from pathlib import Path
from string import Template

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadledger.errors import NotFound
from leadledger.mail import outbox_folder
from leadledger.settings import LOOPBACK_HOSTS, ApiSettings

SHOWN = 50
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
LINK = re.compile(r"https?://[^\s<>\"']+")
PAGE = Template("""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Outbox</title></head>
<body>
<h1>Outbox</h1>
<p>No mail server is configured (SMTP_HOST), so these mails went nowhere. The newest first, at most $shown.</p>
$mails
</body>
</html>
""")
MAIL = Template("""<article>
<h2>$subject</h2>
<p>To $to, $date</p>
<pre>$text</pre>
</article>
<hr>
""")


def has_outbox_page(settings: ApiSettings) -> bool:
    """Only where the embedded provider serves one machine and nothing sends its mail."""
    return not settings.supabase_url and not settings.smtp_host and settings.is_on_loopback


def make_outbox_router(settings: ApiSettings) -> APIRouter:
    """The page's route; in no OpenAPI document, it is no part of the API."""
    router = APIRouter()
    folder = outbox_folder(settings.home)

    @router.get("/outbox", include_in_schema=False)
    def show_outbox(request: Request) -> Response:
        """The mails of this home, for a browser of this machine."""
        _require_neighbour(request)
        return Response(render_outbox(folder), media_type="text/html; charset=utf-8")

    return router


def render_outbox(folder: Path) -> str:
    """The page; every word of a mail is escaped, and only what reads as a link is one."""
    files = sorted(folder.glob("*.eml"), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
    mails = [_render(message_from_bytes(path.read_bytes(), policy=policy.default)) for path in files[:SHOWN]]
    return PAGE.substitute(shown=SHOWN, mails="".join(mails) or "<p>It is empty.</p>")


def _render(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body is not None else ""
    heads = {name: escape(str(mail[name] or "")) for name in ("subject", "to", "date")}
    return MAIL.substitute(heads, text=_with_links(text))


def _with_links(text: str) -> str:
    parts, end = [], 0
    for found in LINK.finditer(text):
        url = escape(found[0])
        parts += [escape(text[end : found.start()]), f'<a rel="noreferrer" href="{url}">{url}</a>']
        end = found.end()
    return "".join([*parts, escape(text[end:])])


def _require_neighbour(request: Request) -> None:
    """A caller of this machine that named this machine: no proxy's client, and no page of a rebound name.

    Raises:
        NotFound: it is another.
    """
    is_local = request.client is not None and request.client.host in LOOPBACK_HOSTS
    is_named_local = request.url.hostname in LOOPBACK_HOSTS
    if not is_local or not is_named_local or any(name in request.headers for name in FORWARDED):
        raise NotFound("there is nothing at '/outbox'; see /docs")
