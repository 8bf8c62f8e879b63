"""Keeps questions, says what they would have told, and compiles them into what matching reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from leadledger.acting import Acting
from leadledger.alerts.clauses import CannotWatch, Clause, compile_clauses
from leadledger.alerts.contents import find_recent, read_leads
from leadledger.alerts.models import SearchChange, SearchDraft
from leadledger.errors import AppError, NotFound
from leadledger.leads.asked_places import settle_places
from leadledger.leads.filters import LeadSearch
from leadledger.leads.summaries import summarize
from leadledger.leads.words import read_plainly
from leadledger.modes import now_in
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("alerts.sql"))
PREVIEW_SHOWN = 10
OF_A_PAGE = ("cursor", "limit")


class LimitReached(AppError):
    """The account has as many as it may have."""

    status = 409
    code = "limit_reached"


def read_clauses(asked: LeadSearch) -> list[Clause]:
    """The question as matching reads it.

    Raises:
        CannotWatch: it has a condition that matching cannot express.
    """
    for name in OF_A_PAGE:
        if name in asked.model_fields_set:
            raise CannotWatch(f"'{name}' belongs to a page of the list; leave it out", field=f"filter.{name}")
    return compile_clauses(asked.model_dump(exclude=set(OF_A_PAGE)), _read_words)


def list_searches(acting: Acting, saved_search_id: UUID | None = None) -> list[dict[str, object]]:
    """All of the account, or the one; each with its alerts."""
    about = {"account_id": acting.account_id, "saved_search_id": saved_search_id, "alert_id": None}
    list_alerts = QUERIES["list_alerts"].format(columns=QUERIES["alert_columns"])
    with acting.conn.cursor(row_factory=dict_row) as rows:
        searches = rows.execute(QUERIES["list_searches"], about).fetchall()
        alerts = rows.execute(list_alerts, about).fetchall()
    of_search: dict[UUID, list[dict[str, object]]] = {search["saved_search_id"]: [] for search in searches}
    for alert in alerts:
        of_search[alert["saved_search_id"]].append(alert)
    return [{**search, "alerts": of_search[search["saved_search_id"]]} for search in searches]


def find_search(acting: Acting, saved_search_id: UUID) -> dict[str, object]:
    """One saved search.

    Raises:
        NotFound: the account has none of this id.
    """
    found = list_searches(acting, saved_search_id)
    if not found:
        raise _no_search(saved_search_id)
    return found[0]


def create_search(acting: Acting, draft: SearchDraft, most: int) -> dict[str, object]:
    """The kept question.

    Raises:
        CannotWatch: it has a condition that matching cannot express.
        LimitReached: the account may have no more.
    """
    clauses = read_clauses(_settled(acting, draft.filter))
    acting.conn.execute(QUERIES["lock_account"], {"account_id": str(acting.account_id)})
    row = acting.conn.execute(QUERIES["count_searches"], {"account_id": acting.account_id}).fetchone()
    if row is not None and row[0] >= most:
        raise LimitReached(f"the account has {row[0]} saved searches, and may have {most}; remove one first")
    values = {
        "account_id": acting.account_id,
        "name": draft.name,
        "filter": _as_saved(draft.filter),
        "clauses": Jsonb(clauses),
        "is_paused": draft.is_paused,
    }
    made = acting.conn.execute(QUERIES["create_search"], values).fetchone()
    assert made is not None
    return find_search(acting, made[0])


def change_search(acting: Acting, saved_search_id: UUID, change: SearchChange) -> dict[str, object]:
    """The search after the change.

    Raises:
        CannotWatch: the new question has a condition that matching cannot express.
        NotFound: the account has none of this id.
    """
    values = {
        "account_id": acting.account_id,
        "saved_search_id": saved_search_id,
        "name": change.name,
        "filter": _as_saved(change.filter) if change.filter else None,
        "clauses": Jsonb(read_clauses(_settled(acting, change.filter))) if change.filter else None,
        "is_paused": change.is_paused,
    }
    if acting.conn.execute(QUERIES["change_search"], values).fetchone() is None:
        raise _no_search(saved_search_id)
    return find_search(acting, saved_search_id)


def remove_search(acting: Acting, saved_search_id: UUID) -> None:
    """Forget a search, its alerts and what they told.

    Raises:
        NotFound: the account has none of this id.
    """
    about = {"account_id": acting.account_id, "saved_search_id": saved_search_id}
    if acting.conn.execute(QUERIES["remove_search"], about).fetchone() is None:
        raise _no_search(saved_search_id)


def preview(acting: Acting, asked: LeadSearch) -> dict[str, object]:
    """New leads of the last seven days that fit.

    Raises:
        CannotWatch: it has a condition that matching cannot express.
    """
    now = now_in(acting.caller.mode)
    found = find_recent(acting.conn, read_clauses(_settled(acting, asked)), acting.time_zone, now)
    best = [lead_id for lead_id, _ in found[:PREVIEW_SHOWN]]
    rows = read_leads(acting.conn, best)
    counted = Counter(day for _, day in found)
    return {
        "count": len(found),
        "days": [{"day": day, "count": counted[day]} for day in sorted(counted, reverse=True)],
        "items": _summarize(best, rows, now),
    }


def _summarize(lead_ids: Sequence[UUID], rows: Mapping[UUID, Mapping[str, Any]], now: datetime) -> list[object]:
    return [summarize(rows[lead_id], now.date()) for lead_id in lead_ids if lead_id in rows]


def _settled(acting: Acting, asked: LeadSearch) -> LeadSearch:
    """The place's name as its ZIPs or county; a territory changes later, so that one is left in, and refused."""
    return asked if asked.territory_id is not None else settle_places(acting.conn, asked)


def _read_words(text: str) -> list[list[list[str]]]:
    return [[list(words) for words in term] for term in read_plainly(text).terms]


def _as_saved(asked: LeadSearch) -> Jsonb:
    return Jsonb(asked.model_dump(mode="json", exclude_unset=True))


def _no_search(saved_search_id: UUID) -> NotFound:
    return NotFound(f"no saved search {saved_search_id} in this account")
