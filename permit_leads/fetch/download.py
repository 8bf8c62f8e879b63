"""Files as they lie on a publisher's server: one at a known address, or those that an index page links."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import polars as pl

from permit_leads.errors import SourceChanged
from permit_leads.fetch.conditional import fetch_file
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.links import is_too_old, links_of, matching_links
from permit_leads.fetch.walls import Expected
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset

_REISSUE = re.compile(r"(.+)_(\d+)(\.\w+)")  # what the content system appends to a name that is taken
ReadRows = Callable[[Dataset, bytes, str], pl.DataFrame]


def download(
    dataset: Dataset, window: Window, client: PoliteClient, expected: Expected, read_rows: ReadRows
) -> Iterator[Page]:
    """The index page, if there is one, and each file as one rows page.

    A file cannot be asked for some days only: all rows of a file come, whatever the window. The same bytes under a
    second name (a re-issued `_0` file) come once.

    Raises:
        SourceChanged: the index links no file any more, or a file is not what it was.
    """
    links = [dataset.url]
    if dataset.index_url is not None:
        index = _index(dataset, client, dataset.index_url)
        yield index
        links = wanted_links(dataset, window, index)
    seen: set[str] = set()
    for link in links:
        kind: Expected = expected if dataset.zip_member is None else "zip"
        page = fetch_file(dataset, link, client, client.memory, kind)
        sha256 = hashlib.sha256(page.body).hexdigest()
        if sha256 not in seen:
            seen.add(sha256)
            yield replace(page, row_count=read_rows(dataset, page.body, page.media_type).height)


def _index(dataset: Dataset, client: PoliteClient, url: str) -> Page:
    return client.fetch(dataset.id, "GET", url, kind="index", min_spacing=dataset.spacing_seconds, expected="html")


def wanted_links(dataset: Dataset, window: Window, index: Page) -> list[str]:
    """The files that may hold days of the window.

    Raises:
        SourceChanged: no link of the index page matches the pattern.
    """
    pattern = dataset.index_pattern or ""
    links = matching_links(index.body, index.url, pattern)
    if not links:
        count = len(list(links_of(index.body, index.url)))
        reason = f"none of the {count} links of {index.url} matches {pattern!r}; look at the page, edit index_pattern"
        raise SourceChanged(dataset.id, reason)
    return reissues_last([link for link in links if not is_too_old(link, pattern, window)])


def reissues_last(links: list[str]) -> list[str]:
    """The links in page order, but a file put up again ("Aug 24-30_0.xlsx") right after the one it corrects.

    Of a permit that stands in both, what comes last holds.
    """
    places = {link: at for at, link in reversed(list(enumerate(links)))}
    numbered = {
        link: (places.get(f"{match[1]}{match[3]}"), int(match[2]))
        for link in links
        if (match := _REISSUE.fullmatch(link))
    }
    return sorted(links, key=lambda link: _order(places[link], *numbered.get(link, (None, -1))))


def _order(own: int, corrected: int | None, number: int) -> tuple[int, int]:
    return (own, -1) if corrected is None else (corrected, number)
