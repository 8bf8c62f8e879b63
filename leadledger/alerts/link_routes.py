"""Where the links of what was sent lead: no sign-in, a page that asks, and a form that does it.

GET changes nothing, since mail scanners follow links; one click in a mail program is a POST (RFC 8058).
"""

from __future__ import annotations

from html import escape
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.responses import HTMLResponse, Response

from leadledger.database import Database
from leadledger.deps import DatabaseOf, refuse_parameters
from leadledger.errors import NotFound
from leadledger.responses import declare_errors
from permit_leads.store.queries import load_queries

QUERIES = load_queries(FilePath(__file__).with_name("alerts.sql"))
router = APIRouter(prefix="/api/alert-links", tags=["alerts"], dependencies=[Depends(refuse_parameters)])
ERRORS = declare_errors(400, 404)
PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page for people.", "content": {"text/html": {"schema": {"type": "string"}}}},
    **ERRORS,
}
CHANGE = {**PAGE, **declare_errors(403)}
Token = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="From the link; it belongs to one alert.")]
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "X-Robots-Tag": "noindex",
}


@router.get(
    "/{link_token}/unsubscribe", operation_id="ask_unsubscribe", response_class=Response, response_model=None,
    responses=PAGE,
)  # fmt: skip
def ask_unsubscribe(link_token: Token, database: DatabaseOf) -> HTMLResponse:
    """A page that asks whether to end the alert. Public."""
    where = _find(database, link_token)
    return _page("End these lead alerts?", f"Nothing more will be sent to {where}.", "Unsubscribe")


@router.post(
    "/{link_token}/unsubscribe", operation_id="unsubscribe_alert", response_class=Response, response_model=None,
    responses=CHANGE,
)  # fmt: skip
def unsubscribe(link_token: Token, database: DatabaseOf) -> HTMLResponse:
    """End the alert, and let its account not ask this target again; twice is as once. Public."""
    where = _find(database, link_token)
    with database.acting_as("anon") as conn:
        conn.execute(QUERIES["unsubscribe"], {"token": link_token})
    return _page("You are unsubscribed", f"Nothing more of this alert will be sent to {where}.")


@router.get(
    "/{link_token}/confirm",
    operation_id="ask_confirm",
    response_class=Response,
    response_model=None,
    responses=PAGE,
)
def ask_confirm(link_token: Token, database: DatabaseOf) -> HTMLResponse:
    """A page that asks whether alerts may be sent. Public."""
    where = _find(database, link_token)
    return _page("Receive lead alerts?", f"New building permits that fit a saved search, to {where}.", "Confirm")


@router.post(
    "/{link_token}/confirm",
    operation_id="confirm_alert",
    response_class=Response,
    response_model=None,
    responses=CHANGE,
)
def confirm_alert(link_token: Token, database: DatabaseOf) -> HTMLResponse:
    """Let the alert be sent; twice is as once. Public."""
    where = _find(database, link_token)
    with database.acting_as("anon") as conn:
        row = conn.execute(QUERIES["confirm"], {"token": link_token}).fetchone()
    if row is None or not row[0]:
        return _page("You had unsubscribed", f"Nothing will be sent to {where}.")
    return _page("Confirmed", f"Lead alerts will be sent to {where}.")


def _find(database: Database, link_token: str) -> str:
    """Where the alert goes, in words that give away no more than its reader knows."""
    with database.acting_as("anon") as conn:
        row = conn.execute(QUERIES["find_link"], {"token": link_token}).fetchone()
    if row is None:
        raise NotFound("this link belongs to no alert; it may have been removed")
    return {"email": "this e-mail address", "sms": "this number", "webhook": "this address"}.get(row[0], "you")


def _page(title: str, words: str, button: str | None = None) -> HTMLResponse:
    form = f"<form method='post'><button style='font-size:16px;padding:10px 18px'>{button}</button></form>"
    return HTMLResponse(
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{escape(title)}</title>"
        "<meta name='viewport' content='width=device-width'></head>"
        "<body style='font-family:Arial,Helvetica,sans-serif;color:#102a43;max-width:560px;margin:60px auto;"
        f"padding:0 20px'><h1 style='font-size:22px'>{escape(title)}</h1><p>{escape(words)}</p>"
        f"{form if button else ''}</body></html>",
        headers=HEADERS,
    )
