"""ArcGIS layers: metadata, count, rows by a ladder of ways, count again.

The first way asks for the rows above the highest object id seen so far, in order of that id. Unlike an offset it
cannot skip a row when others are inserted or deleted meanwhile, never goes deep (deep offsets stall), and does not care
how many rows a server gives at a time. Where a server does not keep that order, its list of ids is fetched and asked
for piece by piece; where it gives no list, ranges of ids are halved until they fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from permit_leads.errors import SourceChanged
from permit_leads.fetch.arcgis_domains import unexplained, with_names
from permit_leads.fetch.arcgis_layer import Layer, layer_of
from permit_leads.fetch.arcgis_query import REFUSED, LayerClient, QueryFailed, source_error
from permit_leads.fetch.arcgis_rows import read_features
from permit_leads.fetch.arcgis_walk import Walk, WayBlocked
from permit_leads.fetch.arcgis_ways import by_id_list, by_id_ranges, by_last_id
from permit_leads.fetch.arcgis_where import where_clause
from permit_leads.fetch.asking import parts_of
from permit_leads.fetch.beyond import is_replaced, left
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.json_text import BrokenJson, member, parse, text_of
from permit_leads.fetch.moved import WindowMoved
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset


def read_rows(dataset: Dataset, body: bytes, media_type: str) -> pl.DataFrame:
    """The page's features in order; points in degrees as geometry.x and geometry.y."""
    del media_type
    try:
        return with_names(dataset, read_features(body))
    except BrokenJson as error:
        raise SourceChanged(dataset.id, f"a page cannot be read: {error}") from error


def fetch_pages(dataset: Dataset, window: Window, client: PoliteClient) -> Iterator[Page]:
    """Metadata page, then for each part of the window count page, rows pages, count page.

    Raises:
        WindowMoved: what came is not what the server counts afterwards.
        SourceChanged: the address is no layer, or a column is gone or was retyped.
    """
    asker = LayerClient(dataset, client)
    try:
        yield from _pages(dataset, window, asker)
    except QueryFailed as failure:
        raise source_error(dataset, failure) from failure


def _pages(dataset: Dataset, window: Window, asker: LayerClient) -> Iterator[Page]:
    metadata = asker.metadata()
    described = parse(metadata.body)
    layer = layer_of(dataset, described)
    for column, codes in unexplained(dataset, described).items():
        asker.say("fetch.codes_unexplained", column=column, codes=codes)
    yield metadata
    earlier = 0
    is_open = window.since is None or window.until is None  # everything, for a reconcile: no days to cut it by
    for part in [window] if is_open else parts_of(dataset, window):
        counted = 0
        for page in _part(dataset, asker, layer, part):
            counted = page.expected_count if page.expected_count is not None else counted
            yield page if page.expected_count is None else replace(page, expected_count=earlier + counted)
        earlier += counted


def _part(dataset: Dataset, asker: LayerClient, layer: Layer, window: Window) -> Iterator[Page]:
    where = where_clause(dataset, layer, window)
    before = _count(dataset, asker, where)
    if is_replaced(dataset, window, before.expected_count or 0):
        yield left(before, before.expected_count or 0)
        return
    yield before
    walk = Walk(asker, layer, where, before.expected_count or 0)
    yield from _rows(walk)
    after = _count(dataset, asker, where)
    yield after
    if not walk.received == walk.distinct == after.expected_count:
        counts = (before.expected_count or 0, walk.received, walk.distinct, after.expected_count or 0)
        raise WindowMoved(dataset.id, *counts)


def _rows(walk: Walk) -> Iterator[Page]:
    """Rows by the first way that goes; the next one goes on above the last id that is certain."""
    ways = (by_last_id, by_id_list, by_id_ranges) if walk.layer.supports_order else (by_id_list, by_id_ranges)
    problem: WayBlocked | QueryFailed | None = None
    for way in ways:
        try:
            yield from way(walk)
        except (WayBlocked, QueryFailed) as error:
            if isinstance(error, QueryFailed) and error.code in REFUSED:
                raise
            problem = error
            walk.asker.say("fetch.way_blocked", way=way.__name__, reason=str(error))
        else:
            return
    if isinstance(problem, QueryFailed):
        raise problem
    raise SourceChanged(walk.asker.dataset.id, f"no way of paging gives whole pages: {problem}")


def _count(dataset: Dataset, asker: LayerClient, where: str) -> Page:
    page = asker.ask("count", {"where": where, "returnCountOnly": "true"})
    answer = parse(page.body)
    count = text_of(member(answer, "count")) or ""
    if not count.isdigit():
        kind = "a service root" if isinstance(member(answer, "layers"), list) else "something else"
        raise SourceChanged(dataset.id, f"{dataset.url} answers a count with {kind}: {page.body[:120]!r}; edit url")
    return replace(page, expected_count=int(count))
