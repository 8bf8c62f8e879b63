"""The list: which statement a filter becomes, and one page of it.

Statements are put together from the blocks of search.sql; values only ever travel as parameters. A page is *walked* in
index order and stopped when it is full, or, where few of many leads fit, those that fit are *collected* and sorted;
the count, which is taken first and is bounded, tells which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from leadledger.database import Connection
from leadledger.leads.cursor import Cursor
from leadledger.leads.filters import LeadFilter
from leadledger.leads.summaries import summarize
from permit_leads.score.ranking import min_rank_key
from permit_leads.search import query_words
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
COUNT_LIMIT = 5_000
WORDS_LIMIT = 1_000  # permits, each looked up among the leads
COLLECT_BELOW = 1_000  # so few are read and sorted in a few milliseconds
SPARSE_BELOW = 25  # of COUNT_LIMIT looked at: a walk would pass 200 leads and more for each that fits
NOTHING = sql.SQL("")
AND = sql.SQL("\n    and ")
UNION = sql.SQL("\n union all\n ")


@dataclass(frozen=True, slots=True)
class Conditions:
    """Titles of the blocks a filter needs: those some index can tell, and the rest."""

    places: tuple[str, ...]
    indexed: tuple[str, ...]
    rest: tuple[str, ...]
    has_words: bool

    @property
    def every(self) -> tuple[str, ...]:
        """All of them, for a plain walk or a collection."""
        return (*self.places, *self.indexed, *self.rest)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many leads fit, as far as was counted."""

    total: int
    is_exact: bool

    def calls_for_collecting(self, conditions: Conditions) -> bool:
        """Whether few fit: then a walk would be the longer way."""
        if conditions.has_words and self.is_exact:
            return True
        return self.total < (COLLECT_BELOW if self.is_exact else SPARSE_BELOW)


def list_leads(conn: Connection, asked: LeadFilter, today: date) -> dict[str, object]:
    """One page of leads, best score first; ties by lead_id, so pages never overlap. LeadPage without its coverage.

    Raises:
        InvalidParameter: the cursor is not one of this filter's.
    """
    cursor = read_cursor(asked)
    conditions = choose_conditions(asked)
    parameters = bind(asked, cursor, today)
    if cursor is None:
        counted = read_count(conditions, conn.execute(compose_count(conditions), parameters).fetchone())
    else:
        counted = Counted(cursor.total, cursor.is_total_exact)
    statement = compose_page(conditions, counted, is_continued=cursor is not None)
    with conn.cursor(row_factory=dict_row) as rows:
        return make_page(asked, counted, rows.execute(statement, parameters).fetchall(), today)


def read_cursor(asked: LeadFilter) -> Cursor | None:
    """Where the page before ended; None on the first page.

    Raises:
        InvalidParameter: the cursor is not one of this filter's.
    """
    return Cursor.decode(asked.cursor, asked.fingerprint()) if asked.cursor else None


def read_count(conditions: Conditions, row: tuple[int, int] | None) -> Counted:
    """What the answer of `compose_count` says."""
    seen, fitting = row or (0, 0)
    return Counted(fitting, seen < (WORDS_LIMIT if conditions.has_words else COUNT_LIMIT))


def make_page(
    asked: LeadFilter, counted: Counted, found: Sequence[Mapping[str, Any]], today: date
) -> dict[str, object]:
    """The page out of its rows, of which one more than asked for was fetched."""
    items = [summarize(row, today) for row in found[: asked.limit]]
    total = max(counted.total, len(items))
    last = found[asked.limit - 1] if len(found) > asked.limit else None
    return {
        "items": items,
        "next_cursor": _next_cursor(last, asked, total, counted.is_exact) if last else None,
        "total": {"value": total, "relation": "eq" if counted.is_exact else "gte"},
    }


