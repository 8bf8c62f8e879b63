"""The feed: one event for each thing that happened, none twice, and none that a reader steps over."""

from __future__ import annotations

import random
import threading
import uuid
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime

import polars as pl
import psycopg
import pytest

from permit_leads.store import binary, events
from permit_leads.store.events import Event, events_after, newest_event_id
from tests.integration.store.test_permits import permits, run

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WRITERS, RUNS = 4, 12


def told(conn: psycopg.Connection, after: int = 0) -> list[tuple[str, int]]:
    return [(event.kind, event.version) for event in events_after(conn, after)]


def test_new_permit_and_its_lead_are_told_once(conn: psycopg.Connection) -> None:
    start = newest_event_id(conn)
    run(conn, permits(("1", "new roof")))
    run(conn, permits(("1", "new roof")))
    assert told(conn, start) == [("permit.created", 1), ("lead.created", 1)]


def test_event_says_when_it_was_learned_and_of_whom(conn: psycopg.Connection) -> None:
    start = newest_event_id(conn)
    run(conn, permits(("1", "new roof")))
    permit, lead = events_after(conn, start)
    assert (permit.permit_id, permit.lead_id) == (lead.permit_id, None)
    assert conn.execute("select lead_id, permit_id from leads").fetchall() == [(lead.lead_id, lead.permit_id)]
    assert permit.recorded_at == lead.recorded_at == NOW
    assert permit.published_at <= lead.published_at


def test_lead_that_ends_is_a_change_that_says_so(conn: psycopg.Connection) -> None:
    run(conn, permits(("1", "new roof")))
    start = newest_event_id(conn)
    run(conn, permits(("1", "new roof, finaled")), openness="closed")
    permit, lead = events_after(conn, start)
    assert (permit.kind, permit.version, permit.detail) == ("permit.changed", 2, None)
    assert (lead.kind, lead.version, lead.detail) == ("lead.changed", 2, {"openness": ["open", "closed"]})


def test_another_trade_makes_one_lead_and_closes_one(conn: psycopg.Connection) -> None:
    run(conn, permits(("1", "new roof")))
    start = newest_event_id(conn)
    run(conn, permits(("1", "water heater")), trade="plumbing")
    assert Counter(told(conn, start)) == Counter([("permit.changed", 2), ("lead.created", 1), ("lead.changed", 2)])


def test_lead_keeps_what_it_said_before(conn: psycopg.Connection) -> None:
    run(conn, permits(("1", "new roof")))
    run(conn, permits(("1", "new roof, finaled")), openness="closed")
    kept = conn.execute("select version, lead ->> 'openness', superseded_at from superseded_leads").fetchall()
    assert kept == [(1, "open", NOW)]


def test_cursor_and_limit_walk_through_blocks_without_gap_or_repeat(conn: psycopg.Connection) -> None:
    start = newest_event_id(conn)
    run(conn, permits(*((str(at), "new roof") for at in range(2300))))
    seen: list[int] = []
    while page := events_after(conn, seen[-1] if seen else start, limit=777):
        seen += [event.event_id for event in page]
    assert seen == list(range(seen[0], seen[0] + 4600))


def test_reader_may_ask_for_some_kinds_of_some_datasets(conn: psycopg.Connection) -> None:
    start = newest_event_id(conn)
    run(conn, permits(("1", "new roof")))
    assert [event.kind for event in events_after(conn, start, kinds=["lead.created"])] == ["lead.created"]
    assert events_after(conn, start, dataset_ids=["elsewhere"]) == []


def test_events_are_neither_changed_nor_deleted_by_the_etl(conn: psycopg.Connection) -> None:
    run(conn, permits(("1", "new roof")))
    conn.execute("set local role service_role")
    for statement in ("delete from events", "update events set kind = 'permit.changed'"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), conn.transaction():
            conn.execute(statement)


def publish(conn: psycopg.Connection, count: int = 1) -> list[uuid.UUID]:
    """Events of so many permits, not yet committed."""
    ids = [uuid.uuid4() for _ in range(count)]
    conn.execute(events.QUERIES["create_staged_events"])
    events.stage_created(conn, events.created(NOW, binary.ids(pl.Series([str(one) for one in ids]))))
    events.publish(conn, "elm", uuid.uuid4())
    return ids


def test_numbers_are_given_in_the_order_of_commits(database_url: str) -> None:
    with closing(psycopg.connect(database_url)) as first, closing(psycopg.connect(database_url)) as second:
        publish(first)
        second.execute("set lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):  # or its event would stand after one that may not be yet
            publish(second)
        second.rollback()
        assert events_after(second) == []
        first.commit()
        publish(second)
        second.commit()
        assert [event.event_id for event in events_after(first)] == [1, 2]


def test_rolled_back_run_told_nothing(database_url: str) -> None:
    with closing(psycopg.connect(database_url)) as conn:
        publish(conn)
        conn.rollback()
        publish(conn, 2)
        conn.commit()
        assert len(events_after(conn)) == 2


def write_runs(url: str, seed: int, written: list[uuid.UUID], lock: threading.Lock) -> None:
    """Runs of any size, of which every fourth is rolled back, with work of any length before they publish."""
    rng = random.Random(seed)
    with closing(psycopg.connect(url)) as conn:
        for _ in range(RUNS):
            conn.execute("select pg_sleep(%s)", (rng.random() / 100,))
            ids = publish(conn, rng.randint(1, 5))
            if rng.random() < 0.25:
                conn.rollback()
                continue
            conn.commit()
            with lock:
                written += ids


def test_reader_misses_nothing_of_writers_at_work_at_once(database_url: str) -> None:
    written: list[uuid.UUID] = []
    lock = threading.Lock()
    writers = [threading.Thread(target=write_runs, args=(database_url, seed, written, lock)) for seed in range(WRITERS)]
    seen: list[Event] = []
    with closing(psycopg.connect(database_url, autocommit=True)) as reader:
        for writer in writers:
            writer.start()
        is_over = False
        while not is_over:
            is_over = not any(writer.is_alive() for writer in writers)  # asked first: what came before is read below
            seen += events_after(reader, seen[-1].event_id if seen else 0, limit=3)
        while page := events_after(reader, seen[-1].event_id):
            seen += page
    assert Counter(event.permit_id for event in seen) == Counter(written)
