"""Matches and delivers in a process of its own, which a test kills: `python -m … URL MAIL_PORT`."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import UTC, datetime

from leadledger.alerts.channels import Ways
from leadledger.alerts.delivery import deliver_due
from leadledger.alerts.matching import match_all
from leadledger.mail import SmtpMailer
from leadledger.mail_settings import MailSettings
from leadledger.outgoing import Sender
from permit_leads.store import db
from tests.integration.api.alerts.conftest import LINKS


def main(url: str, port: str) -> None:
    """All that a worker does for alerts, once."""
    settings = MailSettings.model_validate(
        {"smtp_host": "127.0.0.1", "smtp_port": int(port), "smtp_security": "none", "mail_from": "alerts@ours.example"}
    )
    ways = Ways(SmtpMailer(settings), Sender(allow_loopback=True), None, LINKS)
    with closing(db.connect(url)) as conn:
        match_all(conn, datetime.now(UTC))
    deliver_due(url, ways)


if __name__ == "__main__":
    main(*sys.argv[1:])
