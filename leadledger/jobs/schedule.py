"""What is due when: one entry for each dataset and task, on the publisher's own clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import attr
from croniter import croniter
from procrastinate import App
from procrastinate.periodic import PeriodicTask
from procrastinate.tasks import ConfigureTaskOptions

from permit_leads.registry import Dataset
from permit_leads.registry_cadence import can_be_reconciled
from permit_leads.window import OPERATOR_ZONE

BRING_IN, RECONCILE, EXPORT_DAY, SWEEP = "bring_in", "reconcile", "export_day", "sweep"
MATCH_ALERTS, DELIVER_ALERTS, FORGET_ALERTS = "match_alerts", "deliver_alerts", "forget_alerts"
DELIVER_WEBHOOKS = "deliver_webhooks"
CREDIT_REFUNDS, REVIEW_REFUNDS, REVIEW_REFUNDS_AT = "credit_refunds", "review_refunds", "45 4 * * *"
SWEEP_BILLING, RECONCILE_BILLING, EXPIRE_CREDITS = "sweep_billing", "reconcile_billing", "expire_credits"
SWEEP_BILLING_AT, RECONCILE_BILLING_AT, EXPIRE_CREDITS_AT = "*/2 * * * *", "15 4 * * *", "10 * * * *"
FORGET_ALERTS_AT = "40 3 * * *"
REMIND, REMIND_AT = "remind_of_privacy", "5 6 * * *"
TIDY_EXPORTS = "tidy_exports"
FORGET, FORGET_AT = "forget_expired", "20 * * * *"
EXPORT_AT = "30 0 * * *"  # the day before is over, on the clock that archive files go by
SWEEP_AT = "* * * * *"
TIDY_EXPORTS_AT = "*/10 * * * *"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the schedule. Of the jobs with one `lock` one runs at a time."""

    task: str
    name: str
    cron: str
    zone: str
    lock: str
    arguments: dict[str, str] = field(default_factory=dict)
    is_queued_once: bool = False
    priority: int = 0


def plan(datasets: Iterable[Dataset], *, has_reconcile: bool = True) -> list[Entry]:
    """The whole schedule: each dataset at its cadence and read whole at its other, the archive file, the sweep."""
    entries = [
        Entry(SWEEP, "", SWEEP_AT, "UTC", lock=SWEEP, is_queued_once=True, priority=1),
        Entry(MATCH_ALERTS, "", SWEEP_AT, "UTC", lock=MATCH_ALERTS, priority=5),
        Entry(DELIVER_ALERTS, "", SWEEP_AT, "UTC", lock=DELIVER_ALERTS, priority=5),
        # Under a lock of its own, so that a job that was woken and the sweep may work side by side.
        Entry(DELIVER_WEBHOOKS, "", SWEEP_AT, "UTC", lock="sweep_webhooks", is_queued_once=True, priority=4),
        Entry(FORGET_ALERTS, "", FORGET_ALERTS_AT, str(OPERATOR_ZONE), lock=FORGET_ALERTS),
        Entry(EXPORT_DAY, "", EXPORT_AT, str(OPERATOR_ZONE), lock=EXPORT_DAY),
        Entry(REMIND, "", REMIND_AT, str(OPERATOR_ZONE), lock=REMIND),
        Entry(TIDY_EXPORTS, "", TIDY_EXPORTS_AT, "UTC", lock=TIDY_EXPORTS, is_queued_once=True, priority=1),
        Entry(CREDIT_REFUNDS, "", SWEEP_AT, "UTC", lock=CREDIT_REFUNDS, is_queued_once=True, priority=5),
        Entry(REVIEW_REFUNDS, "", REVIEW_REFUNDS_AT, str(OPERATOR_ZONE), lock=CREDIT_REFUNDS),
        Entry(SWEEP_BILLING, "", SWEEP_BILLING_AT, "UTC", lock=SWEEP_BILLING, is_queued_once=True, priority=2),
        Entry(RECONCILE_BILLING, "", RECONCILE_BILLING_AT, str(OPERATOR_ZONE), lock=RECONCILE_BILLING),
        Entry(EXPIRE_CREDITS, "", EXPIRE_CREDITS_AT, "UTC", lock=EXPIRE_CREDITS, is_queued_once=True),
        Entry(FORGET, "", FORGET_AT, "UTC", lock=FORGET, is_queued_once=True),
    ]
    for dataset in datasets:
        about = {"dataset_id": dataset.id}
        zone, lock = dataset.publisher.time_zone, f"dataset {dataset.id}"
        entries.append(Entry(BRING_IN, dataset.id, dataset.cadence, zone, lock, about))
        if has_reconcile and can_be_reconciled(dataset):
            entries.append(Entry(RECONCILE, dataset.id, dataset.reconcile_cadence, zone, lock, about))
    return entries


@attr.dataclass(frozen=True, kw_only=True)
class ZonedTask(PeriodicTask[..., Any, Any]):
    """A periodic task whose cron expression is read on the clock of `zone`; the library's own are read in UTC."""

    zone: str

    @cached_property
    def croniter(self) -> croniter:
        """Iterates over the instants; asked by timestamp, it stays in its zone."""
        return croniter(self.cron, start_time=datetime.now(ZoneInfo(self.zone)))


def put_on_schedule(app: App, entries: Iterable[Entry]) -> None:
    """Let every worker of this app put the entries' jobs into the queue when they are due, each once."""
    for entry in entries:
        configured = ConfigureTaskOptions(
            lock=entry.lock,
            queueing_lock=entry.task if entry.is_queued_once else None,
            priority=entry.priority,
            task_kwargs={**entry.arguments},
        )
        app.periodic_registry.periodic_tasks[entry.task, entry.name] = ZonedTask(
            task=app.tasks[entry.task],
            cron=entry.cron,
            periodic_id=entry.name,
            configure_kwargs=configured,
            zone=entry.zone,
        )
