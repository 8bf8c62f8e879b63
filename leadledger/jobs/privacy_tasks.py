"""Suppressions in the queue: a grant and a run that did not know of it both put the cleaning here."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from procrastinate import App

from leadledger.jobs.schedule import REMIND
from leadledger.jobs.tasks import Place
from leadledger.outbox_files import forget_mails
from leadledger.privacy.requests import QUERIES
from leadledger.sandbox.hiding import hide_suppressed
from permit_leads.errors import DatabaseUnavailable
from permit_leads.store import db, suppressions
from permit_leads.suppress import Redactor

APPLY = "apply_suppressions"


def add_privacy_tasks(app: App, place: Place, sandbox_url: str, home: Path) -> None:
    """Make the tasks known to the queue; `home` is where the outbox lies, if there is one."""

    def apply_suppressions() -> None:
        with closing(db.connect(place.url)) as conn:
            cleaned = suppressions.clean_pending(conn)
            forget_mails(home, Redactor(suppressions.read_suppressions(conn)))
        if cleaned is not None:
            counts = {"permits": cleaned.permits, "versions": cleaned.versions, "leads": cleaned.leads}
            place.progress.event("privacy.cleaned", **counts)
        try:
            hide_suppressed(place.url, sandbox_url)
        except DatabaseUnavailable as reason:  # not built here, or away: it learns of them when it is looked for next
            place.progress.event("privacy.sandbox_not_reached", level="warning", reason=str(reason))

    def remind_of_privacy(*, timestamp: int) -> None:
        del timestamp
        with closing(db.connect(place.url)) as conn:
            urgent = conn.execute(QUERIES["count_overdue"]).fetchone()
            conn.execute(QUERIES["forget_decided"])
            conn.commit()
        if urgent and urgent[0]:
            advice = "python -m leadledger privacy list"
            place.progress.event("privacy.due", level="error", requests=urgent[0], advice=advice)

    app.task(name=APPLY)(apply_suppressions)
    app.task(name=REMIND)(remind_of_privacy)
