"""Three ways to page through a layer, from the best to the most patient."""

from __future__ import annotations

from collections.abc import Iterator

from permit_leads.fetch.arcgis_query import REFUSED, QueryFailed
from permit_leads.fetch.arcgis_walk import Features, Walk, WayBlocked
from permit_leads.fetch.json_text import member, parse, text_of
from permit_leads.page import Page

EMPTY_PAGES_BEFORE_GIVING_UP = 3


def by_last_id(walk: Walk) -> Iterator[Page]:
    """Rows above the highest id seen, in order of id, until the server has no more.

    Raises:
        WayBlocked: the page is not in order, or the server says "more" again and again and gives nothing.
    """
    empty_pages = 0
    while True:
        features = walk.ask(_next_query(walk))
        _require_order(walk, features.ids)
        if features.ids:
            empty_pages = 0
            walk.last_id = features.ids[-1]
            yield walk.take(features)
            if walk.received >= walk.count and not features.says_more:
                return
            continue
        if not features.says_more:
            return
        empty_pages += 1
        if empty_pages == EMPTY_PAGES_BEFORE_GIVING_UP:
            raise WayBlocked(f"{empty_pages} empty pages in a row that say there is more")


def _next_query(walk: Walk) -> dict[str, str]:
    query = {"where": walk.where, "orderByFields": walk.layer.oid_field}
    return query | {"resultRecordCount": str(walk.page_size)} if walk.layer.supports_paging else query


def _require_order(walk: Walk, ids: list[int]) -> None:
    floor = walk.last_id
    if ids and (ids != sorted(set(ids)) or (floor is not None and ids[0] <= floor)):
        raise WayBlocked(f"a page is not in order of {walk.layer.oid_field}")


def by_id_list(walk: Walk) -> Iterator[Page]:
    """All ids first (no server limits them), then their rows, as many at a time as the server gives.

    Raises:
        WayBlocked: the server gives no list of ids.
    """
    page = walk.asker.ask("metadata", {"where": walk.where, "returnIdsOnly": "true"})
    listed = member(parse(page.body), "objectIds")
    if listed is None and walk.count == walk.received:
        return
    if not isinstance(listed, list):
        raise WayBlocked("the server gives no list of ids")
    yield page
    ids = sorted(int(float(text_of(one) or 0)) for one in listed)  # odd servers write them as floats
    for start in range(0, len(ids), walk.page_size):
        yield from _listed(walk, ids[start : start + walk.page_size])


def _listed(walk: Walk, ids: list[int]) -> Iterator[Page]:
    """The rows of these ids; in halves while the server gives fewer than it has."""
    features = walk.ask({"objectIds": ",".join(map(str, ids))})
    if set(features.ids) <= set(ids) and (len(features.ids) == len(ids) or not features.says_more):
        yield walk.take(features)
        walk.last_id = ids[-1]
        return
    if len(ids) == 1:
        raise WayBlocked(f"the server does not give the row {ids[0]} that it lists")
    middle = len(ids) // 2
    yield from _listed(walk, ids[:middle])
    yield from _listed(walk, ids[middle:])


def by_id_ranges(walk: Walk) -> Iterator[Page]:
    """Ranges between the lowest and the highest id, halved until each fits into one page.

    Raises:
        WayBlocked: the server gives no bounds, or not even one row at a time.
    """
    bounds = _bounds(walk)
    if bounds is None:
        return
    low, high = bounds
    for start in range(low, high + 1, walk.page_size):
        yield from _ranged(walk, start, min(start + walk.page_size - 1, high))


def _bounds(walk: Walk) -> tuple[int, int] | None:
    """Lowest and highest id still to come. Some servers name the results as they like: then by position."""
    oid = walk.layer.oid_field
    wanted = ",".join(
        f'{{"statisticType":"{kind}","onStatisticField":"{oid}","outStatisticFieldName":"{kind}_id"}}'
        for kind in ("min", "max")
    )
    page = walk.asker.ask("metadata", {"where": walk.where, "outStatistics": f"[{wanted}]"})
    features = member(parse(page.body), "features")
    attributes = member(features[0], "attributes") if isinstance(features, list) and features else None
    values = [text_of(value) for _, value in attributes] if isinstance(attributes, list) else []
    if len(values) != 2:
        raise WayBlocked("the server gives neither ids nor their bounds")
    low, high = values
    return None if low is None or high is None else (int(float(low)), int(float(high)))


def _ranged(walk: Walk, low: int, high: int) -> Iterator[Page]:
    oid = walk.layer.oid_field
    features: Features | None
    try:
        features = walk.ask({"where": f"({walk.where}) AND {oid} >= {low} AND {oid} <= {high}"})
    except QueryFailed as failure:
        if failure.code in REFUSED:
            raise
        features = None
    if features is not None and not features.says_more:
        if features.ids:
            yield walk.take(features)
        walk.last_id = high
        return
    if low == high:
        raise WayBlocked(f"the server does not give the row {low}")
    middle = (low + high) // 2
    yield from _ranged(walk, low, middle)
    yield from _ranged(walk, middle + 1, high)
