"""The product's mail: one message to one person, over SMTP or, where no server is configured, as a file."""

from __future__ import annotations

import hashlib
import re
import secrets
import smtplib
import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import formatdate, parseaddr
from pathlib import Path
from typing import Protocol

from leadledger.mail_settings import PORTS, MailSettings

TIMEOUT_SECONDS = 10.0
LINE_MAX = 998  # RFC 5322 §2.1.1
SUBJECT_MAX = 200
# One plain address: no display name, no comma, nothing a server could take for a second recipient.
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}")
HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
OURS = re.compile(r"(?i)(from|to|cc|bcc|sender|reply-to|return-path|subject|date|message-id|mime-.*|content-.*)")
ENHANCED_CODE = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")


class MailError(Exception):
    """A mail that was not taken; the message names no address."""


class MailDelayed(MailError):
    """Not now: the server is away, busy, or not set up as it must be. The same mail may go later."""


class MailRefused(MailError):
    """Never: this recipient or this mail was refused for good. Sending it again changes nothing."""


class _Policy(EmailPolicy):
    """Folds as ever, but leaves an ASCII header that fits in a line alone: long addresses must not be re-encoded."""

    def fold(self, name: str, value: str) -> str:
        line = f"{name}: {value}"
        return line + self.linesep if _is_whole(line) else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        line = f"{name}: {value}"
        return (line + self.linesep).encode() if _is_whole(line) else super().fold_binary(name, value)


POLICY = _Policy(linesep=SMTP.linesep, cte_type="7bit")


@dataclass(frozen=True, slots=True)
class Mail:
    """A message to one address.

    `key` says which mail this is and becomes its Message-ID: a retry with the same key is the same mail to every
    mailbox. `headers` come beside those every mail has, `List-Unsubscribe` for instance.

    Raises:
        MailRefused: address, subject or a header cannot be one; nothing in them can start another header.
    """

    key: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not ADDRESS.fullmatch(self.to):
            raise MailRefused("the recipient is no plain e-mail address; expected local-part@domain in ASCII")
        if not self.subject.strip() or len(self.subject) > SUBJECT_MAX or not self.subject.isprintable():
            raise MailRefused(f"the subject is empty, longer than {SUBJECT_MAX} characters, or not one printable line")
        for name, value in self.headers.items():
            if not HEADER_NAME.fullmatch(name) or OURS.fullmatch(name):
                raise MailRefused(f"'{name[:60]}' is no header that a caller may set")
            if not _is_whole(f"{name}: {value}"):
                raise MailRefused(f"the header {name} is not one line of printable ASCII below {LINE_MAX} characters")

    def render(self, sender: str) -> bytes:
        """The message as it goes over the wire: ASCII, CRLF, dated now."""
        message = EmailMessage(policy=POLICY)
        message["From"] = sender
        message["To"] = self.to
        message["Subject"] = self.subject
        message["Date"] = formatdate()
        message["Message-ID"] = f"<{self.digest}@{_domain(sender)}>"
        for name, value in self.headers.items():
            message[name] = value
        message.set_content(self.text)
        if self.html is not None:
            message.add_alternative(self.html, subtype="html")
        return message.as_bytes()

    @property
    def digest(self) -> str:
        """The key as a name that any header and any file may have."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:40]


class Line(Protocol):
    """An open way out for any number of mails."""

    def send(self, mail: Mail) -> None:
        """Hand over one mail; when this returns, the other side has taken it.

        Raises:
            MailDelayed: not now.
            MailRefused: never.
        """

    def close(self) -> None:
        """Hang up; never fails."""


class Mailer(Protocol):
    """Takes mail for delivery."""

    def connect(self) -> Line:
        """A line to send several mails over; close it.

        Raises:
            MailDelayed: the server cannot be reached or does not let us in.
        """

    def send(self, mail: Mail) -> None:
        """One mail over a line of its own.

        Raises:
            MailDelayed: not now.
            MailRefused: never.
        """


def make_mailer(settings: MailSettings) -> Mailer:
    """SMTP where a server is configured, else the outbox of this home."""
    return SmtpMailer(settings) if settings.smtp_host else Outbox(outbox_folder(settings.home), settings.mail_from)


def outbox_folder(home: Path) -> Path:
    """Where mails lie that nobody sends."""
    return home / "outbox"


class SmtpMailer:
    """Mail by way of the configured server."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    def send(self, mail: Mail) -> None:
        """See Mailer."""
        with closing(self.connect()) as line:
            line.send(mail)

    def connect(self) -> SmtpLine:
        """See Mailer. The server's certificate is checked; without STARTTLS offered nothing is sent."""
        try:
            return SmtpLine(self._dial(), self._settings.mail_from)
        except smtplib.SMTPResponseException as error:
            raise MailDelayed(
                f"the mail server does not let us in ({_code(error.smtp_code, error.smtp_error)})"
            ) from None
        except smtplib.SMTPNotSupportedError:
            raise MailDelayed("the mail server offers no STARTTLS or no login; see SMTP_SECURITY, SMTP_USER") from None
        except OSError as error:
            raise MailDelayed(f"the mail server cannot be reached ({type(error).__name__}); see SMTP_HOST") from None

    def _dial(self) -> smtplib.SMTP:
        host, security = self._settings.smtp_host or "", self._settings.smtp_security
        port, own_name = self._settings.smtp_port or PORTS[security], _domain(self._settings.mail_from)
        if security == "tls":
            context = ssl.create_default_context()
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, own_name, timeout=TIMEOUT_SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(host, port, own_name, timeout=TIMEOUT_SECONDS)
        try:
            if security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            if self._settings.smtp_user and self._settings.smtp_password:
                smtp.login(self._settings.smtp_user, self._settings.smtp_password.get_secret_value())
        except BaseException:
            smtp.close()
            raise
        return smtp


