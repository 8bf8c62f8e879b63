"""The list: which statement a question becomes, and one page of it.

Statements are put together from the blocks of search.sql. A page is *walked* in index order and stopped when it is
full, or, where few of many leads fit, those that fit are *collected* and sorted; the count, which is taken first and is
bounded, tells which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from psycopg import sql
from psycopg.rows import dict_row

from leadledger.database import Connection
from leadledger.leads.asked_places import resolve_places
from leadledger.leads.conditions import QUERIES, Conditions, ReadWords, block, choose_conditions, join
from leadledger.leads.cursor import Cursor
from leadledger.leads.filters import LeadFilter
from leadledger.leads.sorting import KEYS, ORDERS, Order
from leadledger.leads.summaries import summarize
from leadledger.leads.words import Terms, read_plainly

COUNT_LIMIT = 5_000
DEAR_LIMIT = 1_000  # where each lead looked at costs a look at its permit
PERMIT_LIMIT = 1_000  # permits found by words, each looked up among the leads
CELL_LIMIT = 2_000  # and by cells
COLLECT_BELOW = 1_000  # so few are read and sorted in a few milliseconds
SPARSE_BELOW = 25  # of those looked at: a walk would pass 200 leads and more for each that fits
UNION = sql.SQL("\n union all\n ")
Way = Literal["walk", "collect", "permits"]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many leads fit, as far as was counted, and the way that a page is found."""

    total: int
    is_exact: bool
    way: Way


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, with all that it becomes."""

    asked: LeadFilter
    conditions: Conditions
    cursor: Cursor | None
    today: date

    @property
    def order(self) -> Order:
        """The order of the page."""
        return ORDERS[self.asked.sort]

    @property
    def values(self) -> Mapping[str, object]:
        """Values for the statements; one row more than the page, to know whether there is another."""
        return {
            **self.conditions.values,
            "limit": self.asked.limit + 1,
            "count_limit": DEAR_LIMIT if self.conditions.is_dear else COUNT_LIMIT,
            "permit_limit": permit_limit(self.conditions),
            "after_key": self.cursor.key if self.cursor else None,
            "after_lead_id": self.cursor.lead_id if self.cursor else None,
        }


def list_leads(
    conn: Connection, asked: LeadFilter, today: date, read_words: ReadWords = read_plainly
) -> dict[str, object]:
    """One page of leads in the order asked for; ties by lead_id, so pages never overlap. LeadPage without its coverage.

    Raises:
        InvalidParameter: the cursor is not one of this question's, or no place goes by the name asked for.
        AmbiguousPlace: several do.
        NotFound: there is no such territory.
    """
    asked = resolve_places(conn, asked)
    question = Question(asked, choose_conditions(asked, today, read_words), read_cursor(asked), today)
    counted = count(conn, question)
    with conn.cursor(row_factory=dict_row) as rows:
        for statement in compose_pages(question, counted):
            found = rows.execute(statement, question.values).fetchall()
            if len(found) > asked.limit:
                break
    return make_page(question, counted, found)


def read_cursor(asked: LeadFilter) -> Cursor | None:
    """Where the page before ended; None on the first page.

    Raises:
        InvalidParameter: the cursor is not one of this question's.
    """
    return Cursor.decode(asked.cursor, asked.fingerprint(), KEYS[asked.sort]) if asked.cursor else None


def count(conn: Connection, question: Question) -> Counted:
    """How many fit: by the leads' own indexes, or by those of permits where few would be seen that way."""
    if question.cursor is not None:
        return Counted(question.cursor.total, question.cursor.is_total_exact, question.cursor.way)
    conditions, values = question.conditions, question.values
    if conditions.terms is None:
        counted = read_count(question, conn.execute(compose_count(conditions), values).fetchone())
        if counted.is_exact or counted.total >= SPARSE_BELOW or conditions.region is None:
            return counted
    return read_permit_count(question, conn.execute(compose_permit_count(conditions), values).fetchone())


def read_count(question: Question, row: tuple[int, int] | None) -> Counted:
    """What the answer of `compose_count` says."""
    seen, fitting = row or (0, 0)
    is_exact = seen < (DEAR_LIMIT if question.conditions.is_dear else COUNT_LIMIT)
    collects = fitting < SPARSE_BELOW
    if is_exact:  # an order without an index of its own for each place is not walked through for the few of one place
        collects = fitting < COLLECT_BELOW or question.asked.sort != "score"
    return Counted(fitting, is_exact, "collect" if collects else "walk")


def read_permit_count(question: Question, row: tuple[int, int] | None) -> Counted:
    """What the answer of `compose_permit_count` says."""
    seen, fitting = row or (0, 0)
    is_exact = seen < permit_limit(question.conditions)
    return Counted(fitting, is_exact, "permits" if is_exact or fitting < SPARSE_BELOW else "walk")


def permit_limit(conditions: Conditions) -> int:
    """How many permits are counted at most."""
    return PERMIT_LIMIT if conditions.terms else CELL_LIMIT


