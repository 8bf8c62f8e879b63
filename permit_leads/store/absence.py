"""Permits that their publisher no longer lists: a version that says so, never a deletion.

Only a reconcile run, which has the publisher's whole set before it, may conclude that something is gone.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import polars as pl
import psycopg

from permit_leads.errors import SourceChanged
from permit_leads.registry import Dataset
from permit_leads.store.identity import permit_ids
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))

# What these give to a question without a window is all there is; a file may have dropped its oldest rows.
WHOLE_PROTOCOLS = ("socrata", "arcgis", "ckan")
ROLLING_MARGIN = timedelta(days=90)  # rows are dropped by another day than that of issue, and not all at once
ALWAYS_BELIEVED = 10  # so that a small dataset may lose a few


class Absence:
    """What a reconcile run has not met; inside the transaction of its PermitWriter, before that applies."""

    def __init__(self, conn: psycopg.Connection, dataset: Dataset, run_id: UUID) -> None:
        self._conn = conn
        self._dataset = dataset
        self._run_id = run_id
        self._began_at: datetime | None = None
        self._oldest: date | None = None
        conn.execute(QUERIES["create_listed"])

    def note_fetch(self, fetched_at: datetime, recorded_at: datetime) -> None:
        """A page came and was learned: what was known before the first one came can be missed, the last proves it."""
        self._began_at = self._began_at or fetched_at
        self._recorded_at = recorded_at

    def note_listed(self, ids: pl.Series, rejected_keys: pl.Series, oldest: date | None) -> None:
        """Rows of a page: permits, and rows that are listed though we cannot read them."""
        rejected = permit_ids(self._dataset.id, rejected_keys.drop_nulls().unique())
        listed = [*ids, *rejected]
        self._conn.execute(QUERIES["note_listed"], {"permit_ids": f"{{{','.join(listed)}}}"})
        self._oldest = min(filter(None, (self._oldest, oldest)), default=None)

    def withdraw(self) -> int:
        """Write a version that says so of each permit that was not met, close its leads, and stage the events.

        Raises:
            SourceChanged: more are missing than the source file believes at once; nothing is withdrawn.
        """
        if self._began_at is None:
            return 0
        is_whole = self._dataset.protocol in WHOLE_PROTOCOLS and not self._dataset.is_rolling
        if not is_whole and self._oldest is None:
            return 0  # a list without dates cannot show whether it dropped its oldest rows
        scope = {"dataset_id": self._dataset.id, "since": self._began_at}
        self._conn.execute(QUERIES["find_absent"], {**scope, "oldest": None if is_whole else self._oldest_missed()})
        count = self._believed()
        if count:
            self._write()
        return count

    def _oldest_missed(self) -> date | None:
        """The day of issue from which on a permit should be listed."""
        if self._oldest is None or not self._dataset.is_rolling:
            return self._oldest
        return self._oldest + ROLLING_MARGIN

    def _believed(self) -> int:
        found = self._conn.execute(QUERIES["count_absent"], {"dataset_id": self._dataset.id}).fetchone()
        assert found is not None
        absent, listed = int(found[0]), int(found[1])
        limit = self._dataset.withdrawal_limit
        if absent > max(ALWAYS_BELIEVED, limit * listed):
            raise SourceChanged(
                self._dataset.id,
                f"{absent} of {listed} permits are no longer listed ({absent / listed:.1%}), the limit is {limit:.1%}; "
                "nothing was withdrawn or stored: ask the publisher, and raise withdrawal_limit if it is right",
            )
        return absent

    def _write(self) -> None:
        values = {"recorded_at": self._recorded_at, "run_id": self._run_id}
        for name in (
            "link_renumbered",
            "keep_superseded",
            "withdraw_permits",
            "write_versions",
            "keep_superseded_leads",
            "close_leads",
            "stage_withdrawn",
        ):
            self._conn.execute(QUERIES[name], values)
