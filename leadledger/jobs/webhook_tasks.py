"""The tasks of webhooks: deliver what is due, and tell the account of an endpoint that was stopped."""

from __future__ import annotations

from contextlib import closing
from uuid import UUID

from procrastinate import App, JobContext, RetryStrategy

from leadledger.jobs.schedule import DELIVER_WEBHOOKS
from leadledger.jobs.tasks import Place
from leadledger.mail import MailDelayed, MailRefused, make_mailer
from leadledger.outgoing import Sender
from leadledger.settings import ApiSettings
from leadledger.webhooks.delivery import deliver_due
from leadledger.webhooks.notices import tell_of_disabled
from permit_leads.store import db

TELL_OF_DISABLED = "tell_of_disabled_webhook"  # also named by the trigger that defers it
LATER = RetryStrategy(max_attempts=48, wait=3_600, retry_exceptions=[MailDelayed])  # two days, hour by hour
AGAIN = RetryStrategy(max_attempts=5, wait=5)  # the minute's tick would come to it anyway


def add_webhook_tasks(app: App, place: Place, settings: ApiSettings) -> None:
    """Make the tasks known to the queue."""
    sender = Sender(allow_loopback=settings.outgoing_loopback)
    mailer = make_mailer(settings)

    def deliver_webhooks(context: JobContext, *, timestamp: int = 0) -> None:
        del timestamp
        tally = deliver_due(place.url, sender, context.should_abort)
        for endpoint_id, reason in tally.disabled:
            place.progress.event("webhooks.disabled", level="warning", webhook_endpoint_id=endpoint_id, reason=reason)
        if tally.delivered or tally.put_off or tally.dead:
            level = "warning" if tally.dead else "info"
            counts = {"delivered": tally.delivered, "put_off": tally.put_off, "dead": tally.dead}
            place.progress.event("webhooks.delivered", level=level, **counts)

    def tell_of_disabled_webhook(*, webhook_endpoint_id: str, user_id: str) -> None:
        outcome = "sent"
        try:
            with closing(db.connect(place.url)) as conn:
                if not tell_of_disabled(conn, mailer, UUID(webhook_endpoint_id), UUID(user_id)):
                    outcome = "not needed any more"
        except MailRefused as refused:
            outcome = str(refused)
        place.progress.event("webhooks.told", webhook_endpoint_id=webhook_endpoint_id, outcome=outcome)

    app.task(name=TELL_OF_DISABLED, retry=LATER)(tell_of_disabled_webhook)
    app.task(name=DELIVER_WEBHOOKS, pass_context=True, retry=AGAIN)(deliver_webhooks)
