"""Who must not appear, as the API asks the database for it where it reads archived bytes."""

from __future__ import annotations

from pathlib import Path

from psycopg.rows import class_row

from leadledger.database import Database
from permit_leads.store.queries import load_queries
from permit_leads.suppress import Redactor, Suppression

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


class SuppressionBook:
    """The suppressions in force, asked anew each time: a grant counts at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def redactor(self) -> Redactor:
        """What takes them out of texts.

        Raises:
            Unavailable: the database does not answer; then nothing may be shown either.
        """
        with (
            self._database.acting_as("leadledger_api") as conn,
            conn.cursor(row_factory=class_row(Suppression)) as rows,
        ):
            return Redactor(rows.execute(QUERIES["read_terms"]).fetchall())
