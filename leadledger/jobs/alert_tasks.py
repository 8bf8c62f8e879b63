"""The tasks of alerts: match what happened, deliver what is due, forget what is long told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

from procrastinate import App, JobContext, RetryStrategy

from leadledger.alerts.channels import Ways
from leadledger.alerts.delivery import QUERIES, deliver_due
from leadledger.alerts.letters import Links
from leadledger.alerts.matching import match_all
from leadledger.alerts.texts import make_texter
from leadledger.jobs.schedule import DELIVER_ALERTS, FORGET_ALERTS, MATCH_ALERTS
from leadledger.jobs.tasks import Place
from leadledger.mail import make_mailer
from leadledger.outgoing import Sender
from leadledger.settings import ApiSettings
from permit_leads.store import db

AGAIN = RetryStrategy(max_attempts=5, wait=5)  # the minute's tick would come to it anyway


def add_alert_tasks(app: App, place: Place, settings: ApiSettings) -> None:
    """Make the tasks known to the queue."""
    ways = open_ways(settings)

    def match_alerts(*, timestamp: int = 0) -> None:
        del timestamp
        match(place)

    def deliver_alerts(context: JobContext, *, timestamp: int = 0) -> None:
        del timestamp
        deliver(place, ways, context.should_abort)

    def forget_alerts(*, timestamp: int) -> None:
        del timestamp
        with closing(db.connect(place.url)) as conn, conn.transaction():
            conn.execute(QUERIES["forget"])

    app.task(name=MATCH_ALERTS, retry=AGAIN)(match_alerts)
    app.task(name=DELIVER_ALERTS, pass_context=True, retry=AGAIN)(deliver_alerts)
    app.task(name=FORGET_ALERTS)(forget_alerts)


def match(place: Place) -> None:
    """Match all events that were not; deliveries follow from the rows."""
    with closing(db.connect(place.url)) as conn:
        count = match_all(conn, datetime.now(UTC))
    if count:
        place.progress.event("alerts.matched", matches=count)


def deliver(place: Place, ways: Ways, is_over: Callable[[], bool]) -> None:
    """Deliver all that is due now; a worker that ends leaves the rest to the next."""
    tally = deliver_due(place.url, ways, is_over)
    if tally.sent or tally.put_off or tally.dead or tally.empty:
        place.progress.event(
            "alerts.delivered",
            level="warning" if tally.dead else "info",
            sent=tally.sent,
            put_off=tally.put_off,
            dead=tally.dead,
            empty=tally.empty,
        )


def open_ways(settings: ApiSettings) -> Ways:
    """What these settings let us send by."""
    links = Links(web=settings.frontend_url[0], api=settings.backend_url)
    sender = Sender(allow_loopback=settings.outgoing_loopback)
    return Ways(make_mailer(settings), sender, make_texter(settings), links)
