"""Who must appear nowhere does not appear in the sample either."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from leadledger.modes import SAMPLE_INSTANT
from permit_leads.store import db, suppressions
from permit_leads.store.queries import load_queries
from permit_leads.store.suppressions import Cleaned

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


def hide_suppressed(live_url: str, sandbox_url: str) -> Cleaned | None:
    """Put the live store's suppressions in force in the sandbox, and clean its rows; None: nothing was new to it.

    Raises:
        DatabaseUnavailable: one of the two does not answer, or the sandbox was not built.
    """
    with closing(db.connect(live_url)) as live:
        granted = suppressions.read_suppressions(live)
    if not granted:
        return None
    with closing(db.connect(sandbox_url)) as sandbox:
        sandbox.execute(QUERIES["open_for_writing"])
        sandbox.commit()  # from the next transaction on
        for one in granted:
            suppressions.add(sandbox, one, SAMPLE_INSTANT)
        return suppressions.clean_pending(sandbox)
