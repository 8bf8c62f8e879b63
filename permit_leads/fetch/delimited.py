"""CSV files as publishers write them: any line end, with or without a header, in the encoding the source file names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import polars as pl

from permit_leads.errors import SourceChanged
from permit_leads.fetch.download import download
from permit_leads.fetch.grid import Row, frame_of_grid, header_position, plain
from permit_leads.fetch.http import PoliteClient
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def fetch_pages(dataset: Dataset, window: Window, client: PoliteClient) -> Iterator[Page]:
    """The index page, if there is one, and each file as one rows page."""
    yield from download(dataset, window, client, "csv", read_rows)


def read_rows(dataset: Dataset, body: bytes, media_type: str) -> pl.DataFrame:
    """Every line that is not blank as a row, cells as written, empty cells null; short and long lines keep their cells.

    Raises:
        SourceChanged: other encoding, broken quoting, or no header where one should be.
    """
    del media_type
    lines = _lines(dataset, body)
    if dataset.header:
        is_repeated = bool(lines) and [plain(cell) for cell in lines[0]] == [plain(name) for name in dataset.header]
        return frame_of_grid(dataset.header, lines[1:] if is_repeated else lines)
    position = header_position(dataset, lines)
    if position is None:
        seen = ", ".join(cell or "" for cell in lines[0])[:200] if lines else "no line at all"
        reason = f"the file has no header with {', '.join(dataset.header_names) or 'any name'}; it begins with: {seen}"
        raise SourceChanged(dataset.id, reason)
    return frame_of_grid(lines[position], lines[position + 1 :])


def _lines(dataset: Dataset, body: bytes) -> list[Row]:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if body.startswith(mark)), dataset.encoding)
    try:
        text = body.decode(encoding)
        return list(csv.reader(io.StringIO(text, newline="")))
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} of the file is not {encoding}; look at it and edit encoding"
        raise SourceChanged(dataset.id, reason) from error
    except csv.Error as error:
        raise SourceChanged(dataset.id, f"the file is no readable CSV: {error}") from error
