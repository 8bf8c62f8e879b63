"""Evidence is looked for as soon as it is there, by one job for all that waits, and none is passed over."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from leadledger.jobs.refund_tasks import credit
from leadledger.jobs.tasks import Place
from permit_leads.progress import Progress
from tests.integration.refunds.conftest import NUMBERS, SQL, Sold, days_ago, look


def test_what_was_read_long_before_it_was_published_is_enough(sold: Sold, place: Any) -> None:
    look(place[2])
    sold.change("move_claim", days=2)
    sold.correct(address="1 ELSEWHERE AVE")
    sold.change("read_hours_ago")
    look(place[2], is_whole=False)
    assert sold.refund() is None
    sold.change("tell_changed", at=days_ago(0.2), number=next(NUMBERS))
    look(place[2], is_whole=False)
    assert sold.refund() is not None


def count_waiting(owner: psycopg.Connection) -> int:
    row = owner.execute(SQL["waiting_jobs"]).fetchone()
    assert row is not None
    return int(row[0])


def test_evidence_and_sales_wake_the_job(sold: Sold) -> None:
    woken_by_sale = count_waiting(sold.owner)
    sold.change("redact", at=days_ago(400), number=next(NUMBERS))
    assert woken_by_sale > 0
    assert count_waiting(sold.owner) == woken_by_sale + 1


def test_job_that_began_before_the_evidence_was_committed_is_not_the_last(sold: Sold, place: Any) -> None:
    with psycopg.connect(place[2]) as run:
        about = {"permit_id": sold.permit_id, "at": days_ago(400), "number": next(NUMBERS)}
        run.execute(SQL["redact"], about)
        sold.change("take_waiting_jobs")
        run.commit()
    assert count_waiting(sold.owner) == 1


def test_job_takes_up_all_that_wait(sold: Sold, place: Any, tmp_path: Path) -> None:
    sold.change("redact", at=datetime.now(UTC), number=next(NUMBERS))
    credit(Place(place[2], Progress(tmp_path / "log", io.StringIO()), tmp_path), is_whole=False)
    assert sold.refund() is not None
    assert count_waiting(sold.owner) == 0
