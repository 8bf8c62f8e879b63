"""The statements that find one page of leads.

A page is *walked* in the order of an index and stopped when it is full, or, where few of many leads fit, those that fit
are *collected* and sorted. An index has the order of rank for each trade of a county, each ZIP and each cell of an area
by itself; such *stretches* are walked one by one, or side by side where looking at a lead costs a look at its permit.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from leadledger.leads.conditions import NOTHING, QUERIES, block, join
from leadledger.leads.counting import Counted
from leadledger.leads.question import (
    FEW_STRETCHES,
    LONG_LIMIT,
    Question,
    Stretches,
    compose_leads,
    find_stretches,
)
from leadledger.leads.sorting import Order

UNION = sql.SQL("\n union all\n ")


def compose_pages(question: Question, counted: Counted) -> list[sql.Composed]:
    """The statement for one page; and, where it may leave the page short though more fits, one that does not."""
    if counted.way == "permits" and question.conditions.terms is not None:
        found = [_collect_by_permits(question)]
    elif counted.way != "walk":
        found = [_collect(question)]
    else:
        found = _walks(question)
    return [_page(one) for one in found]


def _walks(question: Question) -> list[sql.Composed]:
    """The walks to try, until the page is full: the last one finds all there is."""
    conditions = question.conditions
    if question.asked.sort != "score":
        walked = _walk_order(question)
        return [walked, _collect(question)] if question.asked.sort == "cost" else [walked]
    stretches = find_stretches(conditions)
    if stretches is None:
        if conditions.region is None:
            return [_walk_order(question)]
        # so large an area holds much of what there is
        return [_walk_merged(question, [NOTHING], conditions.places, sql.Literal(LONG_LIMIT)), _collect_all(question)]
    if conditions.is_dear and 0 < len(stretches.each) <= FEW_STRETCHES:
        return [_walk_merged(question, stretches.each, stretches.places, QUERIES["boundless"])]
    return [_walk_stretches(question, stretches)]


def _walk_order(question: Question) -> sql.Composed:
    """In the order of all leads."""
    return QUERIES["walk_order"].format(branches=_branches(question, [*map(block, question.conditions.places)]))


def _walk_stretches(question: Question, stretches: Stretches) -> sql.Composed:
    """The page of each stretch: as many rows of each."""
    branches = _branches(question, [*stretches.told, *map(block, stretches.places)])
    return QUERIES["walk_stretches"].format(stretches=stretches.source, branches=branches)


def _branches(question: Question, places: Sequence[sql.Composable]) -> sql.Composable:
    """The walk of one stretch; after a cursor the rest of its tie, then all below."""
    conditions = question.conditions
    titles = [*places, *conditions.indexed, *conditions.rest, *conditions.of_its_permit]
    titles += [QUERIES["by_indexed_cost"]] if question.asked.sort == "cost" else []
    tails = ("after_tie", "after_rank") if question.cursor else (None,)
    return UNION.join(
        QUERIES["branch"].format(
            conditions=join([*titles, *([_after(tail, question.order)] if tail else [])]), **_keys(question.order)
        )
        for tail in tails
    )


def _walk_merged(
    question: Question, each: Sequence[sql.Composable], places: Sequence[str], limit: sql.Composable
) -> sql.Composed:
    """Stretches side by side; only a single one may end early, as nothing else could be shown before what is left."""
    conditions, keys = question.conditions, _keys(question.order)
    tail = [_after(title, question.order) for title in ("up_to_cursor", "after_cursor")] if question.cursor else []
    rest = join([*map(block, places), *conditions.rest, *conditions.of_its_permit])
    branches = [
        QUERIES["stretch"].format(conditions=join([one, *conditions.indexed, *tail]), rest=rest, limit=limit, **keys)
        for one in each
    ]
    return QUERIES["walk_merged"].format(branches=UNION.join(branches))


def _collect_all(question: Question) -> sql.Composed:
    """By words, which are rarer than places."""
    return _collect(question) if question.conditions.terms is None else _collect_by_permits(question)


def _collect(question: Question) -> sql.Composed:
    conditions = question.conditions
    tail = [_after("after_cursor", question.order)] if question.cursor else []
    leads = compose_leads(conditions, [*conditions.every, *tail])
    return QUERIES["collect"].format(leads=leads, **_keys(question.order))


def _collect_by_permits(question: Question) -> sql.Composed:
    conditions = question.conditions
    tail = [_after("after_cursor", question.order)] if question.cursor else []
    return QUERIES["collect_by_permits"].format(
        permit_conditions=join(conditions.of_permit),
        conditions=join([*conditions.of_lead, *tail]),
        **_keys(question.order),
    )


def _page(source: sql.Composed) -> sql.Composed:
    return QUERIES["list_page"].format(
        source=source, columns=QUERIES["summary_columns"], joins=QUERIES["summary_joins"]
    )


def _keys(order: Order) -> dict[str, sql.SQL]:
    return {"key": order.key, "number": order.number}


def _after(title: str, order: Order) -> sql.Composed:
    return QUERIES[title].format(key=order.key, after=order.after)
