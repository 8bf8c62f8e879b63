"""Texts to telephones by Twilio's REST API, and how short they are.

Twilio answers STOP, UNSUBSCRIBE and HELP itself, and refuses what is sent to that number from then on with 21610.
Source: https://www.twilio.com/docs/messaging/api/message-resource and /docs/api/errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from leadledger.alert_settings import AlertSettings
from leadledger.alerts.outcome import NotEver, NotNow, Unknown, Unsubscribed

TIMEOUT_SECONDS = 10.0
TOO_MANY = 429
STOPPED = 21610


@dataclass(frozen=True, slots=True)
class Texter:
    """Sends texts from one number."""

    client: httpx.Client
    account_sid: str
    sender: str

    def send(self, to: str, body: str) -> None:
        """Hand one text over.

        Raises:
            NotNow: Twilio cannot be reached or is busy.
            NotEver: Twilio refuses this number or this text.
            Unsubscribed: the recipient answered STOP.
            Unknown: Twilio did not answer; it has no key by which a second try would be known as the first.
        """
        origin = "MessagingServiceSid" if self.sender.startswith("MG") else "From"
        form = {"To": to, origin: self.sender, "Body": body}
        try:
            answer = self.client.post(f"/2010-04-01/Accounts/{self.account_sid}/Messages.json", data=form)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotNow(f"Twilio cannot be reached ({type(error).__name__})") from None
        except httpx.HTTPError as error:
            raise Unknown(f"Twilio gave no answer ({type(error).__name__}); the text may have gone") from None
        if not answer.is_success:
            raise _failure(answer)


def make_texter(settings: AlertSettings) -> Texter | None:
    """None where texts are not set up."""
    sid, token, sender = settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_from
    if sid is None or token is None or sender is None:
        return None
    client = httpx.Client(
        base_url=settings.twilio_url, auth=(sid, token.get_secret_value()), timeout=TIMEOUT_SECONDS, trust_env=False
    )
    return Texter(client, sid, sender)


def _failure(answer: httpx.Response) -> Exception:
    """5xx and 429 may go later; all else is about this number, this text, or our account."""
    code = _code(answer)
    told = f"Twilio answers {answer.status_code}" + (f", error {code}" if code else "")
    if answer.status_code == TOO_MANY or answer.status_code >= 500 or answer.status_code in (401, 403):
        return NotNow(told)
    return Unsubscribed(f"{told}: the recipient answered STOP") if code == STOPPED else NotEver(told)


def _code(answer: httpx.Response) -> int | None:
    try:
        body: Any = answer.json()
    except ValueError:
        return None
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) else None
