"""Exports as members see them: ask for one, look how far it is, end it, fetch its file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from leadledger.acting import Acting
from leadledger.errors import AppError, NotFound
from leadledger.exports.making import file_name
from leadledger.exports.models import PAGING, Export, ExportFilter, ExportQuery, NewExport
from leadledger.exports.rows import QUERIES
from leadledger.leads.asked_places import settle_places
from leadledger.time_cursor import cut_page, read_cursor

COLUMNS = {"columns": QUERIES["columns"]}


class TooManyExports(AppError):
    """Others are waiting."""

    status = 409
    code = "too_many_exports"


class ExportNotReady(AppError):
    """There is no file yet, or it will never be."""

    status = 409
    code = "export_not_ready"


class ExportOver(AppError):
    """There is nothing left to end."""

    status = 409
    code = "export_over"


def ask_for_export(acting: Acting, wanted: NewExport) -> dict[str, object]:
    """The export, queued; its job is put into the queue by the same transaction.

    Raises:
        TooManyExports: ten of the account are not finished.
        InvalidParameter: no place, or more than one, goes by the name asked for.
        NotFound: there is no such territory.
    """
    places_known = ExportFilter.model_validate(
        settle_places(acting.conn, wanted.filter).model_dump(exclude=set(PAGING))
    )
    about = {"account_id": acting.account_id, "format": wanted.format, "filter": Jsonb(places_known.as_stored())}
    with acting.conn.cursor(row_factory=dict_row) as rows:
        try:
            asked = rows.execute(QUERIES["ask"].format(**COLUMNS), about).fetchone()
        except psycopg.errors.CheckViolation as refused:
            message = f"{refused.diag.message_primary}; wait for one of them, or cancel it"
            raise TooManyExports(message) from None
    assert asked is not None  # row-level security would have raised
    return describe(asked)


def list_exports(acting: Acting, asked: ExportQuery) -> dict[str, object]:
    """Exports of the account, newest first."""
    question = {"list": "exports"}
    cursor = read_cursor(asked.cursor, question)
    wanted = {
        "account_id": acting.account_id,
        "before_at": cursor and cursor.at,
        "before_id": cursor and cursor.row_id,
        "limit": asked.limit + 1,
    }
    with acting.conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES["list"].format(**COLUMNS), wanted).fetchall()
    page, next_cursor = cut_page(found, asked.limit, "created_at", "export_id", question)
    return {"items": [describe(one) for one in page], "next_cursor": next_cursor}


def find_export(acting: Acting, export_id: UUID) -> dict[str, Any]:
    """An export of the account, with all we know of it.

    Raises:
        NotFound: the account has no such export.
    """
    about = {"account_id": acting.account_id, "export_id": export_id}
    with acting.conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES["find"].format(**COLUMNS), about).fetchone()
    if found is None:
        raise NotFound(f"there is no export {export_id} in this account")
    return found


def find_file(acting: Acting, export_id: UUID) -> dict[str, Any]:
    """A finished export, whose file the caller takes with him; that is noted.

    Raises:
        NotFound: the account has no such export, or its file was removed.
        ExportNotReady: there is no file.
    """
    export = find_export(acting, export_id)
    if export["state"] == "expired":
        raise NotFound("the file of this export was removed; ask for a new one")
    if export["state"] != "done":
        raise ExportNotReady(f"the export is {export['state']}; only a done one has a file")
    acting.conn.execute(QUERIES["note_download"], {"export_id": export_id})
    return export


def end_export(acting: Acting, export_id: UUID) -> None:
    """Cancel what is not finished, or give away the file of what is.

    Raises:
        NotFound: the account has no such export.
        ExportOver: it is neither.
    """
    about = {"account_id": acting.account_id, "export_id": export_id}
    for statement in ("end_running", "end_done"):
        if acting.conn.execute(QUERIES[statement], about).fetchone() is not None:
            return
    state = find_export(acting, export_id)["state"]
    raise ExportOver(f"the export is {state}; there is nothing to cancel or to remove")


def describe(export: Mapping[str, Any]) -> dict[str, object]:
    """A row as Export."""
    return {name: file_name(export) if name == "file_name" else export[name] for name in Export.model_fields}
