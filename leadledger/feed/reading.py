"""Reads the feed by its cursor, and says what a copy must hold."""

from __future__ import annotations

from psycopg.rows import dict_row

from leadledger.database import Connection
from leadledger.errors import InvalidParameter
from leadledger.feed.models import FeedFilter, StateFilter
from leadledger.feed.records import QUERIES, add_records, without_records


def newest_event_id(conn: Connection) -> int:
    """The last event committed so far; 0 when nothing happened yet."""
    row = conn.execute(QUERIES["newest_event"]).fetchone()
    assert row is not None
    return int(row[0])


def check_after(after: int, newest: int) -> None:
    """A cursor from the future was given by another database, or by this one before it was put back from a backup.

    Raises:
        InvalidParameter: no event has this number yet.
    """
    if after > newest:
        message = f"after is {after}, but the newest event is {newest}; begin again from an event you were given here"
        raise InvalidParameter(message, field="after")


def list_events(conn: Connection, asked: FeedFilter) -> dict[str, object]:
    """The next events in the order of commits.

    Raises:
        InvalidParameter: the cursor is ahead of the feed.
    """
    newest = newest_event_id(conn)
    check_after(asked.after, newest)
    wanted = {
        "after": asked.after,
        "newest": newest,
        "dataset_ids": asked.dataset_id,
        "kinds": asked.kind,
        "limit": asked.limit,
    }
    with conn.cursor(row_factory=dict_row) as rows:
        events = rows.execute(QUERIES["read_events"], wanted).fetchall()
    # A page that is not full has seen all there is, also what the filter left out.
    next_after = events[-1]["event_id"] if len(events) == asked.limit else newest
    return {
        "events": add_records(conn, events) if asked.include else without_records(events),
        "next_after": next_after,
        "has_more": next_after < newest,
        "newest_event_id": newest,
    }


def describe_state(conn: Connection, asked: StateFilter) -> dict[str, object]:
    """Counts and hashes of all permits and leads, and the number of the event they stand at."""
    with conn.cursor(row_factory=dict_row) as rows:
        row = rows.execute(QUERIES["read_state"], {"dataset_ids": asked.dataset_id}).fetchone()
    assert row is not None  # an aggregate
    return {
        "newest_event_id": row["newest_event_id"],
        "permits": {"count": row["permit_count"], "hash": row["permit_hash"]},
        "leads": {"count": row["lead_count"], "hash": row["lead_hash"]},
    }
