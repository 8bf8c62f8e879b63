"""Tables in HTML pages: found by the names in their header, followed from page to page to the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import polars as pl
from selectolax.lexbor import LexborHTMLParser

from permit_leads.errors import SourceChanged, SourceRefused
from permit_leads.fetch.asking import filled, parts_of
from permit_leads.fetch.columns import gone
from permit_leads.fetch.grid import Row, frame_of_grid, header_position, plain, spellings
from permit_leads.fetch.html_grid import HtmlRow, one_line, parse_html, tables_of
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.moved import PagesMoved
from permit_leads.fetch.walls import is_login, title_of
from permit_leads.fetch.wire import Transient
from permit_leads.page import Page, PageKind, Window
from permit_leads.registry import Dataset

MAX_PAGES = 10_000
_TABLE_TAGS = re.compile(rb"<!--.*?-->|<(/?)table\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a listing: its rows, what it says it holds altogether, and where it goes on."""

    page: Page
    rows: pl.DataFrame
    total: int | None
    next_url: str | None


def read_rows(dataset: Dataset, body: bytes, media_type: str) -> pl.DataFrame:
    """The rows below the header of every table that has it; where cells link, also "<column> link".

    Rows of one cell across the table (titles, pagers) and repeated headers are no rows.

    Raises:
        SourceChanged: other encoding, or no table with the header.
    """
    del media_type
    return frame_of_tables(dataset, parse_html(text_of_page(dataset, body)), body)


def frame_of_tables(dataset: Dataset, html: LexborHTMLParser, body: bytes) -> pl.DataFrame:
    """The rows of a page that has been parsed."""
    tables = tables_of(html, dataset.url)
    frames = [frame for table in tables if (frame := _frame(dataset, table)) is not None]
    if frames:
        return pl.concat(frames, how="diagonal")
    if says_empty(dataset, html):
        return pl.DataFrame()
    if is_login(body):
        raise SourceRefused(dataset.id, f"a login page ({title_of(body)!r}) stands where a table should be; we stop")
    raise SourceChanged(dataset.id, _no_table(dataset, tables, body))


def fetch_pages(dataset: Dataset, window: Window, client: PoliteClient) -> Iterator[Page]:
    """Each page of the listing as one rows page; of a listing of several pages the first is looked at once more.

    Raises:
        WindowMoved: the listing changed while it was read, or gave others than it announced.
        SourceChanged: the table is gone, or the server gives one page again and again.
    """
    for part in parts_of(dataset, window):
        yield from _listing(dataset, filled(dataset, dataset.url, part), client)


def _listing(dataset: Dataset, url: str, client: PoliteClient) -> Iterator[Page]:
    first: Listing | None = None
    received = 0
    next_url: str | None = url
    seen: set[str] = set()
    for number in count(1):
        listing = _ask(dataset, client, next_url or url, number)
        first = first or listing
        _require_new(dataset, listing, seen, number)
        received += listing.rows.height
        yield replace(listing.page, row_count=listing.rows.height)
        if listing.total != first.total:
            raise PagesMoved(dataset.id, f"the listing announced {first.total} rows, then {listing.total}")
        next_url = _next(dataset, listing, received, number)
        if next_url is None:
            break
    if first is not None and first.total not in (None, received):
        raise PagesMoved(dataset.id, f"count mismatch: the listing announces {first.total} rows and gave {received}")
    if first is not None and number > 1:
        again = _ask(dataset, client, url, 1, "count")
        yield again.page
        if not again.rows.equals(first.rows) or again.total != first.total:
            raise PagesMoved(dataset.id, "the first page of the listing changed while the others were read")


def _ask(dataset: Dataset, client: PoliteClient, url: str, number: int, kind: PageKind = "rows") -> Listing:
    page = client.fetch(
        dataset.id, "GET", url, kind=kind, min_spacing=dataset.spacing_seconds, expected="html", inspect=require_whole
    )
    html = parse_html(text_of_page(dataset, page.body))
    rows = frame_of_tables(dataset, html, page.body)
    return Listing(page, rows, _total(dataset, html), _link_to_next(dataset, page, html, number))


def _next(dataset: Dataset, listing: Listing, received: int, number: int) -> str | None:
    """Where the listing goes on: nowhere without paging, after its last row, or after a page without rows."""
    if dataset.paging is None or listing.total == received:
        return None
    if dataset.paging.parameter is not None and not listing.rows.height:
        return None
    if number == MAX_PAGES:
        raise SourceChanged(dataset.id, f"{MAX_PAGES} pages and no end; look at the listing and edit paging")
    return listing.next_url


