"""The task of webhooks: deliver what is due; a worker that ends leaves the rest to the next."""

from __future__ import annotations

from procrastinate import App, JobContext, RetryStrategy

from leadledger.jobs.schedule import DELIVER_WEBHOOKS
from leadledger.jobs.tasks import Place
from leadledger.outgoing import Sender
from leadledger.settings import ApiSettings
from leadledger.webhooks.delivery import deliver_due

AGAIN = RetryStrategy(max_attempts=5, wait=5)  # the minute's tick would come to it anyway


def add_webhook_tasks(app: App, place: Place, settings: ApiSettings) -> None:
    """Make the task known to the queue."""
    sender = Sender(allow_loopback=settings.outgoing_loopback)

    def deliver_webhooks(context: JobContext, *, timestamp: int = 0) -> None:
        del timestamp
        tally = deliver_due(place.url, sender, context.should_abort)
        for endpoint_id, reason in tally.disabled:
            place.progress.event("webhooks.disabled", level="warning", webhook_endpoint_id=endpoint_id, reason=reason)
        if tally.delivered or tally.put_off or tally.dead:
            level = "warning" if tally.dead else "info"
            counts = {"delivered": tally.delivered, "put_off": tally.put_off, "dead": tally.dead}
            place.progress.event("webhooks.delivered", level=level, **counts)

    app.task(name=DELIVER_WEBHOOKS, pass_context=True, retry=AGAIN)(deliver_webhooks)
