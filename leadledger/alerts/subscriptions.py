"""Who hears of a saved search: made, changed, tried out, and ended by a link in what was sent."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import dict_row

from leadledger.acting import ENTITLED, Acting
from leadledger.alert_settings import AlertSettings
from leadledger.alerts.models import AlertChange, AlertDraft, read_clock
from leadledger.alerts.quiet import NeverAllowed, Quiet, next_allowed
from leadledger.alerts.searches import LimitReached, find_search
from leadledger.errors import AppError, InvalidBody, NotFound
from leadledger.mail import ADDRESS
from leadledger.outgoing import AddressRefused, check_url
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("alerts.sql"))
COLUMNS = QUERIES["alert_columns"]
DELIVERIES_SHOWN = 100
TESTS_AN_HOUR = 5


class CannotAlert(AppError):
    """Nobody can be told this way: the channel is not set up, or the target refused."""

    status = 409
    code = "cannot_alert"


def create_alert(
    acting: Acting, saved_search_id: UUID, draft: AlertDraft, settings: AlertSettings, *, allow_loopback: bool
) -> dict[str, object]:
    """The alert, with the secret of a webhook; a target that is no member's own is asked for consent first.

    Raises:
        NotFound: the account has no such search.
        InvalidBody: the target is none of its channel.
        LimitReached: the search may have no more alerts.
        CannotAlert: the channel is not set up, the target has an alert of this search already, or refused.
    """
    find_search(acting, saved_search_id)
    _check_channel(draft, settings, allow_loopback=allow_loopback)
    _check_quiet(draft.channel, draft.quiet_from, draft.quiet_until)
    _check_count(acting, saved_search_id, settings.max_alerts_a_search)
    secret = make_secret() if draft.channel == "webhook" else None
    values = {
        **draft.model_dump(),
        "scopes": sorted(set(draft.scopes)),
        "digest_at": read_clock(draft.digest_at),
        "quiet_from": read_clock(draft.quiet_from),
        "quiet_until": read_clock(draft.quiet_until),
        "account_id": acting.account_id,
        "saved_search_id": saved_search_id,
        "webhook_secret": secret,
    }
    with acting.conn.cursor(row_factory=dict_row) as rows:
        try:
            made = rows.execute(QUERIES["create_alert"].format(columns=COLUMNS), values).fetchone()
        except (psycopg.errors.CheckViolation, psycopg.errors.UniqueViolation) as error:
            if error.diag.constraint_name == ENTITLED:
                raise
            raise _refusal(error) from None
    assert made is not None
    return {**made, "webhook_secret": secret}


def find_alert(acting: Acting, alert_id: UUID) -> dict[str, Any]:
    """One alert.

    Raises:
        NotFound: the account has none of this id.
    """
    about = {"account_id": acting.account_id, "alert_id": alert_id, "saved_search_id": None}
    with acting.conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES["list_alerts"].format(columns=COLUMNS), about).fetchone()
    if found is None:
        raise _no_alert(alert_id)
    return found


def change_alert(acting: Acting, alert_id: UUID, change: AlertChange) -> dict[str, object]:
    """The alert after the change.

    Raises:
        NotFound: the account has none of this id.
        InvalidBody: the change makes no sense for its channel.
    """
    alert = find_alert(acting, alert_id)
    if alert["channel"] == "in_app" and change.frequency not in (None, "instant"):
        raise InvalidBody("in_app is always instant", field="frequency")
    _check_quiet(alert["channel"], change.quiet_from, change.quiet_until)
    values = {
        **change.model_dump(),
        "scopes": sorted(set(change.scopes)) if change.scopes else None,
        "digest_at": read_clock(change.digest_at),
        "quiet_from": read_clock(change.quiet_from),
        "quiet_until": read_clock(change.quiet_until),
        "has_quiet": "quiet_from" in change.model_fields_set,
        "account_id": acting.account_id,
        "alert_id": alert_id,
    }
    with acting.conn.cursor(row_factory=dict_row) as rows:
        changed = rows.execute(QUERIES["change_alert"].format(columns=COLUMNS), values).fetchone()
    if changed is None:
        raise _no_alert(alert_id)
    return changed


def remove_alert(acting: Acting, alert_id: UUID) -> None:
    """End an alert and forget what it told.

    Raises:
        NotFound: the account has none of this id.
    """
    about = {"account_id": acting.account_id, "alert_id": alert_id}
    if acting.conn.execute(QUERIES["remove_alert"], about).fetchone() is None:
        raise _no_alert(alert_id)


def request_test(acting: Acting, alert_id: UUID) -> None:
    """Have the alert tell the best leads of the last days, marked as a test.

    Raises:
        NotFound: the account has none of this id.
        CannotAlert: nobody is told by this alert, or in_app, where there is nothing to send.
        LimitReached: it was tried often enough within the hour.
    """
    alert = find_alert(acting, alert_id)
    if alert["channel"] == "in_app":
        raise CannotAlert("in_app sends nothing that could be tried; see /api/inbox")
    if alert["state"] in ("unconfirmed", "unsubscribed"):
        raise CannotAlert(f"the alert is {alert['state']}; nothing may be sent to its target")
    row = acting.conn.execute(QUERIES["count_tests"], {"alert_id": alert_id}).fetchone()
    if row is not None and row[0] >= TESTS_AN_HOUR:
        raise LimitReached(f"{row[0]} tests within the hour; at most {TESTS_AN_HOUR} are sent")
    acting.conn.execute(QUERIES["request_test"], {"alert_id": alert_id, "account_id": acting.account_id})


def list_deliveries(acting: Acting, alert_id: UUID) -> list[dict[str, object]]:
    """What the alert sent, newest first.

    Raises:
        NotFound: the account has none of this id.
    """
    find_alert(acting, alert_id)
    with acting.conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES["list_deliveries"], {"alert_id": alert_id, "limit": DELIVERIES_SHOWN}).fetchall()


def make_secret() -> str:
    """256 bits, written as Standard Webhooks want it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _check_channel(draft: AlertDraft, settings: AlertSettings, *, allow_loopback: bool) -> None:
    target = draft.target or ""
    if draft.channel == "email" and (not ADDRESS.fullmatch(target) or len(target) > 254):
        raise InvalidBody("target is no e-mail address; expected local-part@domain", field="target")
    if draft.channel == "sms":
        if not settings.can_text:
            raise CannotAlert("texts are not set up here: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM")
        if not (target[:1] == "+" and target[1:].isascii() and target[1:].isdigit() and 8 <= len(target) - 1 <= 15):
            raise InvalidBody("target is no telephone number; expected + and 8 to 15 digits", field="target")
    if draft.channel == "webhook":
        try:
            check_url(target, allow_loopback=allow_loopback)
        except AddressRefused as error:
            raise InvalidBody(f"target: {error}", field="target") from None


