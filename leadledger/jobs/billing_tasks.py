"""The tasks of billing: settle events, compare with Stripe by night, let credits expire, write the mails."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import stripe
from procrastinate import App, RetryStrategy

from leadledger.billing import events, reconciling
from leadledger.billing.gateway import Gateway, make_gateway
from leadledger.billing.letters import send_letter
from leadledger.credits.expiry import expire_credits
from leadledger.errors import AppError
from leadledger.jobs.lanes import PAYMENTS
from leadledger.jobs.schedule import EXPIRE_CREDITS, RECONCILE_BILLING, SWEEP_BILLING
from leadledger.jobs.tasks import Place
from leadledger.mail import MailDelayed, Mailer, MailRefused, make_mailer
from leadledger.settings import ApiSettings
from permit_leads.store import db

APPLY_EVENT, SEND_LETTER = "apply_billing_event", "send_billing_letter"  # also named where the database defers them
LATER = RetryStrategy(max_attempts=48, wait=3_600, retry_exceptions=[MailDelayed])  # two days, hour by hour
AWAY = 3  # so many times in one sweep Stripe did not answer: it is away for all
AGAIN = RetryStrategy(max_attempts=6, exponential_wait=2, retry_exceptions=[AppError, stripe.StripeError])


@dataclass(frozen=True, slots=True)
class Desk:
    """What the tasks work with."""

    place: Place
    gateway: Gateway | None
    mailer: Mailer
    pages: str


def add_billing_tasks(app: App, place: Place, settings: ApiSettings) -> None:
    """Make the tasks known to the queue."""
    desk = Desk(place, make_gateway(settings), make_mailer(settings), settings.frontend_url[0])

    def apply_billing_event(*, event_id: str) -> None:
        if desk.gateway is not None:  # else it waits until billing is set up again
            settle(desk.place, desk.gateway, event_id)

    def send_billing_letter(*, billing_letter_id: int, user_id: str) -> None:
        tell(desk, billing_letter_id, UUID(user_id))

    app.task(name=APPLY_EVENT, queue=PAYMENTS, retry=AGAIN)(apply_billing_event)
    app.task(name=SWEEP_BILLING, queue=PAYMENTS)(lambda **_: sweep(desk))
    app.task(name=RECONCILE_BILLING, queue=PAYMENTS, retry=AGAIN)(lambda **_: compare(desk))
    app.task(name=EXPIRE_CREDITS)(lambda **_: expire(place))
    app.task(name=SEND_LETTER, retry=LATER)(send_billing_letter)


def settle(place: Place, gateway: Gateway, event_id: str) -> str:
    """Settle one event; a failure is kept beside it.

    Raises:
        Unavailable, BillingNotConfigured, stripe.StripeError: not now.
        psycopg.Error, LookupError, TypeError, ValueError …: an object of an unknown shape; a person must look.
    """
    with closing(db.connect(place.url)) as conn:
        try:
            outcome = events.apply_event(conn, gateway, event_id)
            conn.commit()
        except events.FAILURES as error:
            conn.rollback()
            events.note_failure(conn, event_id, error)
            conn.commit()
            reason = events.describe_failure(error)[:200]
            place.progress.event("billing.event_failed", level="warning", event_id=event_id, reason=reason)
            raise
    place.progress.event("billing.event_settled", event_id=event_id, outcome=outcome)
    return outcome


def sweep(desk: Desk) -> None:
    """What the clock brings: letters that became due, and events whose jobs died."""
    with closing(db.connect(desk.place.url)) as conn:
        reconciling.write_letters(conn)
        events.forget(conn)
        overdue = events.list_overdue(conn)
        conn.commit()
    if desk.gateway is None:
        return
    away = 0
    for event_id in overdue:
        try:
            settle(desk.place, desk.gateway, event_id)
        except AppError:
            away += 1
            if away == AWAY:  # each waits for its time limits; the next sweep comes in two minutes
                break
        except events.FAILURES:  # said and kept; the others go on
            continue


def compare(desk: Desk) -> None:
    """The nightly comparison.

    Raises:
        Unavailable, BillingNotConfigured: Stripe cannot be asked.
    """
    if desk.gateway is None:
        return
    with closing(db.connect(desk.place.url)) as conn:
        tally = reconciling.reconcile(conn, desk.gateway)
    level = "warning" if tally.found or tally.open else "info"
    desk.place.progress.event("billing.reconciled", level=level, **tally.counts())


def expire(place: Place) -> None:
    """Take the credits that ended."""
    with closing(db.connect(place.url)) as conn:
        expired = expire_credits(conn, datetime.now(UTC))
    if expired:
        place.progress.event("credits.expired", accounts=len(expired), credits=sum(expired.values()))


def tell(desk: Desk, billing_letter_id: int, user_id: UUID) -> None:
    """Send one letter to one member.

    Raises:
        MailDelayed: not now.
    """
    outcome = "sent"
    try:
        with closing(db.connect(desk.place.url)) as conn:
            if not send_letter(conn, desk.mailer, desk.pages, billing_letter_id, user_id):
                outcome = "not needed any more"
    except MailRefused as refused:
        outcome = str(refused)
    desk.place.progress.event("billing.told", billing_letter_id=billing_letter_id, outcome=outcome)
