"""How an account stands: its plan, its subscription, and the one thing it should know now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import dict_row

from leadledger.acting import RANKS, Acting
from leadledger.errors import AppError, InvalidBody
from leadledger.plans import LAPSED, TRIAL
from leadledger.stripe_settings import StripeSettings
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
TRIAL_NOTICE = timedelta(days=3)
ENDED_NOTICE = timedelta(days=30)
PAGE = "/billing"


class MetroFixed(AppError):
    """The area cannot be changed now."""

    status = 409
    code = "metro_fixed"


def describe_billing(acting: Acting, settings: StripeSettings, now: datetime) -> dict[str, object]:
    """The body of GET /api/billing."""
    plan = _first(acting, "read_plan")
    subscription = _first(acting, "read_subscription")
    is_admin = RANKS[acting.role] >= RANKS["admin"]
    notice = choose_notice(plan, subscription, _first(acting, "read_trial_end"), now, acting.time_zone)
    if notice is not None and not is_admin:
        notice["url"] = None
    return {
        "is_configured": settings.stripe_secret_key is not None,
        "is_test": settings.stripe_secret_key is not None and not settings.is_live,
        "plan": plan,
        "subscription": subscription,
        "notice": notice,
    }


def list_payments(acting: Acting) -> dict[str, object]:
    """Invoices and packs, newest first."""
    return {"items": _read(acting, "list_invoices"), "packs": _read(acting, "list_packs")}


def choose_metro(acting: Acting, metro: str) -> None:
    """Choose the metropolitan area of the plan.

    Raises:
        InvalidBody: there is no such area, or the plan is not for one.
        MetroFixed: it was changed in this billing period already.
    """
    with _in_our_words(metro):
        acting.conn.execute(QUERIES["choose_metro"], {"account_id": acting.account_id, "metro": metro})


def choose_notice(
    plan: Mapping[str, Any] | None,
    subscription: Mapping[str, Any] | None,
    trial: Mapping[str, Any] | None,
    now: datetime,
    time_zone: str,
) -> dict[str, Any] | None:
    """The most pressing of what the account should know; None when all is well. Days are on the account's clock."""

    def day(instant: datetime) -> str:
        return f"{instant.astimezone(ZoneInfo(time_zone)):%B %-d}"

    about = subscription or {}
    status = about.get("status")
    told = _notice_of_payment(about, day) if status and not about["ended_at"] else None
    if told is None and plan is not None and plan["area"] == "metro" and plan["metro"] is None:
        told = "metro_missing", f"Choose the metropolitan area your {plan['name']} plan is for.", PAGE
    if told is None and about and about["ended_at"] and _is_lapsed(plan) and now - about["ended_at"] < ENDED_NOTICE:
        told = "ended", f"Your {about['name']} plan ended on {day(about['ended_at'])}. Credits you bought stay.", PAGE
    if told is None and not about and trial is not None and trial["ends_at"] is not None:
        told = _notice_of_trial(plan, trial["ends_at"], now, day)
    return {"kind": told[0], "message": told[1], "url": told[2]} if told else None


def _notice_of_payment(subscription: Mapping[str, Any], day: Any) -> tuple[str, str, str] | None:
    name, status, pay_url = subscription["name"], subscription["status"], subscription["pay_url"] or PAGE
    if status == "past_due":
        again = subscription["next_payment_attempt"]
        then = f" We try again on {day(again)}." if again else ""
        return "past_due", f"The last payment of your {name} plan failed. You keep your access for now.{then}", pay_url
    if status == "unpaid":
        return "unpaid", f"Your {name} plan was not paid and is stopped. Pay the open invoice to go on.", pay_url
    if status == "incomplete":
        return "incomplete", f"The first payment of your {name} plan is not complete.", pay_url
    if status == "paused" or subscription["is_collection_paused"]:
        return "paused", f"Your {name} plan is paused: nothing is charged and no credits come.", PAGE
    ends_at = subscription["cancel_at"] or (
        subscription["current_period_end"] if subscription["cancel_at_period_end"] else None
    )
    if ends_at:
        return "canceling", f"Your {name} plan is canceled and ends on {day(ends_at)}.", PAGE
    return None


def _notice_of_trial(
    plan: Mapping[str, Any] | None, ends_at: datetime, now: datetime, day: Any
) -> tuple[str, str, str] | None:
    if plan is not None and plan["plan"] == TRIAL and ends_at - now < TRIAL_NOTICE:
        return "trial_ending", f"Your trial ends on {day(ends_at)}.", PAGE
    if _is_lapsed(plan) and now - ends_at < ENDED_NOTICE:
        return "trial_ended", f"Your trial ended on {day(ends_at)}.", PAGE
    return None


def _is_lapsed(plan: Mapping[str, Any] | None) -> bool:
    return plan is not None and plan["plan"] == LAPSED


@contextmanager
def _in_our_words(metro: str) -> Iterator[None]:
    try:
        yield
    except psycopg.errors.ForeignKeyViolation:
        raise InvalidBody(f"there is no metropolitan area '{metro}'; see GET /api/plans", field="metro") from None
    except psycopg.errors.CheckViolation as refused:
        if refused.diag.constraint_name == "metro_of_plan":
            raise InvalidBody(refused.diag.message_primary or "", field="metro") from None
        raise MetroFixed(refused.diag.message_primary or "", field="metro") from None


def _first(acting: Acting, statement: str) -> dict[str, Any] | None:
    return next(iter(_read(acting, statement)), None)


def _read(acting: Acting, statement: str) -> list[dict[str, Any]]:
    with acting.conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES[statement], {"account_id": acting.account_id}).fetchall()
