"""Ways out of the product: each hands one message over, or says whether to try again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from standardwebhooks import Webhook

from leadledger.alerts import letters
from leadledger.alerts.letters import Letter, Links
from leadledger.alerts.news import News
from leadledger.alerts.outcome import NotEver, NotNow
from leadledger.alerts.texts import Texter
from leadledger.mail import Line, Mail, MailDelayed, Mailer, MailRefused
from leadledger.outgoing import AddressRefused, Sender, SendFailed

GONE = 410


@dataclass(frozen=True, slots=True)
class Ways:
    """What this process can send by."""

    mailer: Mailer
    sender: Sender
    texter: Texter | None
    links: Links


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message: for whom, which one it is, and what it tells; no news asks for consent."""

    delivery_id: UUID
    alert_id: UUID
    saved_search_id: UUID
    channel: str
    target: str
    link_token: str
    webhook_secret: str | None
    news: News | None


class Outlet:
    """Sends parcels one after another; keeps one line to the mail server for as long as it holds."""

    def __init__(self, ways: Ways) -> None:
        self._ways = ways
        self._line: Line | None = None
        self._refusal: str | None = None

    def send(self, parcel: Parcel) -> None:
        """Hand one parcel over.

        Raises:
            NotNow: it may be taken later.
            NotEver: it never will be.
            Unknown: it may have been taken.
        """
        if parcel.channel == "email":
            self._mail(parcel)
        elif parcel.channel == "sms":
            self._text(parcel)
        else:
            self._post(parcel)

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _mail(self, parcel: Parcel) -> None:
        letter = self._write(parcel)
        headers = {
            "List-Unsubscribe": f"<{self._ways.links.unsubscribe(parcel.link_token)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        }
        try:
            mail = Mail(
                key=f"alert delivery {parcel.delivery_id}",
                to=parcel.target,
                subject=letter.subject,
                text=letter.text,
                html=letter.html,
                headers=headers,
            )
            self._dial().send(mail)
        except MailDelayed as error:
            self.close()
            raise NotNow(str(error)) from None
        except MailRefused as error:
            raise NotEver(str(error)) from None

    def _write(self, parcel: Parcel) -> Letter:
        links = self._ways.links
        if parcel.news is None:
            return letters.write_consent_letter(links, parcel.link_token)
        return letters.write_letter(parcel.news, links, parcel.link_token)

    def _dial(self) -> Line:
        """The open line; a server that did not answer once is not asked again by this outlet."""
        if self._refusal is not None:
            raise MailDelayed(self._refusal)
        if self._line is None:
            try:
                self._line = self._ways.mailer.connect()
            except MailDelayed as error:
                self._refusal = str(error)
                raise
        return self._line

    def _text(self, parcel: Parcel) -> None:
        if self._ways.texter is None:
            raise NotEver("texts are not set up here; see TWILIO_ACCOUNT_SID")
        links = self._ways.links
        if parcel.news is None:
            text = letters.write_consent_text(links, parcel.link_token)
        else:
            text = letters.write_text(parcel.news, links)
        self._ways.texter.send(parcel.target, text)

    def _post(self, parcel: Parcel) -> None:
        """Signed as Standard Webhooks say; the id is the delivery's, also when it is sent again."""
        assert parcel.news is not None  # a webhook needs no consent
        assert parcel.webhook_secret is not None
        now = datetime.now(UTC)
        about = {"alert_id": str(parcel.alert_id), "saved_search_id": str(parcel.saved_search_id)}
        about["saved_search_name"] = parcel.news.search_name
        body = json.dumps(
            letters.write_event(parcel.news, self._ways.links, about, now.isoformat()), ensure_ascii=False
        )
        headers = {
            "Content-Type": "application/json",
            "webhook-id": str(parcel.delivery_id),
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(parcel.webhook_secret).sign(str(parcel.delivery_id), now, body),
        }
        try:
            answer = self._ways.sender.post(parcel.target, body.encode(), headers)
        except AddressRefused as error:
            raise NotEver(str(error)) from None
        except SendFailed as error:
            raise NotNow(str(error)) from None
        if answer.status == GONE:
            raise NotEver("the receiver answers 410: it wants no more")
        if not answer.is_success:
            raise NotNow(f"the receiver answers {answer.status}")


@contextmanager
def open_outlet(ways: Ways) -> Iterator[Outlet]:
    """An outlet for some parcels."""
    outlet = Outlet(ways)
    try:
        yield outlet
    finally:
        outlet.close()