def make_page(question: Question, counted: Counted, found: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """The page out of its rows, of which one more than asked for was fetched."""
    asked = question.asked
    items = [summarize(row, question.today) for row in found[: asked.limit]]
    total = max(counted.total, len(items))
    last = found[asked.limit - 1] if len(found) > asked.limit else None
    return {
        "items": items,
        "next_cursor": _next_cursor(last, asked, total, counted) if last else None,
        "total": {"value": total, "relation": "eq" if counted.is_exact else "gte"},
        "words": describe_words(question.conditions.terms),
    }


def describe_words(terms: Terms | None) -> list[dict[str, object]]:
    """How words were understood that were not taken as written."""
    readings = terms.readings if terms else ()
    return [{"word": one.word, "read_as": list(one.read_as), "reason": one.reason} for one in readings]


def compose_pages(question: Question, counted: Counted) -> list[sql.Composed]:
    """The statement for one page; and, where it may leave the page short though more fits, one that does not."""
    conditions, is_continued = question.conditions, question.cursor is not None
    if counted.way == "permits" and conditions.is_led_by_permits:
        return [_page(_collect_by_permits(question, is_continued=is_continued))]
    if counted.way != "walk":
        return [_page(_collect(question, is_continued=is_continued))]
    walked = _page(_walk(question, is_continued=is_continued))
    return [walked, _page(_collect(question, is_continued=is_continued))] if question.asked.sort == "cost" else [walked]


def compose_count(conditions: Conditions) -> sql.Composed:
    """The statement that says how many candidates were looked at, and how many of them fit."""
    indexed = [*map(block, conditions.places), *conditions.indexed]
    rest = join([*conditions.rest, *conditions.of_its_permit])
    return QUERIES["count_leads"].format(rest=rest, conditions=join(indexed))


def compose_permit_count(conditions: Conditions) -> sql.Composed:
    """The same by permits."""
    return QUERIES["count_by_permits"].format(
        permits=_permits(conditions), permit_conditions=join(conditions.permit), conditions=join(conditions.of_lead)
    )


def compose_matching(conditions: Conditions) -> sql.Composed:
    """Permits that fit, found by their own index, up to the bound."""
    return QUERIES["matching_permits"].format(permits=_permits(conditions), permit_conditions=join(conditions.permit))


def _page(source: sql.Composed) -> sql.Composed:
    return QUERIES["list_page"].format(
        source=source, columns=QUERIES["summary_columns"], joins=QUERIES["summary_joins"]
    )


def _collect(question: Question, *, is_continued: bool) -> sql.Composed:
    tail = [_after("after_cursor", question.order)] if is_continued else []
    return QUERIES["collect"].format(conditions=join([*question.conditions.every, *tail]), **_keys(question.order))


def _collect_by_permits(question: Question, *, is_continued: bool) -> sql.Composed:
    conditions = question.conditions
    tail = [_after("after_cursor", question.order)] if is_continued else []
    return QUERIES["collect_by_permits"].format(
        permits=_permits(conditions),
        permit_conditions=join(conditions.permit),
        conditions=join([*conditions.of_lead, *tail]),
        **_keys(question.order),
    )


def _permits(conditions: Conditions) -> sql.Composable:
    """How the permits are found that may fit: words are rarer than places."""
    if conditions.terms is None and conditions.region is not None:
        return QUERIES["permits_by_cells"].format(**conditions.region.cells)
    return QUERIES["permits_by_words"]


def _walk(question: Question, *, is_continued: bool) -> sql.Composed:
    """In the order of the narrowest index that has the page's; after a cursor the rest of its tie, then all below."""
    walk, places = _choose_walk(question)
    conditions = question.conditions
    titles = [*places, *conditions.indexed, *conditions.rest, *conditions.of_its_permit]
    titles += [QUERIES["by_indexed_cost"]] if question.asked.sort == "cost" else []
    tails = ("after_tie", "after_rank") if is_continued else (None,)
    branches = [
        QUERIES["branch"].format(
            conditions=join([*titles, *([_after(tail, question.order)] if tail else [])]), **_keys(question.order)
        )
        for tail in tails
    ]
    return QUERIES[walk].format(branches=UNION.join(branches))


def _choose_walk(question: Question) -> tuple[str, list[sql.Composable]]:
    places = question.conditions.places
    if question.asked.sort != "score":
        walk, walked = "walk_order", set()
    elif "by_zip" in places:
        walk, walked = "walk_zips", {"by_zip"}
    elif {"by_trade", "by_county"} <= set(places):
        walk, walked = "walk_pairs", {"by_trade", "by_county"}
    else:
        walk, walked = "walk_order", set()
    return walk, [block(title.replace("by_", "by_wanted_") if title in walked else title) for title in places]


def _keys(order: Order) -> dict[str, sql.SQL]:
    return {"key": order.key, "number": order.number}


def _after(title: str, order: Order) -> sql.Composed:
    return QUERIES[title].format(key=order.key, after=order.after)


def _next_cursor(last: Mapping[str, Any], asked: LeadFilter, total: int, counted: Counted) -> str:
    return Cursor(
        last["order_number"], last["lead_id"], asked.fingerprint(), total, counted.is_exact, counted.way
    ).encode()
