"""The tasks of refunds: credit what the records prove, woken by what happens, and by night from the beginning."""

from __future__ import annotations

from contextlib import closing

from procrastinate import App, RetryStrategy

from leadledger.jobs.queue import QUERIES
from leadledger.jobs.schedule import CREDIT_REFUNDS, REVIEW_REFUNDS
from leadledger.jobs.tasks import Place
from leadledger.refunds.crediting import credit_proved
from permit_leads.store import db

AGAIN = RetryStrategy(max_attempts=5, wait=5)  # the minute's tick would come to it anyway


def add_refund_tasks(app: App, place: Place) -> None:
    """Make the tasks known to the queue."""

    def credit_refunds(*, timestamp: int = 0) -> None:
        del timestamp
        credit(place, is_whole=False)

    def review_refunds(*, timestamp: int) -> None:
        del timestamp
        credit(place, is_whole=True)

    app.task(name=CREDIT_REFUNDS, retry=AGAIN)(credit_refunds)
    app.task(name=REVIEW_REFUNDS, retry=AGAIN)(review_refunds)


def credit(place: Place, *, is_whole: bool) -> None:
    """One pass, instead of all that wait for one now."""
    with closing(db.connect(place.url)) as conn:
        conn.execute(QUERIES["take_up_waiting"], {"task": CREDIT_REFUNDS})
        conn.commit()
        credited = credit_proved(conn, is_whole=is_whole)
    if credited:
        place.progress.event("refunds.credited", count=credited.total(), **credited)
