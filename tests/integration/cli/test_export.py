"""Files of permits and leads, read from a real database."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import polars as pl
import psycopg
import pytest

from permit_leads.export import FORMATS, export_window
from permit_leads.page import Window
from permit_leads.permit import FIELDS
from permit_leads.registry import Dataset, FieldRule, Publisher
from permit_leads.score.ranking import score_at
from permit_leads.store.db import connect

SOURCE = "elm_city_permits"
TODAY = date(2026, 11, 23)
WEEK = Window(date(2026, 11, 16), date(2026, 11, 22))
DATASET = Dataset(
    id=SOURCE,
    title="Permits of Elm City (synthetic)",
    protocol="socrata",
    url="https://elm.recorded.invalid/resource/aaaa-bbbb.json",
    key=("permit",),
    date_column="issued",
    fields={"PermitNum": FieldRule(column="permit"), "IssuedDate": FieldRule(column="issued", parse="floating_date")},
    publisher=Publisher(name="Elm City", state="TX", time_zone="America/Chicago"),
)


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection]:
    with connect(database_url) as conn:
        yield conn


def add_permit(conn: psycopg.Connection, num: str, issued: date | None, description: str = "Re-roof") -> UUID:
    permit_id = uuid4()
    conn.execute(
        "insert into public.permits (permit_id, dataset_id, permit_key, version, content_hash, page_sha256, page_row,"
        " first_recorded_at, recorded_at, permit_num, issued_date, description, longitude, est_project_cost,"
        " owner_name) values (%s, %s, %s, 1, gen_random_uuid(), 'aa', 0, now(), now(), %s, %s, %s, -97.7, 18400,"
        " 'A. Person')",
        (permit_id, SOURCE, num, num, issued, description),
    )
    return permit_id


def add_lead(conn: psycopg.Connection, permit_id: UUID, rank_key: int) -> None:
    conn.execute(
        "insert into public.leads (lead_id, permit_id, dataset_id, trade, kind, openness, points, reasons, rank_key,"
        " model_version, created_at, updated_at) values (gen_random_uuid(), %s, %s, 'roofing', 'direct', 'open', 9,"
        """ '[["base", 9, null]]', %s, '1', now(), now())""",
        (permit_id, SOURCE, rank_key),
    )


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_files_are_named_by_source_and_window_and_hold_its_days(conn: psycopg.Connection, tmp_path: Path) -> None:
    for num, issued in (("a", WEEK.since), ("b", WEEK.until), ("c", date(2026, 11, 15)), ("d", TODAY), ("e", None)):
        add_permit(conn, num, issued)
    files = export_window(conn, DATASET, WEEK, TODAY, ["csv"], tmp_path / "exports")
    assert [(file.path.name, file.row_count) for file in files] == [
        ("permits_elm_city_permits_2026-11-16_2026-11-22.csv", 2),
        ("leads_elm_city_permits_2026-11-16_2026-11-22.csv", 0),
    ]
    assert [row["permit_num"] for row in read_csv(files[0].path)] == ["a", "b"]


def test_open_window_holds_everything(conn: psycopg.Connection, tmp_path: Path) -> None:
    add_permit(conn, "a", TODAY)
    add_permit(conn, "b", None)
    (permits, _) = export_window(conn, DATASET, Window(None, None), TODAY, ["csv"], tmp_path)
    assert (permits.path.name, permits.row_count) == ("permits_elm_city_permits_all.csv", 2)


def test_window_by_a_column_that_is_no_field_takes_the_best_day_known(conn: psycopg.Connection, tmp_path: Path) -> None:
    add_permit(conn, "a", WEEK.since)
    by_edit = DATASET.model_copy(update={"date_column": ":updated_at"})
    assert export_window(conn, by_edit, WEEK, TODAY, ["csv"], tmp_path)[0].row_count == 1


def test_columns_are_the_fields_without_those_of_persons(conn: psycopg.Connection, tmp_path: Path) -> None:
    (permits, _) = export_window(conn, DATASET, WEEK, TODAY, ["csv"], tmp_path)
    columns = permits.path.read_text().strip().split(",")
    assert [name for name in columns if name in {field.name for field in FIELDS}] == [
        field.name for field in FIELDS if not field.is_personal
    ]


def test_formula_is_defused_and_numbers_stay_numbers(conn: psycopg.Connection, tmp_path: Path) -> None:
    add_permit(conn, "a", WEEK.since, description='=HYPERLINK("http://x")')
    (permits, _) = export_window(conn, DATASET, WEEK, TODAY, ["csv"], tmp_path)
    (row,) = read_csv(permits.path)
    assert row["description"] == '\'=HYPERLINK("http://x")'
    assert (row["longitude"], row["est_project_cost"], row["latitude"]) == ("-97.7", "18400.00", "")
    assert "A. Person" not in permits.path.read_text()


def test_leads_come_best_first_with_the_score_of_today(conn: psycopg.Connection, tmp_path: Path) -> None:
    for num, rank_key in (("a", 14_000_000), ("b", 14_030_000)):
        add_lead(conn, add_permit(conn, num, WEEK.since), rank_key)
    leads = export_window(conn, DATASET, WEEK, TODAY, ["csv", "jsonl"], tmp_path)[2:]
    rows = read_csv(leads[0].path)
    assert [(row["permit_num"], row["score"]) for row in rows] == [
        ("b", str(score_at(14_030_000, TODAY))),
        ("a", str(score_at(14_000_000, TODAY))),
    ]
    records = [json.loads(line) for line in leads[1].path.read_text().splitlines()]
    assert records[0]["reasons"] == [["base", 9, None]]


def test_rows_of_a_simulated_publisher_say_so(conn: psycopg.Connection, tmp_path: Path) -> None:
    add_permit(conn, "a", WEEK.since)
    conn.execute(
        "insert into public.raw_pages (run_id, page_index, dataset_id, page_sha256, kind, url, method, status, headers,"
        " media_type, fetched_at, elapsed_ms, byte_count, row_count, simulated_note) values (gen_random_uuid(), 0, %s,"
        " 'aa', 'rows', 'https://x', 'GET', 200, '{}', 'application/json', now(), 1, 1, 1, 'recorded rows')",
        (SOURCE,),
    )
    (permits, _) = export_window(conn, DATASET, WEEK, TODAY, ["csv"], tmp_path)
    assert read_csv(permits.path)[0]["simulated_note"] == "recorded rows"


def test_same_window_twice_is_the_same_file(conn: psycopg.Connection, tmp_path: Path) -> None:
    add_lead(conn, add_permit(conn, "a", WEEK.since), 14_000_000)
    first = [file.path.read_bytes() for file in export_window(conn, DATASET, WEEK, TODAY, ["csv", "jsonl"], tmp_path)]
    again = [file.path.read_bytes() for file in export_window(conn, DATASET, WEEK, TODAY, ["csv", "jsonl"], tmp_path)]
    assert first == again


def test_all_formats_of_a_window_hold_the_same_rows(conn: psycopg.Connection, tmp_path: Path) -> None:
    add_lead(conn, add_permit(conn, "a", WEEK.since), 14_000_000)
    add_permit(conn, "b", WEEK.until)
    files = export_window(conn, DATASET, WEEK, TODAY, FORMATS, tmp_path)
    name = "elm_city_permits_2026-11-16_2026-11-22"
    suffixes = ["csv", "jsonl", "xlsx", "parquet", "geojson", "sqlite"]
    permits = [f"permits_{name}.{suffix}" for suffix in [*suffixes, "blds.csv"]]
    assert [file.path.name for file in files] == permits + [f"leads_{name}.{suffix}" for suffix in suffixes]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(file.path.name for file in files)
    frame = pl.read_parquet(tmp_path / f"permits_{name}.parquet")
    assert frame.select("permit_num", "issued_date", "est_project_cost", "longitude").rows() == [
        ("a", WEEK.since, Decimal("18400.00"), -97.7),
        ("b", WEEK.until, Decimal("18400.00"), -97.7),
    ]
    leads = pl.read_parquet(tmp_path / f"leads_{name}.parquet")
    assert leads.select("reasons", "score").rows() == [('[["base",9,null]]', score_at(14_000_000, TODAY))]
    assert read_csv(files[6].path)[0]["Publisher"] == "Elm City"
    assert not any(b"A. Person" in file.path.read_bytes() for file in files)


def test_more_rows_than_are_read_at_once_all_arrive(conn: psycopg.Connection, tmp_path: Path) -> None:
    conn.execute(
        "insert into public.permits (permit_id, dataset_id, permit_key, version, content_hash, page_sha256, page_row,"
        " first_recorded_at, recorded_at, permit_num) select gen_random_uuid(), %s, n::text, 1, gen_random_uuid(),"
        " 'aa', 0, now(), now(), n::text from generate_series(1, 4500) as n",
        (SOURCE,),
    )
    (permits, _) = export_window(conn, DATASET, Window(None, None), TODAY, ["csv"], tmp_path)
    assert len({row["permit_num"] for row in read_csv(permits.path)}) == permits.row_count == 4500
