"""A result page of Accela Citizen Access: the list, what its counter says, and where "Next" leads."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl
from selectolax.lexbor import LexborHTMLParser

from permit_leads.errors import SourceChanged, SourceRefused
from permit_leads.fetch.columns import gone
from permit_leads.fetch.grid import header_position, plain, spellings
from permit_leads.fetch.html_grid import one_line, rows_of
from permit_leads.fetch.html_tables import frame_of_rows, page_text, says_empty
from permit_leads.fetch.walls import is_login, title_of
from permit_leads.fetch.webforms import postback
from permit_leads.registry import Dataset
from permit_leads.registry_portals import Accela

ROW_CLASS = "ACA_TabRow"  # ACA_TabRow_Odd, ACA_TabRow_Even


@dataclass(frozen=True, slots=True)
class Grid:
    """One page of a result; a saturated total is a lower bound."""

    rows: pl.DataFrame
    total: int
    is_saturated: bool
    next_target: str | None


def grid_of(dataset: Dataset, html: LexborHTMLParser, body: bytes) -> Grid:
    """The page's records and its place in the result.

    Raises:
        SourceChanged: no list and no word that there is none, or a list without its counter.
        SourceRefused: a login page.
    """
    rows = rows_of_grid(dataset, html, body)
    if rows.width == 0:
        return Grid(rows, 0, is_saturated=False, next_target=None)
    rules = dataset.accela or Accela()
    found = re.search(rules.counter, page_text(html))
    if found is None:
        raise SourceChanged(
            dataset.id, f"the list has no counter ({rules.counter!r}); look at it and edit accela.counter"
        )
    return Grid(rows, int(found[1].replace(",", "")), bool(found[2]), _next_target(html))


def rows_of_grid(dataset: Dataset, html: LexborHTMLParser, body: bytes) -> pl.DataFrame:
    """The records of the list; no column at all when the page says that nothing was found."""
    rules = dataset.accela or Accela()
    table = html.css_first(f'[id="{rules.grid}"]')
    if table is None:
        if says_empty(dataset, html):
            return pl.DataFrame()
        if is_login(body):
            raise SourceRefused(dataset.id, f"a login page ({title_of(body)!r}) stands where the list should be")
        reason = f"the page {title_of(body)!r} has neither the list {rules.grid} nor {dataset.empty_pattern!r}"
        raise SourceChanged(dataset.id, f"{reason}; look at it and edit accela.grid or empty_pattern")
    rows = rows_of(table, dataset.url)
    texts = [row.texts for row in rows]
    position = header_position(dataset, texts)
    if position is None:
        raise SourceChanged(
            dataset.id, _no_header(dataset, [row.texts for row in rows if ROW_CLASS not in row.css_class])
        )
    records = [row for row in rows[position + 1 :] if ROW_CLASS in row.css_class]
    return frame_of_rows([name or "" for name in texts[position]], records)


def _no_header(dataset: Dataset, rows: list[list[str | None]]) -> str:
    best = max(rows, key=lambda row: len(spellings(dataset, row)), default=[])
    missing = [name for name in dataset.header_names if plain(name).casefold() not in spellings(dataset, best)]
    return gone(
        missing[0] if missing else dataset.header_names[0], [cell for cell in best if cell], "the list's header"
    )


def _next_target(html: LexborHTMLParser) -> str | None:
    """Where the "Next" of the list's pager leads. The page has many pagers; only the last one is the list's.

    The pager shows ten pages at a time and its controls are not numbered by page, so nothing can be computed.
    """
    pagers = html.css(".aca_pagination")
    for anchor in pagers[-1].css("a[href]") if pagers else []:
        if (one_line(anchor.text()) or "").startswith("Next"):
            found = postback(anchor.attributes.get("href") or "")
            return found[0] if found else None
    return None
