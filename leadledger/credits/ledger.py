"""An account's credits as its members see them: balance, statement, caps, plan, and what leads cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from leadledger.acting import Acting
from leadledger.credits.lots import FOREVER, read_lots
from leadledger.credits.models import CapChange, EntryFilter
from leadledger.errors import InvalidBody, InvalidParameter
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("credits.sql"))
LAST_ID = 9_223_372_036_854_775_807


def describe_credits(acting: Acting) -> dict[str, Any]:
    """How the account stands."""
    return {
        "balance": _one(acting, "read_balance")["balance"],
        "next_expiry": _find_next_expiry(acting),
        "used_this_month": _one(acting, "read_month")["used"],
        "caps": list_caps(acting),
        "plan": _first(acting, "read_plan"),
    }


def list_caps(acting: Acting) -> list[dict[str, Any]]:
    """The caps, the account's own first."""
    return _all(acting, "list_caps")


def change_cap(acting: Acting, change: CapChange) -> dict[str, Any]:
    """Set, change or take away one cap; all caps as they stand then.

    Raises:
        InvalidBody: there is no such member.
    """
    about = change.model_dump()
    if change.credits_a_month is None:
        acting.conn.execute(QUERIES["remove_cap"], {"account_id": acting.account_id, **about})
    else:
        try:
            acting.conn.execute(QUERIES["set_cap"], {"account_id": acting.account_id, **about})
        except psycopg.errors.ForeignKeyViolation:
            raise InvalidBody(f"no member {change.user_id} in this account", field="user_id") from None
    return {"caps": list_caps(acting)}


def list_entries(acting: Acting, asked: EntryFilter) -> dict[str, Any]:
    """One page of the ledger, newest first, each entry with the balance after it."""
    before = _read_cursor(asked.cursor)
    rows = _all(acting, "list_entries", reasons=asked.reason or None, before=before, limit=asked.limit + 1)
    page = rows[: asked.limit]
    next_cursor = str(page[-1]["credit_entry_id"]) if len(rows) > asked.limit else None
    return {"items": page, "next_cursor": next_cursor}


def list_offers(acting: Acting, lead_ids: list[UUID]) -> list[dict[str, Any]]:
    """What leads cost this account and how far they are sold; leads that are not there are left out."""
    return _all(acting, "list_offers", lead_ids=lead_ids)


def _find_next_expiry(acting: Acting) -> dict[str, Any] | None:
    lots = read_lots(_all(acting, "read_lots"))
    ending = [lot for lot in lots if lot.ends_at != FOREVER]
    if not ending:
        return None
    at = ending[0].ends_at
    return {"credits": sum(lot.left for lot in ending if lot.ends_at == at), "at": at}


def _read_cursor(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or int(text) > LAST_ID:
        raise InvalidParameter("cursor is not one of ours; start again without it", field="cursor")
    return int(text)


def _all(acting: Acting, statement: str, **more: object) -> list[dict[str, Any]]:
    about = {"account_id": acting.account_id, **more}
    with acting.conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES[statement], about).fetchall()


def _first(acting: Acting, statement: str) -> dict[str, Any] | None:
    found = _all(acting, statement)
    return found[0] if found else None


def _one(acting: Acting, statement: str) -> dict[str, Any]:
    (row,) = _all(acting, statement)
    return row