class SmtpLine:
    """One connection to the server."""

    def __init__(self, smtp: smtplib.SMTP, sender: str) -> None:
        self._smtp = smtp
        self._sender = sender

    def send(self, mail: Mail) -> None:
        """See Line. Only an answer about this recipient or this mail can be final; a refused sender is our mistake."""
        try:
            self._smtp.sendmail(parseaddr(self._sender)[1], [mail.to], mail.render(self._sender))
        except smtplib.SMTPRecipientsRefused as error:
            raise _failure("recipient", *error.recipients[mail.to]) from None
        except smtplib.SMTPDataError as error:
            raise _failure("mail", error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPSenderRefused as error:
            code = _code(error.smtp_code, error.smtp_error)
            raise MailDelayed(f"the mail server refuses our sender ({code}); see MAIL_FROM") from None
        except OSError as error:
            raise MailDelayed(f"the connection to the mail server broke ({type(error).__name__})") from None

    def close(self) -> None:
        """See Line."""
        with suppress(OSError):
            self._smtp.quit()
        self._smtp.close()


class Outbox:
    """Mail as `.eml` files of a folder, each whole or not there; the same mail again takes its own place."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    def connect(self) -> Outbox:
        """See Mailer."""
        return self

    def send(self, mail: Mail) -> None:
        """See Line."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial = self._folder / f".{mail.digest}.{secrets.token_hex(4)}"
            partial.touch(mode=0o600)
            partial.write_bytes(mail.render(self._sender))
            partial.replace(self._folder / f"{mail.digest}.eml")
        except OSError as error:
            raise MailDelayed(f"the outbox cannot be written ({type(error).__name__}); see LEADLEDGER_HOME") from None

    def close(self) -> None:
        """Nothing is open."""


def _failure(refused: str, code: int, answer: bytes | str) -> MailError:
    """4xx may go later, 5xx never will (RFC 5321 §4.2.1)."""
    told = f"the mail server refuses the {refused} ({_code(code, answer)})"
    return MailRefused(told) if 500 <= code <= 599 else MailDelayed(f"{told} for now")


def _code(code: int, answer: bytes | str) -> str:
    """The numbers of an answer; its words may repeat an address."""
    enhanced = ENHANCED_CODE.match(answer if isinstance(answer, bytes) else answer.encode())
    return f"{code} {enhanced[0].decode()}" if enhanced else str(code)


def _is_whole(line: str) -> bool:
    return line.isascii() and line.isprintable() and len(line) <= LINE_MAX


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2]
