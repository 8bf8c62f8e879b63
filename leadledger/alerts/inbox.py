"""What in_app alerts tell: read from the matches themselves, so there is nothing to send."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from psycopg.rows import dict_row

from leadledger.acting import Acting
from leadledger.alerts.models import InboxFilter
from leadledger.leads import conditions
from leadledger.leads.summaries import summarize
from leadledger.time_cursor import cut_page, read_cursor
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("alerts.sql"))
LIST = QUERIES["list_inbox"].format(
    columns=conditions.QUERIES["summary_columns"], joins=conditions.QUERIES["summary_joins"]
)
OF_ITEM = ("match_id", "alert_id", "saved_search_id", "saved_search_name", "scope", "matched_at", "read_at")


def list_inbox(acting: Acting, asked: InboxFilter) -> dict[str, object]:
    """One page, newest first.

    Raises:
        InvalidParameter: the cursor is not one of this question's.
    """
    question = {"is_unread": bool(asked.is_unread), "account_id": str(acting.account_id)}
    cursor = read_cursor(asked.cursor, question)
    values = {
        "account_id": acting.account_id,
        "is_unread": bool(asked.is_unread),
        "at": cursor.at if cursor else None,
        "row_id": cursor.row_id if cursor else None,
        "limit": asked.limit + 1,
    }
    with acting.conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(LIST, values).fetchall()
    page, next_cursor = cut_page(found, asked.limit, "matched_at", "match_id", question)
    today = datetime.now(UTC).date()
    items = [{**{name: row[name] for name in OF_ITEM}, "lead": summarize(row, today)} for row in page]
    unread = acting.conn.execute(QUERIES["count_unread"], {"account_id": acting.account_id}).fetchone()
    return {"items": items, "next_cursor": next_cursor, "unread_count": unread[0] if unread else 0}


def mark_inbox(acting: Acting, match_ids: list[UUID] | None) -> int:
    """Mark these, or all, as read; how many that were."""
    marked = acting.conn.execute(QUERIES["mark_inbox"], {"account_id": acting.account_id, "match_ids": match_ids})
    return marked.rowcount
