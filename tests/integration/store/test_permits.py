"""What the store keeps of new, changed, unchanged and contradicting rows."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import polars as pl
import psycopg
import pytest

from permit_leads.permit import FIELDS, PERMIT_SCHEMA
from permit_leads.search import search_words
from permit_leads.store.identity import with_identity
from permit_leads.store.permits import QUERIES, PermitWriter, Written, prepare, split_known
from permit_leads.store.seen import SeenIds

DATASET = "austin_issued_permits"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LEAD_SCHEMA = {
    "permit_key": pl.String,
    "trade": pl.String,
    "kind": pl.String,
    "openness": pl.String,
    "points": pl.Int32,
    "reasons": pl.String,
    "rank_date": pl.Date,
    "rank_key": pl.Int64,
}


def permits(*rows: tuple[str, str]) -> pl.DataFrame:
    """Permits by number and description, as the normalizer hands them over."""
    records = [
        dict.fromkeys(PERMIT_SCHEMA)
        | {
            "permit_key": num,
            "permit_num": num,
            "description": text,
            "page_sha256": "ab" * 32,
            "page_row": at,
            "issued_date": date(2026, 11, 20),
            "latitude": 30.25,
        }
        for at, (num, text) in enumerate(rows)
    ]
    frame = with_identity(DATASET, pl.DataFrame(records, schema=PERMIT_SCHEMA))
    trades = pl.Series("trades", [["roofing"]] * frame.height, dtype=pl.List(pl.String))
    return frame.with_columns(trades, search_words().alias("search_words"))


def leads(frame: pl.DataFrame, trade: str = "roofing", openness: str = "open") -> pl.DataFrame:
    rows = [
        (key, trade, "direct", openness, 10, '[["base", 10, null]]', date(2026, 11, 20), 14_000_000)
        for key in frame["permit_key"]
    ]
    return pl.DataFrame(rows, schema=LEAD_SCHEMA, orient="row")


def run(
    conn: psycopg.Connection,
    *pages: pl.DataFrame,
    trade: str = "roofing",
    openness: str = "open",
    recorded_at: datetime = NOW,
) -> Written:
    """One run of these pages, compared with what was there before it began, as the real run does."""
    split = [split_known(conn, page) for page in pages]
    run_id = uuid.uuid4()
    writer, seen = PermitWriter(conn, DATASET, run_id), SeenIds()
    for differing, unchanged in split:
        writer.saw_unchanged(unchanged)
        if not differing.is_empty():
            scored = leads(differing, trade, openness)
            writer.write(prepare(DATASET, run_id, differing, scored, recorded_at, "test", seen))
    written = writer.apply()
    conn.execute("drop table staged_permits, staged_leads, applied_leads")
    return written


def stored(conn: psycopg.Connection) -> list[tuple[object, ...]]:
    return conn.execute("select permit_num, version, description from permits order by permit_num").fetchall()


def versions(conn: psycopg.Connection) -> list[tuple[object, ...]]:
    """Every version with its wording: the newest from permits, the older ones from superseded_permits."""
    query = """
        select coalesce(old.permit ->> 'permit_num', now.permit_num), version.version,
               coalesce(old.permit ->> 'description', now.description)
          from permit_versions as version
          left join superseded_permits as old using (permit_id, version)
          left join permits as now using (permit_id, version)
         order by 1, 2
    """
    return conn.execute(query).fetchall()


def test_new_permits_become_permit_version_and_lead(conn: psycopg.Connection) -> None:
    written = run(conn, permits(("1", "new roof"), ("2", 'tear off "old", re-roof\n')))
    assert (written.permit_new, written.permit_changed, written.permit_unchanged, written.leads) == (2, 0, 0, 2)
    assert stored(conn) == [("1", 1, "new roof"), ("2", 1, 'tear off "old", re-roof\n')]
    assert versions(conn) == [("1", 1, "new roof"), ("2", 1, 'tear off "old", re-roof\n')]


def test_second_identical_run_writes_nothing(conn: psycopg.Connection) -> None:
    page = permits(("1", "new roof"), ("2", ""))
    run(conn, page)
    written = run(conn, page)
    assert (written.permit_new, written.permit_changed, written.permit_unchanged, written.leads) == (0, 0, 2, 0)
    assert len(versions(conn)) == 2


def test_changed_permit_gets_a_version_and_keeps_its_id(conn: psycopg.Connection) -> None:
    run(conn, permits(("1", "new roof")))
    written = run(conn, permits(("1", "new roof and gutters")))
    assert (written.permit_new, written.permit_changed) == (0, 1)
    assert stored(conn) == [("1", 2, "new roof and gutters")]
    assert versions(conn) == [("1", 1, "new roof"), ("1", 2, "new roof and gutters")]


def test_permit_on_two_pages_settles_on_the_last_and_stays_there(conn: psycopg.Connection) -> None:
    pages = permits(("1", "first page")), permits(("1", "second page"))
    run(conn, *pages)
    assert stored(conn) == [("1", 2, "second page")]
    written = run(conn, *pages)
    assert (written.permit_new, written.permit_changed, written.leads) == (0, 0, 0)
    assert stored(conn) == [("1", 2, "second page")]


def test_row_back_to_the_known_wording_takes_back_an_earlier_page(conn: psycopg.Connection) -> None:
    run(conn, permits(("1", "as known")))
    written = run(conn, permits(("1", "something else")), permits(("1", "as known")))
    assert written.permit_changed == 0
    assert stored(conn) == [("1", 1, "as known")]


def test_permit_that_is_over_when_first_seen_makes_no_lead(conn: psycopg.Connection) -> None:
    written = run(conn, permits(("1", "new roof")), openness="closed")
    assert (written.permit_new, written.leads) == (1, 0)
    written = run(conn, permits(("1", "new roof, finaled")), openness="closed")
    assert (written.permit_changed, written.leads) == (1, 0)


def test_lead_of_a_permit_that_ends_is_closed(conn: psycopg.Connection) -> None:
    run(conn, permits(("1", "new roof")))
    run(conn, permits(("1", "new roof, finaled")), openness="closed")
    assert conn.execute("select openness from leads").fetchall() == [("closed",)]


def test_words_and_trades_of_a_permit_can_be_searched(conn: psycopg.Connection) -> None:
    run(conn, permits(("2015-0654 BP", "Tear off roofs")))
    found = "select permit_num from permits where search_words @> array['roof', 'tear'] and trades @> array['roofing']"
    assert conn.execute(found).fetchall() == [("2015-0654 BP",)]


def test_superseded_version_keeps_every_field_it_had(conn: psycopg.Connection) -> None:
    run(conn, permits(("1", "first")))
    run(conn, permits(("1", "second")))
    (kept,) = conn.execute("select permit from superseded_permits").fetchone() or ({},)
    assert kept == {"permit_num": "1", "description": "first", "issued_date": "2026-11-20", "latitude": 30.25}


def test_lead_of_a_trade_the_permit_lost_is_closed_not_deleted(conn: psycopg.Connection) -> None:
    run(conn, permits(("1", "new roof")))
    run(conn, permits(("1", "water heater")), trade="plumbing")
    rows = conn.execute("select trade, openness, points, reasons from leads order by trade").fetchall()
    assert rows == [
        ("plumbing", "open", 10, [["base", 10, None]]),
        ("roofing", "closed", -200, [["trade_gone", -200, None]]),
    ]


def test_closed_lead_keeps_its_rank_in_step_with_its_points(conn: psycopg.Connection) -> None:
    run(conn, permits(("1", "new roof")))
    run(conn, permits(("1", "water heater")), trade="plumbing")
    ranks: dict[str, int] = dict(conn.execute("select trade, rank_key from leads").fetchall())
    assert ranks["plumbing"] - ranks["roofing"] == 1000 * (10 + 200)


@pytest.mark.parametrize("name", [field.name for field in FIELDS])
def test_every_field_of_the_record_is_updated(name: str) -> None:
    assert f"{name} = staged.{name}" in QUERIES["apply_permits"].as_string()


def test_columns_and_comments_of_permits_are_the_fields_of_the_record(conn: psycopg.Connection) -> None:
    query = """
        select attname, col_description(attrelid, attnum), format_type(atttypid, atttypmod)
          from pg_attribute where attrelid = 'public.permits'::regclass and attnum > 0
    """
    types = {
        "text": "text",
        "date": "date",
        "money": "numeric(14,2)",
        "integer": "bigint",
        "number": "double precision",
    }
    columns = {name: (comment, kind) for name, comment, kind in conn.execute(query).fetchall()}
    assert {f.name: (f.comment, types[f.kind]) for f in FIELDS}.items() <= columns.items()


def test_lead_lies_where_its_permit_does(conn: psycopg.Connection) -> None:
    """Also after the permit moved and nothing else of the lead changed; its position is no part of its history."""
    place = "select version, latitude, longitude, cell is not null from leads"
    run(conn, _at(permits(("1", "new roof")), -97.7))
    assert conn.execute(place).fetchall() == [(1, 30.25, -97.7, True)]
    run(conn, _at(permits(("1", "new roof")), -97.8))
    assert conn.execute(place).fetchall() == [(1, 30.25, -97.8, True)]
    run(conn, _at(permits(("1", "new roof")), None), openness="taken")
    assert conn.execute(place).fetchall() == [(2, 30.25, None, False)]
    ((kept,),) = conn.execute("select lead from superseded_leads").fetchall()
    assert not {"latitude", "longitude", "cell"} & kept.keys()


def test_lead_at_an_impossible_place_has_no_cell(conn: psycopg.Connection) -> None:
    run(conn, _at(permits(("1", "new roof")), 1e300))
    assert conn.execute("select longitude, cell from leads").fetchall() == [(1e300, None)]


def _at(page: pl.DataFrame, longitude: float | None) -> pl.DataFrame:
    return with_identity(DATASET, page.with_columns(longitude=pl.lit(longitude, pl.Float64)))
