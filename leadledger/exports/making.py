"""Makes a file: reads in one snapshot as the member who asked, writes beside, and puts it in place when it is whole.

It may be killed at any point. The next try has a number of its own, begins anew, and removes what the one before left;
of two at work at once only the newer can finish.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads
from pydantic import ValidationError

from leadledger.errors import AppError
from leadledger.exports.files import ExportFiles
from leadledger.exports.models import ExportFilter
from leadledger.exports.rows import COLUMNS, PAGE_ROWS, QUERIES, read_pages
from permit_leads.export.columns import Sheet
from permit_leads.export.writers import open_writer
from permit_leads.registry import Dataset
from permit_leads.store import db

SHEET = Sheet("leads", COLUMNS)
MOST_ATTEMPTS = 10
ALL_COLUMNS = {"columns": QUERIES["columns"]}


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where and how files are made; `max_rows` 0 sets no limit."""

    url: str
    files: ExportFiles
    folder: Path
    registry: Mapping[str, Dataset]
    max_rows: int = 0
    keep_days: int = 7
    page_rows: int = PAGE_ROWS


class ExportStopped(Exception):
    """It was cancelled, or a newer try is at work; there is nothing more to do."""


class ExportRefused(Exception):
    """It cannot be made as it was asked for; the reason is for whoever asked."""


def file_name(export: Mapping[str, Any]) -> str:
    """The name a browser saves the file under."""
    return f"leads-{export['as_of_date']}-{str(export['export_id'])[:8]}.{export['format']}"


def stored_name(export: Mapping[str, Any]) -> str:
    """The name among the files of the export: each try writes its own."""
    return f"{export['attempt']}.{export['format']}"


def make_export(shop: Workshop, export_id: UUID, look_up: Callable[[], None] = lambda: None) -> int | None:
    """Make the file of an export; rows written, or None when there is nothing to do or it was refused.

    `look_up` is called after every page and may raise to end the work.

    Raises:
        psycopg.OperationalError: the database is away; try again.
        OSError: the file cannot be written; try again.
    """
    with closing(db.connect(shop.url)) as desk:
        export = _begin(desk, export_id)
        if export is None:
            return None
        try:
            return _make(shop, desk, export, look_up)
        except ExportStopped:
            return None
        except ExportRefused as refused:
            _change(desk, "fail", export, reason=str(refused))
            return None


def _begin(desk: psycopg.Connection, export_id: UUID) -> dict[str, Any] | None:
    with desk.cursor(row_factory=dict_row) as rows:
        export = rows.execute(QUERIES["begin"].format(**ALL_COLUMNS), {"export_id": export_id}).fetchone()
    desk.commit()
    return export


def _make(shop: Workshop, desk: psycopg.Connection, export: dict[str, Any], look_up: Callable[[], None]) -> int:
    if export["attempt"] > MOST_ATTEMPTS:
        raise ExportRefused(f"it was begun {MOST_ATTEMPTS} times and never came to its end; narrow the filter")
    _remove_files(shop, export, older_than=export["attempt"])
    with _folder_of(shop, export) as folder:
        path = folder / stored_name(export)
        row_count = _write(shop, desk, export, path, look_up)
        sha256 = _hash(path)
        shop.files.keep(path, export["account_id"], export["export_id"], path.name)
        made = {"row_count": row_count, "byte_count": path.stat().st_size, "sha256": sha256}
    try:
        _require(_change(desk, "finish", export, keep_days=shop.keep_days, **made))
    except ExportStopped:
        shop.files.remove(export["account_id"], export["export_id"], path.name)
        raise
    return row_count


def _write(
    shop: Workshop, desk: psycopg.Connection, export: dict[str, Any], path: Path, look_up: Callable[[], None]
) -> int:
    """Rows written; progress is told after each page, and a cancelled export ends there."""
    row_count = 0
    with _reading_as_member(shop, export) as conn, open_writer(path, SHEET, export["format"], is_private=True) as write:
        for page in read_pages(conn, _read_filter(export), export["as_of_date"], shop.registry, shop.page_rows):
            for row in page.rows:
                write(row)
            row_count += len(page.rows)
            if shop.max_rows and row_count > shop.max_rows:
                raise ExportRefused(
                    f"more than {shop.max_rows} leads fit, the most one file may have; narrow the filter"
                )
            estimate = {"estimated_count": max(page.total, row_count), "is_estimate_exact": page.is_total_exact}
            _require(_change(desk, "note_progress", export, row_count=row_count, **estimate))
            look_up()
    return row_count


def _read_filter(export: Mapping[str, Any]) -> ExportFilter:
    try:
        return ExportFilter.model_validate(export["filter"])
    except (ValidationError, AppError) as error:
        said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error.message
        raise ExportRefused(f"its filter is no longer one the search takes ({said}); ask for it again") from None


@contextmanager
def _reading_as_member(shop: Workshop, export: Mapping[str, Any]) -> Iterator[psycopg.Connection]:
    """One snapshot, in which grants and row-level security are those of the member who asked."""
    claims = {"sub": str(export["requested_by"]), "role": "authenticated", "account_id": str(export["account_id"])}
    with closing(db.connect(shop.url)) as conn:
        set_json_loads(orjson.loads, conn)
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        conn.read_only = True
        with conn.transaction():
            conn.execute(QUERIES["act_for_member"], {"claims": orjson.dumps(claims).decode()})
            if conn.execute(QUERIES["may_export"], {"account_id": export["account_id"]}).fetchone() != (True,):
                raise ExportRefused("whoever asked for it may no longer export for this account")
            yield conn


def _remove_files(shop: Workshop, export: Mapping[str, Any], older_than: int) -> None:
    """What earlier tries put in place and could not finish; a newer one's is not ours to touch."""
    place = export["account_id"], export["export_id"]
    for name in shop.files.names(*place):
        if int(name.partition(".")[0]) < older_than:
            shop.files.remove(*place, name)


@contextmanager
def _folder_of(shop: Workshop, export: Mapping[str, Any]) -> Iterator[Path]:
    """A folder for this try alone; what earlier tries left on this machine goes."""
    for left in shop.folder.glob(f"{export['export_id']}.*"):
        if int(left.name.rpartition(".")[2]) < export["attempt"]:
            shutil.rmtree(left, ignore_errors=True)
    folder = shop.folder / f"{export['export_id']}.{export['attempt']}"
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _change(desk: psycopg.Connection, statement: str, export: Mapping[str, Any], **values: object) -> bool:
    about = {"export_id": export["export_id"], "attempt": export["attempt"], **values}
    changed = desk.execute(QUERIES[statement], about).rowcount
    desk.commit()
    return changed == 1


def _require(is_ours: bool) -> None:
    if not is_ours:
        raise ExportStopped


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
