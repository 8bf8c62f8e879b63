"""The list as it was known at an instant.

Most leads have not changed since, and are found as ever, with one more condition. Those that have, or whose permit has,
are put together out of the ledger as they were, and asked the same; the two lists are one by their order.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from leadledger.database import Connection
from leadledger.errors import InvalidParameter
from leadledger.leads.conditions import QUERIES as SEARCH
from leadledger.leads.conditions import Conditions, join
from leadledger.leads.disclosure import GRANTED
from leadledger.leads.filters import Group, LeadQuestion, LeadSearch
from leadledger.leads.question import Question
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
ITS_PERMIT = QUERIES["its_permit"]
MOST_SUPERSEDED = 20_000
COLUMNS = sql.SQL(", ").join(sql.Identifier("permit", field.name) for field in GRANTED)
Rows = list[Mapping[str, Any]]


def check_as_of(conn: Connection, asked: LeadQuestion, as_of: datetime) -> None:
    """Whether that instant can be asked for.

    Raises:
        InvalidParameter: words are asked for, which are not kept; or too much has changed since.
    """
    if _asks_words(asked):
        message = "q cannot be asked together with as_of: which words a permit was found by is not kept; leave one out"
        raise InvalidParameter(message, field="q")
    row = conn.execute(QUERIES["count_superseded"], {"as_of": as_of, "most_superseded": MOST_SUPERSEDED}).fetchone()
    if row is not None and row[0] >= MOST_SUPERSEDED:
        message = (
            f"as_of is {as_of.isoformat()}: {MOST_SUPERSEDED:,} permits and leads or more have changed since; ask for "
            "a later instant, or for single permits by /api/permits/{permit_id}?as_of="
        )
        raise InvalidParameter(message, field="as_of")


def keep_unaltered(question: Question, as_of: datetime) -> Question:
    """The same question of leads that say today what they said then."""
    conditions = question.conditions
    unaltered = replace(
        conditions,
        rest=(*conditions.rest, QUERIES["unchanged_lead"]),
        permit=(*conditions.permit, QUERIES["unchanged_permit"]),
        is_dear=True,
        values={**conditions.values, "as_of": as_of},
    )
    return replace(question, conditions=unaltered)


def find_altered(conn: Connection, question: Question, then: Conditions, as_of: datetime) -> tuple[Rows, int]:
    """The others that fit, as they were, up to a page, and how many there are; `then` are conditions on the past."""
    values = {**question.values, **then.values, "as_of": as_of}
    order, conditions = question.order, [*then.of_lead, *then.of_its_permit]
    after = [SEARCH["after_cursor"].format(key=order.key, after=order.after)] if question.cursor else []
    altered = QUERIES["altered"].format(columns=COLUMNS)
    page = QUERIES["page_of_altered"].format(
        altered=altered, columns=SEARCH["summary_columns"], number=order.number, key=order.key,
        conditions=join([*conditions, *after]),
    )  # fmt: skip
    with conn.cursor(row_factory=dict_row) as cursor:
        rows: Rows = list(cursor.execute(page, values).fetchall())
    if question.cursor:
        return rows, 0
    counted = conn.execute(
        QUERIES["count_altered"].format(altered=altered, conditions=join(conditions)), values
    ).fetchone()
    return rows, counted[0] if counted else 0


def merge(found: Sequence[Mapping[str, Any]], altered: Sequence[Mapping[str, Any]]) -> Rows:
    """Both in the order of the page."""
    return list(heapq.merge(found, altered, key=lambda row: (-row["order_number"], row["lead_id"])))


def _asks_words(asked: LeadQuestion | Group) -> bool:
    groups = [*asked.any, *asked.all] if isinstance(asked, Group | LeadSearch) else []
    return bool(asked.q) or any(map(_asks_words, groups))
