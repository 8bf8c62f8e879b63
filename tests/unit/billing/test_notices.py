"""The one thing an account should know now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadledger.billing.standing import choose_notice

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
PRO = {"plan": "pro", "name": "Pro", "area": "states", "metro": None, "ends_at": None}
LAPSED = {"plan": "lapsed", "name": "No plan", "area": "us", "metro": None, "ends_at": None}
TRIAL = {"plan": "trial", "name": "Trial", "area": "us", "metro": None, "ends_at": None}


def subscription(**more: Any) -> dict[str, Any]:
    return {
        "name": "Pro",
        "status": "active",
        "is_collection_paused": False,
        "cancel_at_period_end": False,
        "cancel_at": None,
        "ended_at": None,
        "current_period_end": NOW + timedelta(days=10),
        "next_payment_attempt": None,
        "pay_url": None,
        **more,
    }


def kind_of(plan: Any, about: Any, trial: Any = None) -> str | None:
    notice = choose_notice(plan, about, trial, NOW, "America/Chicago")
    return notice["kind"] if notice else None


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({}, None),
        ({"status": "past_due"}, "past_due"),
        ({"status": "unpaid"}, "unpaid"),
        ({"status": "incomplete"}, "incomplete"),
        ({"status": "paused"}, "paused"),
        ({"is_collection_paused": True}, "paused"),
        ({"cancel_at_period_end": True}, "canceling"),
        ({"cancel_at": NOW + timedelta(days=3)}, "canceling"),
    ],
)
def test_subscription_tells_what_is_pressing(more: dict[str, Any], kind: str | None) -> None:
    assert kind_of(PRO, subscription(**more)) == kind


def test_past_due_says_that_access_stays_and_when_it_is_tried_again() -> None:
    about = subscription(status="past_due", next_payment_attempt=NOW + timedelta(days=2), pay_url="https://pay.example")
    notice = choose_notice(PRO, about, None, NOW, "America/Chicago")
    assert notice == {
        "kind": "past_due",
        "message": "The last payment of your Pro plan failed. You keep your access for now. "
        "We try again on November 30.",
        "url": "https://pay.example",
    }


@pytest.mark.parametrize(
    ("plan", "days", "kind"),
    [(TRIAL, 10, None), (TRIAL, 2, "trial_ending"), (LAPSED, -1, "trial_ended"), (LAPSED, -40, None)],
)
def test_trial_is_told_of_when_it_ends(plan: dict[str, Any], days: int, kind: str | None) -> None:
    assert kind_of(plan, None, {"ends_at": NOW + timedelta(days=days)}) == kind


def test_plan_that_ended_is_told_of_for_a_month() -> None:
    gone = subscription(status="canceled", ended_at=NOW - timedelta(days=2))
    assert kind_of(LAPSED, gone) == "ended"
    assert kind_of(LAPSED, {**gone, "ended_at": NOW - timedelta(days=31)}) is None


def test_plan_for_one_area_asks_for_it() -> None:
    assert kind_of({**PRO, "area": "metro"}, subscription()) == "metro_missing"