def _link_to_next(dataset: Dataset, page: Page, html: LexborHTMLParser, number: int) -> str | None:
    paging = dataset.paging
    if paging is None:
        return None
    if paging.parameter is not None:
        return _numbered(page.url, paging.parameter, paging.first_page + number)
    wanted = re.compile(paging.next_link or "")
    for anchor in html.css("a[href]"):
        target = urljoin(page.url, anchor.attributes.get("href") or "")
        if wanted.search(one_line(anchor.text()) or "") and urlsplit(target).scheme in ("http", "https"):
            return target
    return None


def _numbered(url: str, parameter: str, number: int) -> str:
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != parameter]
    return parts._replace(query=urlencode([*query, (parameter, str(number))])).geturl()


def _require_new(dataset: Dataset, listing: Listing, seen: set[str], number: int) -> None:
    if not listing.rows.height:
        return
    rows = listing.rows.write_csv()
    if rows in seen:
        reason = f"page {number} ({listing.page.url}) repeats the rows of an earlier page; look at it and edit paging"
        raise SourceChanged(dataset.id, reason)
    seen.add(rows)


def _total(dataset: Dataset, html: LexborHTMLParser) -> int | None:
    """The number of rows that the page announces.

    Raises:
        SourceChanged: it announces none, although the source file says that it does.
    """
    if dataset.paging is None or dataset.paging.total is None:
        return None
    found = re.search(dataset.paging.total, page_text(html))
    digits = re.sub(r"\D", "", found[1]) if found else ""
    if digits:
        return int(digits)
    if says_empty(dataset, html):
        return 0
    raise SourceChanged(dataset.id, f"the page announces no total ({dataset.paging.total!r}); edit paging.total")


def says_empty(dataset: Dataset, html: LexborHTMLParser) -> bool:
    """Whether the page says in words that there are no rows."""
    return dataset.empty_pattern is not None and bool(re.search(dataset.empty_pattern, page_text(html)))


def page_text(html: LexborHTMLParser) -> str:
    """The words of the page in one line."""
    return (html.body and one_line(html.body.text(separator=" "))) or ""


def text_of_page(dataset: Dataset, body: bytes) -> str:
    """The page's characters, in the encoding that the source file names.

    Raises:
        SourceChanged: they are in another one.
    """
    try:
        return body.removeprefix(b"\xef\xbb\xbf").decode(dataset.encoding)
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} of the page is not {dataset.encoding}; look at it and edit encoding"
        raise SourceChanged(dataset.id, reason) from error


def require_whole(body: bytes) -> None:
    """Raises Transient when the page ends inside a table: a cut answer looks like a shorter listing."""
    tags = [match[1] for match in _TABLE_TAGS.finditer(body) if match[1] is not None]
    if tags.count(b"") > tags.count(b"/"):
        raise Transient("a page that was cut off inside a table")


def _frame(dataset: Dataset, table: list[HtmlRow]) -> pl.DataFrame | None:
    texts: list[Row] = [row.texts for row in table]
    position = header_position(dataset, texts)
    if position is None:
        return None
    header = [name or "" for name in texts[position]]
    return frame_of_rows(header, [row for row in table[position + 1 :] if not row.is_banner and row.texts != header])


def frame_of_rows(header: list[str], rows: list[HtmlRow]) -> pl.DataFrame:
    """The rows under their header; beside a column whose cells link, one with the addresses."""
    width = max([len(header), *(len(row.cells) for row in rows)])
    linked = [at for at in range(width) if any(len(row.cells) > at and row.cells[at].link for row in rows)]
    names = [*header, *[""] * (width - len(header)), *(f"{_name(header, at)} link" for at in linked)]
    return frame_of_grid(names, [_wide(row, width, linked) for row in rows])


def _name(header: list[str], at: int) -> str:
    return (plain(header[at]) if at < len(header) else "") or f"column_{at + 1}"


def _wide(row: HtmlRow, width: int, linked: list[int]) -> list[str | None]:
    texts = row.texts + [None] * (width - len(row.cells))
    return texts + [row.cells[at].link if at < len(row.cells) else None for at in linked]


def _no_table(dataset: Dataset, tables: list[list[HtmlRow]], body: bytes) -> str:
    """What is missing, and what comes nearest to it."""
    wanted = {plain(name).casefold(): name for name in dataset.header_names}
    rows = [row.texts for table in tables for row in table]
    best = max(rows, key=lambda row: len(wanted.keys() & spellings(dataset, row)), default=[])
    missing = [name for key, name in wanted.items() if key not in spellings(dataset, best)]
    if len(missing) < len(wanted):
        return gone(missing[0], [cell for cell in best if cell], "the table's header")
    seen = f"the page {title_of(body)!r} has {len(tables)} tables, none with {', '.join(dataset.header_names)}"
    return f"{seen}; look at it and edit header_names (or empty_pattern, if it says that there is nothing)"
