"""What is due when, on which clock; and which job comes back before its time."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from procrastinate import App
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job
from procrastinate.periodic import PeriodicDeferrer
from procrastinate.testing import InMemoryConnector

from leadledger.jobs.patience import INTERRUPTIONS, CommandFailed, Interrupted, Patience, SourceBusy
from leadledger.jobs.queue import CATCH_UP_SECONDS
from leadledger.jobs.schedule import (
    BRING_IN,
    CREDIT_REFUNDS,
    DELIVER_ALERTS,
    DELIVER_WEBHOOKS,
    EXPIRE_CREDITS,
    EXPORT_DAY,
    FORGET,
    FORGET_ALERTS,
    MATCH_ALERTS,
    RECONCILE,
    RECONCILE_BILLING,
    REMIND,
    REVIEW_REFUNDS,
    SWEEP,
    SWEEP_BILLING,
    TIDY_EXPORTS,
    Entry,
    plan,
    put_on_schedule,
)
from permit_leads.registry import load_registry

REGISTRY = load_registry()
AUSTIN, NEW_YORK = REGISTRY["austin_issued_permits"], REGISTRY["nyc_dob_now_permits"]


def app_with(*entries: Entry) -> App:
    app = App(connector=InMemoryConnector())

    def nothing(*, timestamp: int, dataset_id: str = "") -> None:
        del timestamp, dataset_id

    for name in {entry.task for entry in entries}:
        app.task(name=name)(nothing)
    put_on_schedule(app, entries)
    return app


def ticks(cron: str, zone: str, since: datetime, count: int) -> list[datetime]:
    """The next instants at which an entry is due."""
    (periodic,) = app_with(Entry("task", "", cron, zone, "lock")).periodic_registry.periodic_tasks.values()
    found: list[datetime] = []
    at = since.timestamp()
    for _ in range(count):
        at = periodic.croniter.get_next(ret_type=float, start_time=at)
        found.append(datetime.fromtimestamp(at, UTC))
    return found


def test_every_source_is_brought_in_and_reconciled_on_its_publishers_clock() -> None:
    entries = {(entry.task, entry.name): entry for entry in plan([AUSTIN, NEW_YORK])}
    assert set(entries) == {
        (SWEEP, ""),
        (EXPORT_DAY, ""),
        (REMIND, ""),
        (TIDY_EXPORTS, ""),
        (FORGET, ""),
        (MATCH_ALERTS, ""),
        (DELIVER_ALERTS, ""),
        (DELIVER_WEBHOOKS, ""),
        (FORGET_ALERTS, ""),
        (CREDIT_REFUNDS, ""),
        (REVIEW_REFUNDS, ""),
        (SWEEP_BILLING, ""),
        (RECONCILE_BILLING, ""),
        (EXPIRE_CREDITS, ""),
        *((task, dataset.id) for task in (BRING_IN, RECONCILE) for dataset in (AUSTIN, NEW_YORK)),
    }
    assert entries[BRING_IN, AUSTIN.id].zone == "America/Chicago"
    assert entries[BRING_IN, NEW_YORK.id].zone == "America/New_York"
    assert entries[BRING_IN, AUSTIN.id].cron == AUSTIN.cadence
    assert entries[BRING_IN, AUSTIN.id].lock == entries[RECONCILE, AUSTIN.id].lock
    assert entries[EXPORT_DAY, ""].zone == "America/Chicago"


def test_source_that_is_asked_for_days_is_not_reconciled() -> None:
    by_days = AUSTIN.model_copy(update={"protocol": "accela"})
    assert [entry.name for entry in plan([by_days]) if entry.task == RECONCILE] == []


def test_whole_registry_can_be_scheduled() -> None:
    app = app_with(*plan(REGISTRY.values()))
    periodic = app.periodic_registry.periodic_tasks
    assert all(task.croniter.get_next(ret_type=float) > 0 for task in periodic.values())


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("America/Chicago", ["2026-10-31T10:00", "2026-11-01T11:00", "2026-11-02T11:00"]),
        ("America/New_York", ["2026-10-31T09:00", "2026-11-01T10:00", "2026-11-02T10:00"]),
        ("America/Phoenix", ["2026-10-31T12:00", "2026-11-01T12:00", "2026-11-02T12:00"]),
    ],
)
def test_five_in_the_morning_stays_five_when_the_clocks_change(zone: str, expected: list[str]) -> None:
    since = datetime(2026, 10, 30, 18, tzinfo=UTC)
    found = ticks("0 5 * * *", zone, since, 3)
    assert [moment.strftime("%Y-%m-%dT%H:%M") for moment in found] == expected
    assert {moment.astimezone(ZoneInfo(zone)).hour for moment in found} == {5}


def test_hour_that_the_clocks_skip_is_not_left_out() -> None:
    found = ticks("30 2 * * *", "America/Chicago", datetime(2026, 3, 7, 12, tzinfo=UTC), 2)
    days = [moment.astimezone(ZoneInfo("America/Chicago")).date().isoformat() for moment in found]
    assert days == ["2026-03-08", "2026-03-09"]


def test_job_that_no_worker_was_there_for_is_made_up_for_within_a_day() -> None:
    app = app_with(*plan([AUSTIN]))
    at = datetime(2026, 11, 25, 10, 59, tzinfo=UTC).timestamp()  # a minute before five in Austin
    due = PeriodicDeferrer(app.periodic_registry, CATCH_UP_SECONDS).get_previous_tasks(at=at)
    (yesterday,) = [tick for task, tick in due if task.periodic_id == AUSTIN.id and task.task.name == BRING_IN]
    assert yesterday == datetime(2026, 11, 24, 11, tzinfo=UTC).timestamp()
    late = PeriodicDeferrer(app.periodic_registry, CATCH_UP_SECONDS).get_previous_tasks(at=at)
    assert RECONCILE not in {task.task.name for task, _ in late}  # last Sunday's is too long ago


def job(attempts: int = 0) -> Job:
    return Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="task", attempts=attempts)


def test_job_that_finds_its_source_busy_comes_back_when_the_lease_has_run_out() -> None:
    until = datetime(2026, 11, 25, 12, tzinfo=UTC)
    decision = Patience().get_retry_decision(exception=SourceBusy("at work", until), job=job(attempts=999))
    assert decision is not None
    assert decision.retry_at == until


@pytest.mark.parametrize("error", [Interrupted("killed"), JobAborted()])
def test_job_that_was_interrupted_comes_back_but_not_for_ever(error: Exception) -> None:
    assert Patience().get_retry_decision(exception=error, job=job()) is not None
    assert Patience().get_retry_decision(exception=error, job=job(attempts=INTERRUPTIONS)) is None


@pytest.mark.parametrize("error", [CommandFailed("status 4"), ValueError("a mistake of ours")])
def test_job_that_failed_waits_for_its_next_turn(error: Exception) -> None:
    assert Patience().get_retry_decision(exception=error, job=job()) is None
