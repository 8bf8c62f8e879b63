"""Hold the first pages of a window back until it adds up, so that a small one that moved is read again unnoticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.moved import WindowMoved
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset

HELD_BYTES = 24 * 1024 * 1024
PASSES = 2

FetchPages = Callable[[Dataset, Window, PoliteClient], Iterator[Page]]


def whole(dataset: Dataset, window: Window, client: PoliteClient, fetch_pages: FetchPages) -> Iterator[Page]:
    """The pages of one pass that added up; a pass that did not is repeated once while all of it is still held.

    Raises:
        WindowMoved: it did not add up twice, or pages had already been given away.
    """
    for passes_left in reversed(range(PASSES)):
        held = Held()
        try:
            for page in fetch_pages(dataset, window, client):
                yield from held.add(page)
        except WindowMoved as error:
            if held.is_flowing or not passes_left:
                raise
            client.on_event("fetch.window_moved", source=dataset.id, reason=error.reason)
        else:
            yield from held.pages
            return


class Held:
    """Pages kept back up to a bound of bytes; from then on they flow."""

    def __init__(self) -> None:
        self.pages: list[Page] = []
        self.is_flowing = False
        self._size = 0

    def add(self, page: Page) -> Iterator[Page]:
        """Give the page, and all held before it, once the bound is passed."""
        if self.is_flowing:
            yield page
            return
        self.pages.append(page)
        self._size += len(page.body)
        if self._size > HELD_BYTES:
            self.is_flowing = True
            yield from self.pages
            self.pages = []
