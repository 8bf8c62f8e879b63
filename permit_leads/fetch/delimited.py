"""CSV files as publishers write them: any line end, with or without a header, in the encoding the source file names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import polars as pl

from permit_leads.errors import SourceChanged
from permit_leads.fetch.download import download
from permit_leads.fetch.encodings import decoded
from permit_leads.fetch.grid import Row, frame_of_grid, header_position, plain
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.zipped import member_of
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset

DELIMITERS = (";", "\t", "|", ",")


def fetch_pages(dataset: Dataset, window: Window, client: PoliteClient) -> Iterator[Page]:
    """The index page, if there is one, and each file as one rows page."""
    yield from download(dataset, window, client, "csv", read_rows)


def read_rows(dataset: Dataset, body: bytes, media_type: str) -> pl.DataFrame:
    """Every line that is not blank as a row, cells as written, empty cells null; short and long lines keep their cells.

    Raises:
        SourceChanged: other encoding, other delimiter, broken quoting, or no header where one should be.
    """
    del media_type
    lines = _lines(dataset, decoded(dataset, member_of(dataset, body)))
    if dataset.header:
        is_repeated = bool(lines) and [plain(cell) for cell in lines[0]] == [plain(name) for name in dataset.header]
        return frame_of_grid(dataset.header, lines[1:] if is_repeated else lines)
    position = header_position(dataset, lines)
    _require_delimiter(dataset, lines[position or 0] if lines else ())
    if position is None:
        seen = ", ".join(cell or "" for cell in lines[0])[:200] if lines else "no line at all"
        reason = f"the file has no header with {', '.join(dataset.header_names) or 'any name'}; it begins with: {seen}"
        raise SourceChanged(dataset.id, reason)
    return frame_of_grid(lines[position], lines[position + 1 :])


def _lines(dataset: Dataset, text: str) -> list[Row]:
    """The lines as cells. Sloppy quotes are taken as they are; one that never ends would swallow the rest."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=dataset.delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            reason = "the file ends inside a quoted cell: it was cut off, or a quote is missing; look at its last lines"
            raise SourceChanged(dataset.id, reason) from error
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=dataset.delimiter))
    except csv.Error as error:
        raise SourceChanged(dataset.id, f"the file is no readable CSV: {error}") from error


def _require_delimiter(dataset: Dataset, header: Row) -> None:
    """A header that comes to one cell although other delimiters stand in it is delimited by those."""
    cells = [cell for cell in header if cell]
    for other in DELIMITERS:
        if len(cells) == 1 and other != dataset.delimiter and other in cells[0]:
            reason = f"the header {cells[0][:120]!r} is one cell; is the file delimited by {other!r}? edit delimiter"
            raise SourceChanged(dataset.id, reason)
