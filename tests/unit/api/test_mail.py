"""What a mail may be, and what it looks like on the wire."""

from __future__ import annotations

from email import message_from_bytes
from pathlib import Path

import pytest

from leadledger.mail import Mail, MailRefused, Outbox, SmtpMailer, make_mailer
from leadledger.mail_settings import MailSettings
from leadledger.settings import SettingsError, load_settings
from tests.integration.mailbox import read_mail, text_of

SENDER = "LeadLedgerPro <no-reply@leads.example.test>"
LONG_LINK = "<https://leads.example.test/unsubscribe/" + "a" * 300 + ">"


def make_mail(**changes: object) -> Mail:
    values: dict[str, object] = {
        "key": "digest 7 of 2026-11-26",
        "to": "owner@example.test",
        "subject": "Four new leads",
        "text": "In Austin.\n",
    }
    return Mail(**{**values, **changes})  # type: ignore[arg-type]  # tests pass wrong values on purpose


def test_mail_reads_back_as_it_was_written() -> None:
    mail = make_mail(
        subject="Vier neue Aufträge – Dächer, " + "Lüftung, " * 12 + "Ende",
        text="Straße 1\nÜbermorgen: " + "weit " * 40 + "\n.\nfertig\n",
        html="<p>Straße 1</p>\n",
        headers={"List-Unsubscribe": LONG_LINK, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
    raw = mail.render(SENDER)
    read = read_mail(raw)
    assert read["Subject"] == mail.subject
    assert read["List-Unsubscribe"] == LONG_LINK
    assert f"List-Unsubscribe: {LONG_LINK}\r\n".encode() in raw
    assert read["From"] == SENDER
    assert read["To"] == "owner@example.test"
    assert text_of(read) == mail.text
    assert text_of(read, "html") == mail.html
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_same_key_is_the_same_mail_and_another_key_is_not() -> None:
    first, again, other = (
        message_from_bytes(mail.render(SENDER))["Message-ID"]
        for mail in (make_mail(), make_mail(), make_mail(key="digest 8"))
    )
    assert first == again != other
    assert first.endswith("@leads.example.test>")


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "owner@example.test\r\nBcc: all@example.test"},
        {"to": "owner@example.test, all@example.test"},
        {"to": "Owner <owner@example.test>"},
        {"to": "owner@example.test\n"},
        {"to": "öwner@example.test"},
        {"to": "owner"},
        {"to": ""},
        {"subject": "Leads\nBcc: all@example.test"},
        {"subject": "Leads\x0b"},
        {"subject": "Leads\u2028more"},
        {"subject": " "},
        {"subject": "x" * 201},
        {"headers": {"List-Unsubscribe": "<https://x.test>\r\nBcc: all@example.test"}},
        {"headers": {"X-Note: a\r\nBcc": "all@example.test"}},
        {"headers": {"Bcc": "all@example.test"}},
        {"headers": {"Content-Type": "text/html"}},
        {"headers": {"message-id": "<mine@example.test>"}},
        {"headers": {"X-Long": "x" * 1_000}},
        {"headers": {"X-Umlaut": "ä"}},
    ],
)
def test_nothing_can_smuggle_in_a_header_or_a_recipient(changes: dict[str, object]) -> None:
    with pytest.raises(MailRefused):
        make_mail(**changes)


def test_refusal_and_repr_name_nobody() -> None:
    with pytest.raises(MailRefused) as refused:
        make_mail(to="owner@example.test, all@example.test")
    assert "owner" not in str(refused.value)
    assert "owner" not in repr(make_mail())


def test_no_server_means_the_outbox(tmp_path: Path) -> None:
    assert isinstance(make_mailer(MailSettings(home=tmp_path)), Outbox)
    server = MailSettings(home=tmp_path, smtp_host="mail.example.test", mail_from=SENDER)
    assert isinstance(make_mailer(server), SmtpMailer)


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"SMTP_HOST": "mail.example.test"}, "MAIL_FROM"),
        ({"SMTP_HOST": "mail example", "MAIL_FROM": SENDER}, "SMTP_HOST"),
        ({"SMTP_USER": "mailer"}, "SMTP_PASSWORD"),
        ({"MAIL_FROM": "nobody"}, "MAIL_FROM"),
        ({"MAIL_FROM": "A <a@example.test>\nBcc: b@example.test"}, "MAIL_FROM"),
        ({"SMTP_SECURITY": "maybe"}, "SMTP_SECURITY"),
        (
            {
                "SMTP_HOST": "mail.example.test",
                "MAIL_FROM": SENDER,
                "SMTP_USER": "mailer",
                "SMTP_PASSWORD": "hidden",
                "SMTP_SECURITY": "none",
            },
            "SMTP_SECURITY",
        ),
    ],
)
def test_mail_settings_that_cannot_work_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=named) as refused:
        load_settings()
    assert "hidden" not in str(refused.value)
