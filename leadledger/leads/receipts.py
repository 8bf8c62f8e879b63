"""Receipts: the raw cells behind each value, read from the archived page by the very function the ETL used."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import polars as pl
import structlog

from leadledger.errors import Unavailable
from leadledger.leads.disclosure import GRANTED, PLACE, disclose_rows, show_raw, with_place
from permit_leads.archive import Archive, ArchiveCorrupt
from permit_leads.errors import SourceError
from permit_leads.fetch import read_rows
from permit_leads.normalize.receipts import receipt_columns, receipt_rule
from permit_leads.permit import Field
from permit_leads.registry import Dataset
from permit_leads.suppress import MARK, POINT, WHEREABOUTS, Redactor

UNREADABLE = "archived page cannot be read"
KEPT_PAGES = 8  # pages of at most 10,000 rows, some 10 MB each
Cells = Mapping[str, str | None]
log = structlog.get_logger()


class PageUnreadable(Exception):
    """The archived page is gone, damaged, or not what its dataset publishes now."""


class ReceiptReader:
    """Reads archived pages and keeps the last few parsed; safe to share between threads."""

    def __init__(
        self,
        archive: Archive,
        registry: Mapping[str, Dataset],
        redactor: Callable[[], Redactor] = lambda: Redactor(()),
    ) -> None:
        self._archive = archive
        self._registry = registry
        self._redactor = redactor
        self._lock = threading.Lock()
        self._pages: OrderedDict[str, pl.DataFrame] = OrderedDict()

    def read_receipts(self, permit: Mapping[str, Any], page: Mapping[str, Any] | None) -> dict[str, object]:
        """Receipts of one permit, as its row and the record of its page say."""
        dataset = self._registry.get(permit["dataset_id"])
        cells: Cells = {}
        problem = None
        try:
            cells = self._read_cells(dataset, page, permit["page_row"])
        except PageUnreadable:
            problem = UNREADABLE
        redactor = self._redactor()
        if not redactor.is_idle:
            is_home = permit["original_address1"] == MARK
            cells = redactor.redact_cells(cells, is_at_home=is_home)
        return {
            "page": None if page is None else _describe_page(page, permit["page_row"]),
            "fields": [_describe_field(dataset, field, permit, cells) for field in GRANTED],
            "problem": problem,
        }

    def read_page(self, page: Mapping[str, Any]) -> tuple[bytes, int]:
        """All records of a page as JSON lines, only with columns that may be shown; how many columns stay closed.

        Raises:
            Unavailable: the page cannot be read.
        """
        dataset = self._registry.get(page["dataset_id"])
        try:
            rows = self._rows(_known(dataset), page)
            shown, closed_count = disclose_rows(_known(dataset), rows)
        except PageUnreadable:
            raise Unavailable(f"the {UNREADABLE}; its values and its sha-256 still stand") from None
        redactor = self._redactor()
        if not redactor.is_idle:
            shown = shown.filter(~redactor.tells_a_home(with_place(_known(dataset), rows), *PLACE))
            shown = redactor.redact_columns(shown, [name for name, kind in shown.schema.items() if kind == pl.String])
        return shown.write_ndjson().encode(), closed_count

    def _read_cells(self, dataset: Dataset | None, page: Mapping[str, Any] | None, page_row: int) -> Cells:
        if page is None:
            raise PageUnreadable("no run recorded the page")
        rows = self._rows(_known(dataset), page)
        if page_row >= rows.height:
            raise PageUnreadable(f"the page has {rows.height} rows, not one at {page_row}")
        return rows.row(page_row, named=True)

    def _rows(self, dataset: Dataset, page: Mapping[str, Any]) -> pl.DataFrame:
        """The page's records, parsed at most once while it is kept."""
        page_sha256: str = page["page_sha256"]
        with self._lock:
            if page_sha256 in self._pages:
                self._pages.move_to_end(page_sha256)
                return self._pages[page_sha256]
        rows = self._parse(dataset, page_sha256, page["media_type"])
        with self._lock:
            self._pages[page_sha256] = rows
            while len(self._pages) > KEPT_PAGES:
                self._pages.popitem(last=False)
        return rows

    def _parse(self, dataset: Dataset, page_sha256: str, media_type: str) -> pl.DataFrame:
        try:
            return read_rows(dataset, self._archive.read_body(page_sha256), media_type)
        except (ArchiveCorrupt, SourceError, OSError) as error:
            log.warning("receipt.page_unreadable", page_sha256=page_sha256, reason=str(error))
            raise PageUnreadable(str(error)) from None


def _known(dataset: Dataset | None) -> Dataset:
    if dataset is None:
        raise PageUnreadable("the registry no longer has the dataset")
    return dataset


def _describe_page(page: Mapping[str, Any], page_row: int) -> dict[str, object]:
    return {**{name: value for name, value in page.items() if name != "dataset_id"}, "page_row": page_row}


def _describe_field(
    dataset: Dataset | None, field: Field, permit: Mapping[str, Any], cells: Cells
) -> dict[str, object]:
    """One field's receipt; without the dataset only its value."""
    value = _as_text(permit[field.name])
    columns = receipt_columns(dataset, field.name) if dataset else []
    raw = {name: cells.get(name) for name in columns} if cells else {}
    if permit["original_address1"] == MARK and field.name in (*WHEREABOUTS, *POINT):
        raw = dict.fromkeys(raw)
    shown = {name: show_raw(dataset, field.name, text, value) for name, text in raw.items()} if dataset else {}
    rule = dataset.rule_of(field.name) if dataset else None
    return {
        "field": field.name,
        "label": field.comment,
        "value": value,
        "columns": columns,
        "raw_values": shown,
        "withheld_columns": [name for name, text in raw.items() if text is not None and shown[name] is None],
        "parse": rule.parse if rule else None,
        "rule": receipt_rule(dataset, field.name) if dataset else None,
    }


def _as_text(value: object) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date) else str(value)
