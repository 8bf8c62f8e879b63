"""The state of a source: leases, watermark, rewinds and the audit of changes by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import psycopg
import pytest

from permit_leads.errors import DatabaseUnavailable
from permit_leads.page import Window
from permit_leads.registry import Dataset, Publisher
from permit_leads.store import state
from permit_leads.store.db import connect

SOURCE = "elm_city_permits"
TODAY = date(2026, 11, 23)
DATASET = Dataset(
    id=SOURCE,
    title="Permits of Elm City (synthetic)",
    protocol="socrata",
    url="https://elm.recorded.invalid/resource/aaaa-bbbb.json",
    key=("permit",),
    date_column="issued",
    overlap_days=14,
    backfill_days=365,
    fields={},
    publisher=Publisher(name="Elm City", state="TX", time_zone="America/Chicago"),
)


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection]:
    with connect(database_url) as conn:
        yield conn


def claim(conn: psycopg.Connection, lease_seconds: float = 60) -> UUID:
    run_id = uuid4()
    state.begin(conn, SOURCE, run_id, "test", lease_seconds)
    return run_id


def found(conn: psycopg.Connection) -> state.StateRow:
    row = state.read(conn, SOURCE)
    assert row is not None
    return row


def sync(conn: psycopg.Connection, watermark: date) -> None:
    state.finish_success(conn, SOURCE, claim(conn), watermark, records=7)


def record_run(conn: psycopg.Connection, status: str, since: date | None = None) -> None:
    conn.execute(
        "insert into public.etl_runs (run_id, dataset_id, kind, status, window_since, started_at)"
        " values (gen_random_uuid(), %s, 'sync', %s, %s, now())",
        (SOURCE, status, since),
    )


def test_unmigrated_database_is_named_as_such(database_url: str) -> None:
    empty = database_url.rsplit("/", 1)[0] + "/postgres"
    with pytest.raises(DatabaseUnavailable, match="not migrated"):
        connect(empty)


def test_first_run_backfills(conn: psycopg.Connection) -> None:
    assert state.next_window(None, DATASET, TODAY) == Window(date(2025, 11, 23), TODAY)
    claim(conn)
    assert state.next_window(found(conn), DATASET, TODAY) == Window(date(2025, 11, 23), TODAY)


def test_success_moves_the_watermark_and_the_next_window_overlaps_it(conn: psycopg.Connection) -> None:
    sync(conn, date(2026, 11, 20))
    row = found(conn)
    assert (row.status, row.watermark, row.records_processed) == ("success", date(2026, 11, 20), 7)
    assert row.last_success is not None
    assert row.lease_run_id is None
    assert state.next_window(row, DATASET, TODAY) == Window(date(2026, 11, 6), TODAY)


def test_with_a_system_cursor_a_sync_also_reads_what_was_written_since_the_last_one(conn: psycopg.Connection) -> None:
    told = DATASET.model_copy(update={"system_cursor": ":updated_at"})
    assert state.next_window(None, told, TODAY).touched_since is None  # the first run knows no other days
    sync(conn, date(2026, 11, 20))
    row = found(conn)
    assert state.next_window(row, told, TODAY) == Window(date(2026, 11, 6), TODAY, date(2026, 11, 18))
    rewound = replace(row, replay_from=date(2026, 10, 1))
    assert state.next_window(rewound, told, TODAY) == Window(date(2026, 10, 1), TODAY, date(2026, 9, 29))


def test_watermark_never_goes_back(conn: psycopg.Connection) -> None:
    sync(conn, date(2026, 11, 20))
    sync(conn, date(2026, 11, 2))
    assert found(conn).watermark == date(2026, 11, 20)


def test_watermark_ahead_of_today_never_reverses_the_window(conn: psycopg.Connection) -> None:
    sync(conn, date(2031, 1, 1))
    assert state.next_window(found(conn), DATASET, TODAY) == Window(TODAY, TODAY)


def test_dataset_without_a_date_is_fetched_whole(conn: psycopg.Connection) -> None:
    whole = DATASET.model_copy(update={"date_column": None})
    assert state.next_window(None, whole, TODAY) == Window(None, None)


def test_window_run_leaves_watermark_rewind_and_freshness_alone(conn: psycopg.Connection) -> None:
    sync(conn, date(2026, 11, 20))
    state.mark(conn, SOURCE, state.Change("failure", "test", "again, please"), overlap_days=14)
    before = found(conn)
    state.finish_success(conn, SOURCE, claim(conn), None, records=3)
    after = found(conn)
    assert after.status == "success"
    assert (after.watermark, after.replay_from, after.last_success) == (
        before.watermark,
        before.replay_from,
        before.last_success,
    )


def test_failure_keeps_the_watermark_and_says_why(conn: psycopg.Connection) -> None:
    sync(conn, date(2026, 11, 20))
    state.finish_failure(conn, SOURCE, claim(conn), "column ISSUEDDATE is gone")
    row = found(conn)
    assert (row.status, row.error_message, row.watermark) == (
        "failure",
        "column ISSUEDDATE is gone",
        date(2026, 11, 20),
    )


def test_second_run_is_kept_out_while_the_first_lives(conn: psycopg.Connection) -> None:
    first = claim(conn)
    with pytest.raises(state.LeaseHeld, match=str(first)):
        claim(conn)


def test_two_runs_racing_for_a_new_source_get_one_lease(conn: psycopg.Connection, database_url: str) -> None:
    claim(conn)
    conn.commit()
    with connect(database_url) as other, pytest.raises(state.LeaseHeld):
        claim(other)


def test_dead_run_is_shown_as_failure_and_its_source_can_be_taken(conn: psycopg.Connection) -> None:
    claim(conn, lease_seconds=0)
    record_run(conn, "running")
    row = found(conn)
    assert row.status == "failure"
    assert row.error_message is not None
    assert row.error_message.startswith("lease lost")
    claim(conn)
    assert found(conn).status == "running"
    assert [run.status for run in state.recent_runs(conn, SOURCE, 5)] == ["failure"]


def test_heartbeat_shows_progress_and_prolongs_the_lease(conn: psycopg.Connection) -> None:
    run_id = claim(conn, lease_seconds=0)
    state.heartbeat(conn, SOURCE, run_id, records=41)
    row = found(conn)
    assert (row.status, row.records_processed) == ("running", 41)


def test_run_that_lost_its_lease_can_neither_go_on_nor_finish(conn: psycopg.Connection) -> None:
    lost = claim(conn, lease_seconds=0)
    claim(conn)
    with pytest.raises(state.LeaseLost):
        state.heartbeat(conn, SOURCE, lost, records=1)
    with pytest.raises(state.LeaseLost):
        state.finish_success(conn, SOURCE, lost, TODAY, records=1)
    state.finish_failure(conn, SOURCE, lost, "too late")
    assert found(conn).status == "running"


def test_marking_failure_rewinds_to_the_start_of_the_last_good_run(conn: psycopg.Connection) -> None:
    sync(conn, date(2026, 11, 20))
    record_run(conn, "success", since=date(2026, 10, 1))
    row = state.mark(conn, SOURCE, state.Change("failure", "test", "reset"), overlap_days=14)
    assert row is not None
    assert (row.status, row.error_message) == ("failure", "reset")
    assert (row.watermark, row.replay_from) == (date(2026, 11, 20), date(2026, 10, 1))
    assert state.next_window(row, DATASET, TODAY) == Window(date(2026, 10, 1), TODAY)


def test_marking_failure_rewinds_by_the_overlap_at_least(conn: psycopg.Connection) -> None:
    sync(conn, date(2026, 11, 20))
    record_run(conn, "success", since=date(2026, 11, 19))
    row = state.mark(conn, SOURCE, state.Change("failure", "test", "reset"), overlap_days=14)
    assert row is not None
    assert row.replay_from == date(2026, 11, 6)


def test_good_sync_ends_the_rewind(conn: psycopg.Connection) -> None:
    sync(conn, date(2026, 11, 20))
    state.mark(conn, SOURCE, state.Change("failure", "test", "reset"), overlap_days=14)
    sync(conn, date(2026, 11, 21))
    assert (found(conn).replay_from, found(conn).status) == (None, "success")


def test_marking_success_takes_the_rewind_back_but_claims_no_freshness(conn: psycopg.Connection) -> None:
    sync(conn, date(2026, 11, 20))
    last_success = found(conn).last_success
    state.mark(conn, SOURCE, state.Change("failure", "test", "reset"), overlap_days=14)
    row = state.mark(conn, SOURCE, state.Change("success", "test", records=9), overlap_days=14)
    assert row is not None
    assert (row.status, row.replay_from, row.error_message) == ("success", None, None)
    assert (row.records_processed, row.last_success) == (9, last_success)


def test_marking_running_keeps_no_run_out(conn: psycopg.Connection) -> None:
    state.register(conn, SOURCE, "test")
    row = state.mark(conn, SOURCE, state.Change("running", "test"), overlap_days=14)
    assert row is not None
    assert row.status == "running"
    claim(conn)


def test_change_by_hand_is_refused_while_a_run_is_at_work(conn: psycopg.Connection) -> None:
    run_id = claim(conn)
    with pytest.raises(state.LeaseHeld):
        state.mark(conn, SOURCE, state.Change("failure", "test", "reset"), overlap_days=14)
    forced = state.mark(conn, SOURCE, state.Change("failure", "test", "reset", is_forced=True), overlap_days=14)
    assert forced is not None
    assert forced.status == "failure"
    with pytest.raises(state.LeaseLost):
        state.finish_success(conn, SOURCE, run_id, TODAY, records=1)


def test_every_change_by_hand_is_audited(conn: psycopg.Connection) -> None:
    state.register(conn, SOURCE, "ada")
    state.mark(conn, SOURCE, state.Change("failure", "ada", "Manual reset for replay"), overlap_days=14)
    entries = conn.execute(
        "select action, actor, reason, before ->> 'status', after ->> 'status'"
        " from public.etl_audit_entries order by entry_id"
    ).fetchall()
    assert entries == [
        ("init", "ada", None, None, "unknown"),
        ("update --status failure", "ada", "Manual reset for replay", "unknown", "failure"),
    ]


def test_registering_twice_changes_nothing(conn: psycopg.Connection) -> None:
    sync(conn, date(2026, 11, 20))
    before = found(conn)
    assert state.register(conn, SOURCE, "somebody") is False
    assert found(conn) == before


def test_source_without_state_cannot_be_marked(conn: psycopg.Connection) -> None:
    assert state.mark(conn, SOURCE, state.Change("failure", "test", "reset"), overlap_days=14) is None


def test_a_run_that_ends_just_after_its_lease_is_neither_closed_nor_waited_for(
    conn: psycopg.Connection, database_url: str
) -> None:
    run_id = claim(conn, lease_seconds=0)
    conn.commit()
    state.finish_success(conn, SOURCE, run_id, TODAY, records=7)
    with connect(database_url) as other:
        other.execute("set lock_timeout = '50ms'")
        assert state.close_dead(other) == []
    conn.commit()
    assert found(conn).status == "success"
