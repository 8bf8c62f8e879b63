"""Rows of days outside of the window that their publisher has written since the last run.

A window sees edits of the days in it only. Where the portal itself says when it wrote a row, a second question brings
the rows of all other days, also those without a date. A publisher who replaces everything touches every row: up to
`touched_limit` they are read, and those that say what they said change nothing; beyond it only a reconcile reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from permit_leads.fetch.hold import FetchPages, whole
from permit_leads.fetch.http import PoliteClient
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset


def with_beyond(dataset: Dataset, window: Window, client: PoliteClient, fetch_pages: FetchPages) -> Iterator[Page]:
    """The pages of the window, then those of the rows beyond it; the counts of the second are added to the first's."""
    counted = 0
    for page in whole(dataset, Window(window.since, window.until), client, fetch_pages):
        counted = page.expected_count if page.expected_count is not None else counted
        yield page
    if window.touched_since is None:
        return
    for page in whole(dataset, window, client, fetch_pages):
        sum_count = None if page.expected_count is None else counted + page.expected_count
        yield replace(page, is_beyond=True, expected_count=sum_count)


def is_replaced(dataset: Dataset, window: Window, count: int) -> bool:
    """Whether so many rows were touched that the publisher has replaced them all."""
    return window.touched_since is not None and count > dataset.touched_limit


def left(page: Page, count: int) -> Page:
    """The count page of rows that are not read."""
    return replace(page, expected_count=None, left_count=count)
