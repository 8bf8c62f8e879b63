"""The list: which statement a filter becomes, and one page of it.

Statements are put together from the blocks of search.sql; values only ever travel as parameters.
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
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
COUNT_LIMIT = 10_000
NOTHING = sql.SQL("")
AND = sql.SQL("\n    and ")
UNION = sql.SQL("\n union all\n ")


@dataclass(frozen=True, slots=True)
class Conditions:
    """Titles of the blocks a filter needs: what the source walks by, and what is checked row by row."""

    source: str
    walked: tuple[str, ...]
    checked: tuple[str, ...]

    @property
    def needs_permit(self) -> bool:
        """Whether a condition reads the permit itself."""
        return bool({"by_words", "by_issued_date"} & {*self.walked, *self.checked})


def list_leads(conn: Connection, asked: LeadFilter, today: date) -> dict[str, object]:
    """One page of leads, best score first; ties by lead_id, so pages never overlap. LeadPage without its coverage.

    Raises:
        InvalidParameter: the cursor is not one of this filter's.
    """
    cursor = Cursor.decode(asked.cursor, asked.fingerprint()) if asked.cursor else None
    conditions = choose_conditions(asked)
    parameters = bind(asked, cursor, today)
    total, is_exact = (cursor.total, cursor.is_total_exact) if cursor else _count(conn, conditions, parameters)
    with conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(compose_page(conditions, is_continued=cursor is not None), parameters).fetchall()
    has_more = len(found) > asked.limit
    items = [summarize(row, today) for row in found[: asked.limit]]
    total = max(total, len(items))
    following = _next_cursor(found[asked.limit - 1], asked, total, is_exact) if has_more else None
    counted = {"value": total, "relation": "eq" if is_exact else "gte"}
    return {"items": items, "next_cursor": following, "total": counted}


def choose_conditions(asked: LeadFilter) -> Conditions:
    """How to get at the rows: by the narrowest index whose order is that of the page."""
    checked = ["by_openness"]
    checked += ["by_rank"] if asked.min_score else []
    checked += ["by_cost"] if asked.min_cost else []
    checked += ["by_kind"] if asked.kind else []
    checked += ["by_rank_date", "by_issued_date"] if asked.issued_since else []
    given = {"by_trade": asked.trade, "by_county": asked.county, "by_zip": asked.zip}
    places = tuple(title for title, value in given.items() if value)
    if asked.q:
        return Conditions("source_rank", ("by_words", *places), tuple(checked))
    if asked.zip:
        rest = tuple(title for title in places if title != "by_zip")
        return Conditions("source_zips", ("by_wanted_zip",), (*checked, *rest))
    if asked.trade and asked.county:
        return Conditions("source_pairs", ("by_wanted_trade", "by_wanted_county"), tuple(checked))
    return Conditions("source_rank", places, tuple(checked))


def compose_page(conditions: Conditions, *, is_continued: bool) -> sql.Composed:
    """The statement for one page; after a cursor first the rest of its tie, then everything below it."""
    common = [*conditions.walked, *conditions.checked]
    tails = (["after_tie"], ["after_rank"]) if is_continued else ([],)
    branches = UNION.join(_branch(conditions, [*common, *tail]) for tail in tails)
    return QUERIES["list_page"].format(
        source=QUERIES[conditions.source].format(branches=branches),
        columns=QUERIES["summary_columns"],
        joins=QUERIES["summary_joins"],
    )


def compose_count(conditions: Conditions) -> sql.Composed:
    """The statement that counts: places, words and rank by index up to the bound, the rest among those."""
    indexed = {"by_openness", "by_rank"}
    walked = [title.replace("wanted_", "") for title in conditions.walked]
    walked += [title for title in conditions.checked if title in indexed or title in ("by_trade", "by_county")]
    rest = [title for title in conditions.checked if title not in walked]
    return QUERIES["count_leads"].format(
        residual=_join(rest or ["everything"]),
        permit_join=QUERIES["permit_join"] if conditions.needs_permit else NOTHING,
        conditions=_join(walked),
    )


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
        "words": asked.q,
        "limit": asked.limit + 1,
        "count_limit": COUNT_LIMIT,
        "after_rank_key": cursor.rank_key if cursor else None,
        "after_lead_id": cursor.lead_id if cursor else None,
    }


def _branch(conditions: Conditions, titles: Sequence[str]) -> sql.Composed:
    return QUERIES["branch"].format(
        permit_join=QUERIES["permit_join"] if conditions.needs_permit else NOTHING, conditions=_join(titles)
    )


def _join(titles: Sequence[str]) -> sql.Composed:
    return AND.join(QUERIES[title] for title in titles)


def _count(conn: Connection, conditions: Conditions, parameters: Mapping[str, object]) -> tuple[int, bool]:
    """Matches among the first COUNT_LIMIT candidates, and whether those were all."""
    counted = conn.execute(compose_count(conditions), parameters).fetchone()
    seen, matching = counted or (0, 0)
    return matching, seen < COUNT_LIMIT


def _next_cursor(last: Mapping[str, Any], asked: LeadFilter, total: int, is_exact: bool) -> str:
    return Cursor(last["rank_key"], last["lead_id"], asked.fingerprint(), total, is_exact).encode()
