"""From a dataset and a window to the publisher's pages, and from a page to its rows."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import polars as pl

from permit_leads.fetch import accela, arcgis, ckan, delimited, geojson, html_tables, portal, socrata, workbook
from permit_leads.fetch.beyond import with_beyond
from permit_leads.fetch.http import PoliteClient
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset, Protocol

PROTOCOLS: dict[Protocol, ModuleType] = {
    "socrata": socrata,
    "arcgis": arcgis,
    "ckan": ckan,
    "csv": delimited,
    "xlsx": workbook,
    "geojson": geojson,
    "html": html_tables,
    "accela": accela,
    "portal": portal,
}


def fetch_pages(dataset: Dataset, window: Window, client: PoliteClient) -> Iterator[Page]:
    """Every page of the window in order: metadata and index pages, counts, rows; then rows touched beyond it.

    A window that changed while it was read is read once more from its start, as long as none of its pages has been
    given away; beyond that it is up to the caller.

    Raises:
        SourceUnavailable, SourceRefused, SourceChanged: nothing that was given may be kept.
        WindowMoved: a SourceChanged that running again may cure.
    """
    yield from with_beyond(dataset, window, client, PROTOCOLS[dataset.protocol].fetch_pages)


def read_rows(dataset: Dataset, body: bytes, media_type: str) -> pl.DataFrame:
    """The records of a rows page, one a row in page order: every column String under the publisher's own name.

    Null where the publisher says nothing; numbers as written; nested values as compact JSON; ArcGIS points as
    `geometry.x` and `geometry.y`. Depends on nothing but its arguments, so row i of a page is always the same record.

    Raises:
        SourceChanged: the bytes are not what this dataset publishes.
    """
    rows: pl.DataFrame = PROTOCOLS[dataset.protocol].read_rows(dataset, body, media_type)
    return rows
