"""Refunds as an account sees them: what came back by evidence, what it asked for, and its one appeal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from leadledger.acting import Acting
from leadledger.errors import AppError, NotFound
from leadledger.refunds.crediting import QUERIES
from leadledger.refunds.models import NewAppeal, NewRefundRequest, PageFilter
from leadledger.time_cursor import cut_page, read_cursor

COLUMNS = {"columns": QUERIES["request_columns"]}


class NothingOwed(AppError):
    """The claim's credits are back already, or it cost none."""

    status = 409
    code = "nothing_owed"


class AskedAlready(AppError):
    """There is a request for this claim."""

    status = 409
    code = "asked_already"


class NoAppeal(AppError):
    """Only a refused request can be appealed, and once."""

    status = 409
    code = "no_appeal"


def list_refunds(acting: Acting, asked: PageFilter) -> dict[str, object]:
    """One page of refunds, newest first."""
    return _page(acting, asked, "list_refunds", "credited_at", "refund_id")


def list_requests(acting: Acting, asked: PageFilter) -> dict[str, object]:
    """One page of requests, newest first."""
    return _page(acting, asked, "list_requests", "created_at", "refund_request_id")


def request_refund(acting: Acting, wanted: NewRefundRequest) -> dict[str, Any]:
    """Ask for a claim's credits; what the records prove is credited at once, the rest waits for a person.

    Raises:
        NotFound: there is no such claim.
        NothingOwed: its credits are back, or it cost none.
        AskedAlready: it was asked for before.
    """
    about = {"account_id": acting.account_id, **wanted.model_dump()}
    with _in_our_words():
        made = acting.conn.execute(QUERIES["request_refund"], about).fetchone()
    assert made is not None
    return _find(acting, made[0])


def appeal(acting: Acting, refund_request_id: UUID, wanted: NewAppeal) -> dict[str, Any]:
    """Ask for a second look at a refused request.

    Raises:
        NotFound: there is no such request.
        NoAppeal: it is not refused, or was appealed before.
    """
    status = _find(acting, refund_request_id)["status"]
    about = {"account_id": acting.account_id, "refund_request_id": refund_request_id, "words": wanted.words}
    made = acting.conn.execute(QUERIES["appeal_refund"], about).fetchone()
    if made is None or made[0] is None:
        raise NoAppeal(f"the request is {status}; only a refused one can be appealed, and once")
    return _find(acting, refund_request_id)


def _page(acting: Acting, asked: PageFilter, statement: str, at: str, row_id: str) -> dict[str, object]:
    question = {"list": statement}
    cursor = read_cursor(asked.cursor, question)
    wanted = {
        "account_id": acting.account_id,
        "before_at": cursor and cursor.at,
        "before_id": cursor and cursor.row_id,
        "limit": asked.limit + 1,
    }
    with acting.conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES[statement].format(**COLUMNS), wanted).fetchall()
    page, next_cursor = cut_page(found, asked.limit, at, row_id, question)
    return {"items": page, "next_cursor": next_cursor}


def _find(acting: Acting, refund_request_id: UUID) -> dict[str, Any]:
    about = {"account_id": acting.account_id, "refund_request_id": refund_request_id}
    with acting.conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES["find_request"].format(**COLUMNS), about).fetchone()
    if found is None:
        raise NotFound(f"there is no refund request {refund_request_id} in this account")
    return found


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.ForeignKeyViolation as refused:
        raise NotFound(refused.diag.message_primary or "there is no such claim", field="claim_id") from None
    except psycopg.errors.UniqueViolation:
        raise AskedAlready("a refund was asked for this claim already; see GET /api/refund-requests") from None
    except psycopg.errors.CheckViolation as refused:
        if refused.diag.constraint_name != "refund_is_owed":
            raise
        raise NothingOwed(refused.diag.message_primary or "", field="claim_id") from None
