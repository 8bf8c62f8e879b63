"""What the environment says about mail: which server takes it, and in whose name it goes."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Literal, Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator

from permit_leads.settings import Settings

Security = Literal["starttls", "tls", "none"]
PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
NOBODY = "LeadLedgerPro <no-reply@localhost>"  # only in the outbox, which no mail leaves


class MailSettings(Settings):
    """Settings of the mailer; with no SMTP_HOST mails are files of an outbox."""

    smtp_host: str | None = Field(
        default=None,
        validation_alias=AliasChoices("SMTP_HOST"),
        pattern=r"^[A-Za-z0-9.:-]+$",
        description="Server that takes our mail. Not set: mails are written to LEADLEDGER_HOME/outbox instead.",
    )
    smtp_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        validation_alias=AliasChoices("SMTP_PORT"),
        description="Its port. Not set: 587 with starttls, 465 with tls, 25 with none.",
    )
    smtp_security: Security = Field(
        default="starttls",
        validation_alias=AliasChoices("SMTP_SECURITY"),
        description="starttls (default), tls from the first byte, or none; a password is never sent without.",
    )
    smtp_user: str | None = Field(
        default=None,
        validation_alias=AliasChoices("SMTP_USER"),
        description="Login at the server. Not set: none is made.",
    )
    smtp_password: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("SMTP_PASSWORD"),
        description="Password of SMTP_USER.",
    )
    mail_from: str = Field(
        default=NOBODY,
        validation_alias=AliasChoices("MAIL_FROM"),
        description="Sender of every mail (LeadLedgerPro <no-reply@example.com>); needed with SMTP_HOST.",
    )

    @field_validator("mail_from")
    @classmethod
    def _check_sender(cls, sender: str) -> str:
        _, address = parseaddr(sender)
        local, _, domain = address.rpartition("@")
        if not local or not domain or not sender.isprintable() or not address.isascii():
            raise ValueError("expected Name <local-part@domain>")
        return sender

    @model_validator(mode="after")
    def _check_mail(self) -> Self:
        problems = []
        if self.smtp_host and self.mail_from == NOBODY:
            problems.append("MAIL_FROM: missing, while SMTP_HOST is set")
        if (self.smtp_user is None) != (self.smtp_password is None):
            problems.append("SMTP_USER, SMTP_PASSWORD: expected both or neither")
        if self.smtp_password and self.smtp_security == "none" and self.smtp_host not in LOOPBACK:
            problems.append("SMTP_SECURITY: none would send SMTP_PASSWORD in the clear; expected starttls or tls")
        if problems:
            raise ValueError("; ".join(problems))
        return self
