"""Exclusive territory: a ZIP and trade in which nobody else may claim, bought with credits for some days."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from leadledger.acting import Acting
from leadledger.credits.models import NewExclusiveZip
from leadledger.credits.refusals import UNPAID
from leadledger.errors import AppError, InvalidBody
from leadledger.plans import load_catalog
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


class ZipTaken(AppError):
    """Another account holds it."""

    status = 409
    code = "zip_taken"


def list_zips(acting: Acting) -> dict[str, object]:
    """Those of the account that hold now, and what one costs."""
    terms = load_catalog().terms
    with acting.conn.cursor(row_factory=dict_row) as rows:
        items = rows.execute(QUERIES["list_zips"], {"account_id": acting.account_id}).fetchall()
    return {"items": items, "terms": {"credits": terms.exclusive_zip_credits, "days": terms.exclusive_zip_days}}


def buy_zip(acting: Acting, wanted: NewExclusiveZip) -> dict[str, Any]:
    """Buy it, or hold it longer; paid and held in one transaction.

    Raises:
        CreditsMissing, CapReached: nothing is bought and nothing taken.
        ZipTaken: another account holds it.
        InvalidBody: no lead of the trade was ever published there, or the plan does not reach it.
    """
    about = {"account_id": acting.account_id, "trade": wanted.trade, "zip": wanted.zip}
    try:
        acting.conn.execute(QUERIES["buy_zip"], about)
    except psycopg.errors.CheckViolation as refused:
        raise _in_our_words(refused) from None
    with acting.conn.cursor(row_factory=dict_row) as rows:
        bought = rows.execute(QUERIES["find_zip"], about).fetchone()
    assert bought is not None
    return bought


def _in_our_words(refused: psycopg.errors.CheckViolation) -> AppError:
    message = refused.diag.message_primary or ""
    if (unpaid := UNPAID.get(refused.diag.constraint_name or "")) is not None:
        kind, way_out = unpaid
        return kind(f"{message}; {way_out}")
    if refused.diag.constraint_name == "zips_are_free":
        return ZipTaken(f"{message}; nothing was charged", field="zip")
    return InvalidBody(f"{message}; nothing was charged", field="zip")
