"""The mails of an outbox as text; those that tell of somebody who asked to be forgotten are removed."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from leadledger.mail import outbox_folder
from permit_leads.suppress import Redactor


def forget_mails(home: Path, redactor: Redactor) -> int:
    """Remove the mails whose subject or text names a suppressed person or street; how many went.

    They went nowhere: only the operator of this machine could have read them.
    """
    folder = outbox_folder(home)
    telling = [path for path in folder.glob("*.eml") if _tells(path, redactor)] if folder.is_dir() else []
    for path in telling:
        path.unlink(missing_ok=True)
    return len(telling)


def _tells(path: Path, redactor: Redactor) -> bool:
    try:
        text = _text_of(message_from_bytes(path.read_bytes(), policy=policy.default))
    except FileNotFoundError:
        return False
    return redactor.redact_text(text, is_at_home=True) != text


def _text_of(mail: EmailMessage) -> str:
    parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([str(mail["subject"] or ""), *parts])
