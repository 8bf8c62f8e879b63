"""How many requests a window will take, before its rows are asked for."""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import dataclass

from permit_leads.fetch import PROTOCOLS
from permit_leads.fetch.asking import parts_of
from permit_leads.fetch.ckan_action import ROWS_MAX
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.json_text import BrokenJson, member, parse, text_of
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset

COUNTED = ("socrata", "arcgis", "ckan")  # these say how many rows a window has before they give any
FRAME = 4  # robots.txt, the metadata, and the count before and after
ONE_FILE = 3  # robots.txt, a page that links the file, the file


@dataclass(frozen=True, slots=True)
class Estimate:
    """Requests of a whole window; `row_count` is None where the publisher does not say, and then it may be more."""

    request_count: int
    row_count: int | None = None


def guess_requests(dataset: Dataset, window: Window) -> Estimate:
    """The fewest requests the window can take; nobody is asked."""
    if dataset.protocol in ("csv", "xlsx", "geojson"):
        return Estimate(ONE_FILE)
    return Estimate(FRAME + _part_count(dataset, window))


def count_requests(dataset: Dataset, window: Window, client: PoliteClient) -> Estimate:
    """The requests by the publisher's own count of the window; the fewest where it does not count.

    Raises:
        SourceUnavailable, SourceRefused, SourceChanged: a run would end the same way.
    """
    if dataset.protocol not in COUNTED:
        return guess_requests(dataset, window)
    uncut = dataset.model_copy(update={"window_days": None})
    page_size = min(dataset.page_size, ROWS_MAX) if dataset.protocol == "ckan" else dataset.page_size
    with closing(PROTOCOLS[dataset.protocol].fetch_pages(uncut, window, client)) as pages:
        for page in pages:
            page_size = _capped(page_size, page)
            if page.expected_count is not None:
                rows_pages = math.ceil(page.expected_count / page_size)
                counts = 2 * (_part_count(dataset, window) - 1)
                return Estimate(FRAME + counts + rows_pages, page.expected_count)
    return guess_requests(dataset, window)


def _capped(page_size: int, page: Page) -> int:
    """A layer gives no more rows at a time than its metadata says."""
    if page.kind != "metadata":
        return page_size
    try:
        most = text_of(member(parse(page.body), "maxRecordCount")) or ""
    except BrokenJson:
        return page_size
    return min(page_size, int(most)) if most.isdigit() and int(most) else page_size


def _part_count(dataset: Dataset, window: Window) -> int:
    is_open = window.since is None or window.until is None
    return 1 if is_open else sum(1 for _ in parts_of(dataset, window))
