"""The operator's desk for privacy: `python -m leadledger privacy list | show | grant | refuse`.

Exit codes: 0 done, 1 a request is due within a week, overdue or decided already, 2 bad input, 3 no database.
"""

from __future__ import annotations

import argparse
import getpass
import json
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from leadledger.mail import Mail, MailError, make_mailer
from leadledger.mail_settings import MailSettings
from leadledger.outbox_files import forget_mails
from leadledger.privacy.requests import QUERIES
from leadledger.request_desk import add_request_commands
from permit_leads.store import db, suppressions
from permit_leads.suppress import Redactor, Suppression
from permit_leads.suppressing import grant

DONE, NOT_WELL, USAGE = 0, 1, 2
WORDS = {
    "list": "open requests, the most urgent first; --all: decided ones too",
    "show": "everything that one request says",
    "grant": "put it in force: the person or home is gone from every row, export and run from now on",
    "refuse": "decide against it; the sender can read the reason",
}
TEXTS = {
    "granted": "Your request was granted.\n\n{reason}\n\nWhat you asked for is gone from our permits, leads and "
    "alerts, and stays out of what publishers send us from now on. Cities keep their own public records.\n",
    "refused": "Your request was not granted.\n\n{reason}\n\nYou may answer with a new request that says more.\n",
}
Say = Callable[[str], None]


def add_commands(parser: argparse.ArgumentParser) -> None:
    """The desk's commands below `python -m leadledger privacy`."""
    add_request_commands(parser, "privacy", WORDS, "why; its sender reads it, so no personal data")


def run(options: argparse.Namespace, settings: MailSettings, say: Say) -> int:
    """Run one of the commands; the exit status.

    Raises:
        DatabaseUnavailable: no server answers.
    """
    with closing(db.connect(db.database_url(settings))) as conn:
        if options.privacy == "list":
            return _list(conn, say, is_all=options.all)
        if options.privacy == "show":
            return _show(conn, options.request_id, say)
        return _decide(conn, options, settings, say)


def _list(conn: psycopg.Connection, say: Say, *, is_all: bool) -> int:
    now = datetime.now(UTC)
    with conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES["list_requests"], {"is_all": is_all}).fetchall()
    for one in found:
        say(f"{one['request_id']}  {one['kind']:<9} {one['state']:<9} {_clock(one, now)}")
    if not found:
        say("no open request")
    urgent = conn.execute(QUERIES["count_overdue"]).fetchone()
    return NOT_WELL if urgent and urgent[0] else DONE


def _clock(one: Mapping[str, Any], now: datetime) -> str:
    if one["state"] != "received":
        return f"decided {one['decided_at']:%Y-%m-%d}"
    days = (one["due_at"] - now).days
    return f"due {one['due_at']:%Y-%m-%d}, {f'in {days} days' if days >= 0 else f'{-days} DAYS OVERDUE'}"


def _show(conn: psycopg.Connection, request_id: uuid.UUID, say: Say) -> int:
    with conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES["read_request"], {"request_id": request_id}).fetchone()
    if found is None:
        say(f"error: there is no request {request_id}; list shows what there is")
        return USAGE
    say(json.dumps(found, default=str, indent=2, ensure_ascii=False))
    return DONE


def _decide(conn: psycopg.Connection, options: argparse.Namespace, settings: MailSettings, say: Say) -> int:
    """Decision and suppression commit together; the archive keeps it before that, so nothing can be lost between."""
    is_granted = options.privacy == "grant"
    about = {
        "request_id": options.request_id,
        "state": "granted" if is_granted else "refused",
        "decided_by": getpass.getuser(),
        "reason": options.reason,
    }
    with conn.cursor(row_factory=dict_row) as rows:
        decided = rows.execute(QUERIES["decide"], about).fetchone()
    if decided is None:
        say(f"error: there is no open request {options.request_id}; list shows what there is")
        return NOT_WELL
    contact_email = decided.pop("contact_email")
    if is_granted:
        grant(conn, settings.archive_url, Suppression(str(options.request_id), **decided))
    conn.commit()
    cleaned = suppressions.clean_pending(conn) or suppressions.Cleaned()
    forget_mails(settings.home, Redactor(suppressions.read_suppressions(conn)))
    if is_granted:
        say(f"granted: cleaned {cleaned.permits} permits, {cleaned.versions} former versions, {cleaned.leads} leads")
    else:
        say("refused")
    return _write_to(contact_email, about, settings, say)


def _write_to(contact_email: str, about: Mapping[str, Any], settings: MailSettings, say: Say) -> int:
    """Tell the sender; a mail that cannot go is the operator's to write."""
    text = TEXTS[about["state"]].format(reason=about["reason"])
    mail = Mail(f"privacy/{about['request_id']}/{about['state']}", contact_email, "Your privacy request", text)
    try:
        make_mailer(settings).send(mail)
    except MailError as error:
        say(f"the sender was not told: {error}; write to the contact_email that show prints")
        return NOT_WELL
    say(
        "the sender was told by mail" if settings.smtp_host else "no SMTP_HOST: the mail to the sender is in the outbox"
    )
    return DONE
