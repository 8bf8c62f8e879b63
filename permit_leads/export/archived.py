"""The day's archive file: every permit version learned on one day, whole, so that scripts/restore_from_csv.py can put
it back.

Unlike the files of a window it names persons, because a version without them would not be the version: keep it where
backups are kept. Only its owner may read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import psycopg
from psycopg import sql

from permit_leads.errors import PermitLeadsError
from permit_leads.export import ROWS_AT_ONCE, ExportedFile
from permit_leads.export.cells import Cell
from permit_leads.export.columns import Sheet, columns_of
from permit_leads.export.writers import open_writer
from permit_leads.permit import FIELDS
from permit_leads.store.queries import load_queries
from permit_leads.window import Instants

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
ARCHIVE_VERSION = 1
IDENTITY = (
    *("archive_version", "dataset_id", "permit_id", "permit_key", "version", "recorded_at", "first_recorded_at"),
    *("content_hash", "withdrawn_reason", "page_sha256", "page_row"),
)
PAGE = (
    *(
        "page_url",
        "page_method",
        "page_status",
        "page_media_type",
        "page_fetched_at",
        "page_byte_count",
        "page_row_count",
    ),
    "simulated_note",
)
OF_NEWEST = ("trades", "is_searchable", "leads", "former_leads")
COLUMNS = (*IDENTITY, *PAGE, *(field.name for field in FIELDS), *OF_NEWEST)


class VersionLost(PermitLeadsError):
    """A version is recorded, but its values are nowhere: the database is damaged, and an archive of it would lie."""


def archive_name(day: date) -> str:
    """The name of a day's file."""
    return f"archived_permits_{day:%Y%m%d}.csv"


def archive_day(
    conn: psycopg.Connection, path: Path, instants: Instants, sources: Sequence[str] | None = None
) -> ExportedFile:
    """Write what was learned between two instants (both included) of all sources, or of some; rows in a stable order.

    Raises:
        VersionLost: nothing is written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fields = sql.SQL(",\n").join(QUERIES["field"].format(name=sql.Identifier(field.name)) for field in FIELDS)
    wanted = {"since": instants.since, "until": instants.until, "sources": sources and list(sources)}
    with conn.transaction(), conn.cursor(name="archive_day") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(QUERIES["versions"].format(fields=fields), wanted)
        columns = columns_of((column.name, column.type_code) for column in cursor.description or ())
        assert tuple(column.name for column in columns) == COLUMNS
        row_count = 0
        with open_writer(path, Sheet("permits", columns), "csv", is_private=True) as write:
            for row in checked(cursor):
                write([kept(cell) for cell in row])
                row_count += 1
    return ExportedFile(path, row_count)


def checked(rows: Iterator[tuple[Cell, ...]]) -> Iterator[tuple[Cell, ...]]:
    """The rows, each with the permit number that every version has."""
    position = COLUMNS.index("permit_num")
    for row in rows:
        if row[position] is None:
            name, version = row[COLUMNS.index("permit_id")], row[COLUMNS.index("version")]
            raise VersionLost(f"version {version} of permit {name} has no values in the database; restore a backup")
        yield row


def kept(cell: Cell) -> Cell:
    """The cell, with one more quote where it is nothing but quotes: so "" stays apart from null in any CSV reader."""
    return f"'{cell}" if isinstance(cell, str) and not cell.strip("'") else cell