def choose_conditions(asked: LeadFilter) -> Conditions:
    """The blocks for what was asked."""
    places = {"by_trade": asked.trade, "by_county": asked.county, "by_zip": asked.zip}
    rest = {"by_cost": asked.min_cost, "by_kind": asked.kind, "by_rank_date": asked.issued_since}
    chosen = [title for title, value in rest.items() if value]
    chosen += ["by_issued_date"] if asked.issued_since else []
    indexed = ("by_openness", "by_rank") if asked.min_score else ("by_openness",)
    return Conditions(
        tuple(title for title, value in places.items() if value), indexed, tuple(chosen), asked.q is not None
    )


def compose_page(conditions: Conditions, counted: Counted, *, is_continued: bool) -> sql.Composed:
    """The statement for one page."""
    if counted.calls_for_collecting(conditions):
        source = _collect(conditions, is_continued=is_continued)
    else:
        source = _walk(conditions, is_continued=is_continued)
    return QUERIES["list_page"].format(
        source=source, columns=QUERIES["summary_columns"], joins=QUERIES["summary_joins"]
    )


def compose_count(conditions: Conditions) -> sql.Composed:
    """The statement that says how many candidates were looked at, and how many of them fit."""
    if conditions.has_words:
        return QUERIES["count_words"].format(conditions=_join(conditions.every))
    indexed = _join([*conditions.places, *conditions.indexed])
    return QUERIES["count_leads"].format(rest=_join(conditions.rest or ["everything"]), conditions=indexed)


def bind(asked: LeadFilter, cursor: Cursor | None, today: date) -> Mapping[str, object]:
    """Values for the statements; one row more than the page, to know whether there is another."""
    return {
        "trades": sorted(set(asked.trade)),
        "counties": sorted(set(asked.county)),
        "zips": sorted(set(asked.zip)),
        "openness": sorted(set(asked.openness)),
        "min_rank_key": min_rank_key(asked.min_score or 0, today),
        "min_cost": asked.min_cost,
        "kind": asked.kind,
        "issued_since": asked.issued_since,
        "words": query_words(asked.q or ""),
        "limit": asked.limit + 1,
        "count_limit": COUNT_LIMIT,
        "words_limit": WORDS_LIMIT,
        "after_rank_key": cursor.rank_key if cursor else None,
        "after_lead_id": cursor.lead_id if cursor else None,
    }


def _collect(conditions: Conditions, *, is_continued: bool) -> sql.Composed:
    titles = [*conditions.every, "after_cursor"] if is_continued else conditions.every
    return QUERIES["collect"].format(words_join=_words_join(conditions), conditions=_join(titles))


def _walk(conditions: Conditions, *, is_continued: bool) -> sql.Composed:
    """In the order of the narrowest index that has the page's; after a cursor the rest of its tie, then all below."""
    walk, titles = _choose_walk(conditions)
    tails = (["after_tie"], ["after_rank"]) if is_continued else ([],)
    branches = [
        QUERIES["branch"].format(words_join=_words_join(conditions), conditions=_join([*titles, *tail]))
        for tail in tails
    ]
    return QUERIES[walk].format(branches=UNION.join(branches))


def _choose_walk(conditions: Conditions) -> tuple[str, list[str]]:
    if "by_zip" in conditions.places:
        walk, walked = "walk_zips", {"by_zip"}
    elif {"by_trade", "by_county"} <= set(conditions.places):
        walk, walked = "walk_pairs", {"by_trade", "by_county"}
    else:
        walk, walked = "walk_rank", set()
    return walk, [title.replace("by_", "by_wanted_") if title in walked else title for title in conditions.every]


def _words_join(conditions: Conditions) -> sql.SQL:
    return QUERIES["words_join"] if conditions.has_words else NOTHING


def _join(titles: Sequence[str]) -> sql.Composed:
    return AND.join(QUERIES[title] for title in titles)


def _next_cursor(last: Mapping[str, Any], asked: LeadFilter, total: int, is_exact: bool) -> str:
    return Cursor(last["rank_key"], last["lead_id"], asked.fingerprint(), total, is_exact).encode()
