"""The client of one command: as polite as the settings say, and in turn with every other process."""

from __future__ import annotations

from permit_leads.fetch.http import PoliteClient
from permit_leads.outcome import Progress, Request
from permit_leads.settings import Settings
from permit_leads.store import db
from permit_leads.store.host_turns import HostTurns


def polite_client(request: Request, settings: Settings, progress: Progress) -> PoliteClient:
    """A client that keeps the request's delay and takes its turns at hosts in the settings' database.

    Raises:
        DatabaseUnavailable: no database is named.
    """
    token = settings.socrata_app_token
    return PoliteClient(
        contact=settings.contact,
        connect_to=settings.connect_to,
        delay_seconds=request.delay_seconds,
        on_event=progress.event,
        socrata_app_token=token.get_secret_value() if token else None,
        turns=HostTurns(db.database_url(settings)),
    )