def _check_quiet(channel: str, begins: str | None, ends: str | None) -> None:
    """Quiet hours must leave a minute each week, beside those of the law."""
    quiet_from, quiet_until = read_clock(begins), read_clock(ends)
    if quiet_from is None or quiet_until is None:
        return
    for day in range(7):
        noon = datetime(2026, 1, 5, 12, tzinfo=UTC) + timedelta(days=day)
        try:
            next_allowed(noon, ZoneInfo("America/Chicago"), Quiet(quiet_from, quiet_until), is_text=channel == "sms")
        except NeverAllowed as error:
            raise InvalidBody(f"{error}; texts go Mon-Sat 9:00-21:00, Sun 12:00-21:00", field="quiet_from") from None


def _check_count(acting: Acting, saved_search_id: UUID, most: int) -> None:
    acting.conn.execute(QUERIES["lock_account"], {"account_id": str(acting.account_id)})
    row = acting.conn.execute(QUERIES["count_alerts"], {"saved_search_id": saved_search_id}).fetchone()
    if row is not None and row[0] >= most:
        raise LimitReached(f"the search has {row[0]} alerts, and may have {most}; remove one first")


REFUSALS = {
    "alerts_target_refused": "whoever has this target has unsubscribed, and cannot be asked again",
    "alerts_asked_too_often": "too many targets were asked for their consent today; try again tomorrow",
    "alerts_once_a_target": "this search has an alert to this target already; change that one",
}


def _refusal(error: psycopg.Error) -> AppError:
    name = error.diag.constraint_name or ""
    if name in REFUSALS:
        return CannotAlert(REFUSALS[name], field="target")
    return InvalidBody("target or times are none that can be used", field="target")


def _no_alert(alert_id: UUID) -> NotFound:
    return NotFound(f"no alert {alert_id} in this account")
