"""The list: one page of what fits a question.

Statements are put together from the blocks of search.sql. The count, which is taken first and is bounded, tells by
which way the page is found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from psycopg.rows import dict_row

from leadledger.database import Connection
from leadledger.leads import past
from leadledger.leads.asked_places import resolve_places
from leadledger.leads.conditions import ReadWords, choose_conditions
from leadledger.leads.counting import Counted, count
from leadledger.leads.cursor import Cursor
from leadledger.leads.filters import LeadFilter
from leadledger.leads.paging import compose_pages
from leadledger.leads.question import Question
from leadledger.leads.sorting import KEYS
from leadledger.leads.summaries import summarize
from leadledger.leads.words import Terms, read_plainly


def list_leads(
    conn: Connection,
    asked: LeadFilter,
    today: date,
    read_words: ReadWords = read_plainly,
    as_of: datetime | None = None,
) -> dict[str, object]:
    """One page of leads in the order asked for; ties by lead_id, so pages never overlap. LeadPage without its coverage.

    With `as_of` they are those of that instant, as they were known then.

    Raises:
        InvalidParameter: the cursor is not one of this question's, no place goes by the name asked for, or the instant
            cannot be asked for.
        AmbiguousPlace: several do.
        NotFound: there is no such territory.
    """
    asked = resolve_places(conn, asked)
    if as_of is None:
        return make_page(*_find(conn, _ask(asked, today, read_words)))
    past.check_as_of(conn, asked, as_of)
    question = _ask(asked, as_of.astimezone(UTC).date(), read_words, as_of)
    then = choose_conditions(asked, question.today, read_words, past.ITS_PERMIT)
    unaltered, counted, found = _find(conn, past.keep_unaltered(question, as_of))
    altered, count_altered = past.find_altered(conn, question, then, as_of)
    counted = replace(counted, total=counted.total + count_altered)
    return make_page(unaltered, counted, past.merge(found, altered)[: asked.limit + 1])


def _ask(asked: LeadFilter, today: date, read_words: ReadWords, as_of: datetime | None = None) -> Question:
    return Question(asked, choose_conditions(asked, today, read_words), read_cursor(asked, as_of), today, as_of)


def _find(conn: Connection, question: Question) -> tuple[Question, Counted, list[dict[str, Any]]]:
    """A page's rows and one more, with how many there are."""
    counted = count(conn, question)
    with conn.cursor(row_factory=dict_row) as rows:
        for statement in compose_pages(question, counted):
            found = rows.execute(statement, question.values).fetchall()
            if len(found) > question.asked.limit:
                break
    return question, counted, found


def read_cursor(asked: LeadFilter, as_of: datetime | None = None) -> Cursor | None:
    """Where the page before ended; None on the first page.

    Raises:
        InvalidParameter: the cursor is not one of this question's.
    """
    return Cursor.decode(asked.cursor, asked.fingerprint(as_of), KEYS[asked.sort]) if asked.cursor else None


def make_page(question: Question, counted: Counted, found: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """The page out of its rows, of which one more than asked for was fetched."""
    asked = question.asked
    items = [summarize(row, question.today) for row in found[: asked.limit]]
    total = max(counted.total, len(items))
    last = found[asked.limit - 1] if len(found) > asked.limit else None
    return {
        "items": items,
        "next_cursor": _next_cursor(last, question, total, counted) if last else None,
        "total": {"value": total, "relation": "eq" if counted.is_exact else "gte"},
        "words": describe_words(question.conditions.terms),
    }


def describe_words(terms: Terms | None) -> list[dict[str, object]]:
    """How words were understood that were not taken as written."""
    readings = terms.readings if terms else ()
    return [{"word": one.word, "read_as": list(one.read_as), "reason": one.reason} for one in readings]


def _next_cursor(last: Mapping[str, Any], question: Question, total: int, counted: Counted) -> str:
    fingerprint = question.asked.fingerprint(question.as_of)
    return Cursor(last["order_number"], last["lead_id"], fingerprint, total, counted.is_exact, counted.way).encode()
