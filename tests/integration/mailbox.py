"""A real mail server on loopback, and the mails it received."""

from __future__ import annotations

import queue
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PATIENCE_SECONDS = 20
LOGIN = LoginPassword(b"mailer", b"a password of the mail server")


class Mailbox:
    """Takes every mail, or answers as it is told to; `refusals` are answers by envelope step (RCPT, DATA)."""

    def __init__(self) -> None:
        self.refusals: dict[str, str] = {}
        self.port = 0
        self._received: queue.Queue[Envelope] = queue.Queue()

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:  # noqa: N802  # aiosmtpd's name
        """Let the recipient in, or not."""
        if "RCPT" in self.refusals:
            return self.refusals["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the mail, or not."""
        if "DATA" in self.refusals:
            return self.refusals["DATA"]
        self._received.put(envelope)
        return "250 2.0.0 taken"

    def next_envelope(self) -> Envelope:
        """The next mail as it came; waits for it."""
        return self._received.get(timeout=PATIENCE_SECONDS)

    def next_mail(self, to: str | None = None) -> EmailMessage:
        """The next mail, read; waits for it."""
        envelope = self.next_envelope()
        assert to is None or envelope.rcpt_tos == [to]
        return read_mail(envelope.original_content or b"")

    @property
    def is_empty(self) -> bool:
        """Whether no mail waits to be read."""
        return self._received.empty()


@contextmanager
def running_mailbox(*, tls: ssl.SSLContext | None = None, has_login: bool = False) -> Iterator[Mailbox]:
    """A mail server until the block ends; with `tls` it offers STARTTLS, with `has_login` it lets LOGIN in only."""
    mailbox = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        mailbox.port = probe.getsockname()[1]
    options: dict[str, Any] = {"tls_context": tls} if tls else {}
    if has_login:
        options |= {"authenticator": _authenticate, "auth_required": True}
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, **options)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def read_mail(content: bytes) -> EmailMessage:
    """The message in these bytes."""
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    """What a reader of this kind of body sees."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def link_in(mail: EmailMessage) -> str:
    """The first link of the plain text."""
    found = re.search(r"https?://\S+", text_of(mail))
    assert found
    return found[0]


def code_in(mail: EmailMessage) -> str:
    """The six digits of the plain text."""
    found = re.search(r": (\d{6})$", text_of(mail), re.MULTILINE)
    assert found
    return found[1]


def _authenticate(_: SMTP, __: Session, ___: Envelope, ____: str, data: object) -> AuthResult:
    return AuthResult(success=data == LOGIN, handled=False)
