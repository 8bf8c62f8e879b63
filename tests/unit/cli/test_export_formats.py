"""Every format says the same: typed where it can be, with its columns also when there is no row, safe to open."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import openpyxl
import polars as pl
import pytest

from permit_leads.export.blds import COLUMNS as BLDS_COLUMNS
from permit_leads.export.blds import blds_record
from permit_leads.export.cells import Cell
from permit_leads.export.columns import Column, Sheet
from permit_leads.export.workbook import cut, write_xlsx
from permit_leads.export.writers import SUFFIXES, WRITERS, open_writer
from permit_leads.permit import FIELDS

SHEET = Sheet(
    "permits",
    (
        Column("permit_id"),
        Column("description"),
        Column("issued_date", "date"),
        Column("recorded_at", "instant"),
        Column("est_project_cost", "money"),
        Column("housing_units", "integer"),
        Column("latitude", "number"),
        Column("longitude", "number"),
        Column("reasons"),
    ),
)
FULL: tuple[Cell, ...] = (
    UUID(int=1),
    '=HYPERLINK("http://x")',
    date(2024, 1, 15),
    datetime(2024, 1, 15, 6, 0, 0, 1, tzinfo=UTC),
    Decimal("99999999999.99"),
    0,
    30.25,
    -97.7,
    [["base", 9, None]],
)
BARE: tuple[Cell, ...] = (UUID(int=2), None, None, None, None, None, 30.25, None, None)
WITHOUT_ROWS = sorted(set(WRITERS) - {"jsonl"})


def write(folder: Path, file_format: str, *rows: Sequence[Cell], sheet: Sheet = SHEET) -> Path:
    path = folder / f"permits.{SUFFIXES.get(file_format, file_format)}"
    with open_writer(path, sheet, file_format) as append:
        for row in rows:
            append(row)
    return path


def test_parquet_keeps_every_type(tmp_path: Path) -> None:
    frame = pl.read_parquet(write(tmp_path, "parquet", FULL, BARE))
    assert frame.schema["est_project_cost"] == pl.Decimal(14, 2)
    assert frame.schema["recorded_at"] == pl.Datetime("us", "UTC")
    assert frame.rows() == [
        (str(UUID(int=1)), *FULL[1:8], '[["base",9,null]]'),
        (str(UUID(int=2)), *BARE[1:]),
    ]


def test_parquet_written_in_parts_holds_all_rows_and_leaves_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("permit_leads.export.parquet.ROWS_AT_ONCE", 2)
    path = write(tmp_path, "parquet", *[(UUID(int=n), *BARE[1:]) for n in range(5)])
    assert pl.read_parquet(path)["permit_id"].to_list() == [str(UUID(int=n)) for n in range(5)]
    assert list(tmp_path.iterdir()) == [path]


def test_sqlite_keeps_cents_numbers_and_nulls(tmp_path: Path) -> None:
    with closing(sqlite3.connect(write(tmp_path, "sqlite", FULL, BARE))) as conn:
        rows = conn.execute("select * from permits order by permit_id").fetchall()
        types = [kind for _, _, kind, *_ in conn.execute("pragma table_info(permits)")]
    assert types == ["TEXT", "TEXT", "TEXT", "TEXT", "numeric", "INTEGER", "REAL", "REAL", "TEXT"]
    assert rows[0][1:] == (FULL[1], "2024-01-15", "2024-01-15T06:00:00.000001Z", 99999999999.99, 0, 30.25, -97.7,
                           '[["base",9,null]]')  # fmt: skip
    assert Decimal(str(rows[0][4])) == FULL[4]
    assert rows[1] == (str(UUID(int=2)), None, None, None, None, None, 30.25, None, None)


def test_geojson_has_longitude_first_and_null_where_half_a_point_is_published(tmp_path: Path) -> None:
    document = json.loads(write(tmp_path, "geojson", FULL, BARE).read_text())
    assert document["type"] == "FeatureCollection"
    first, second = document["features"]
    assert set(first) == {"type", "id", "geometry", "properties"}
    assert (first["type"], first["id"]) == ("Feature", str(UUID(int=1)))
    assert first["geometry"] == {"type": "Point", "coordinates": [-97.7, 30.25]}
    assert first["properties"]["est_project_cost"] == "99999999999.99"
    assert (second["geometry"], second["properties"]["latitude"]) == (None, 30.25)


def test_workbook_holds_texts_days_and_numbers_and_no_formula(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write(tmp_path, "xlsx", FULL, BARE))
    header, first, second = book["permits"].iter_rows()
    assert [cell.value for cell in header] == SHEET.names
    assert [cell.value for cell in first][1:8] == [
        '=HYPERLINK("http://x")', datetime(2024, 1, 15),  # noqa: DTZ001  # a sheet knows no zones
        "2024-01-15T06:00:00.000001Z", 99999999999.99, 0, 30.25, -97.7,
    ]  # fmt: skip
    assert (first[1].data_type, first[1].quotePrefix) == ("s", True)
    assert [cell.value for cell in second][1:6] == [None] * 5


def test_full_worksheet_goes_on_in_another_with_the_same_header(tmp_path: Path) -> None:
    path = tmp_path / "permits.xlsx"
    with write_xlsx(path, SHEET, 3) as append:
        for number in range(3):
            append((UUID(int=number), *BARE[1:]))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["permits", "permits 2"]
    assert [[row[0].value for row in page.iter_rows()] for page in book] == [
        ["permit_id", str(UUID(int=0)), str(UUID(int=1))],
        ["permit_id", str(UUID(int=2))],
    ]


def test_text_too_long_for_excel_says_that_it_goes_on() -> None:
    assert len(cut("x" * 40_000)) == 32_767
    assert cut("x" * 40_000).endswith("x…")
    assert cut("x" * 32_767) == "x" * 32_767


@pytest.mark.parametrize("file_format", WITHOUT_ROWS)
def test_file_without_rows_still_has_its_columns(file_format: str, tmp_path: Path) -> None:
    path = write(tmp_path, file_format)
    if file_format == "parquet":
        assert pl.read_parquet(path).columns == SHEET.names
    elif file_format == "sqlite":
        with closing(sqlite3.connect(path)) as conn:
            assert [name for _, name, *_ in conn.execute("pragma table_info(permits)")] == SHEET.names
    elif file_format == "xlsx":
        assert [[cell.value for cell in row] for row in openpyxl.load_workbook(path)["permits"]] == [SHEET.names]
    elif file_format == "geojson":
        assert json.loads(path.read_text()) == {"type": "FeatureCollection", "features": []}
    else:
        assert path.read_text() == ",".join(BLDS_COLUMNS if file_format == "blds" else SHEET.names) + "\n"


@pytest.mark.parametrize("file_format", sorted(WRITERS))
def test_interrupted_file_leaves_the_one_before_and_nothing_else(file_format: str, tmp_path: Path) -> None:
    path = tmp_path / f"permits.{SUFFIXES.get(file_format, file_format)}"
    path.write_text("from before")

    def write_half() -> None:
        with open_writer(path, permits_sheet(), file_format) as append:
            append(permit_row())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert path.read_text() == "from before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("file_format", sorted(WRITERS))
def test_same_rows_are_the_same_bytes(file_format: str, tmp_path: Path) -> None:
    first = write(tmp_path, file_format, permit_row(), sheet=permits_sheet()).read_bytes()
    assert write(tmp_path, file_format, permit_row(), sheet=permits_sheet()).read_bytes() == first


def permits_sheet() -> Sheet:
    named = [Column(field.name, field.kind) for field in FIELDS if not field.is_personal]
    others = ("permit_id", "dataset_id", "page_sha256", "simulated_note")
    return Sheet("permits", (*(Column(name) for name in others), *named), "City of Elm")


def permit_row(**values: Cell) -> tuple[Cell, ...]:
    known: dict[str, Cell] = {"permit_id": str(UUID(int=7)), "permit_num": "7", "simulated_note": "synthetic", **values}
    return tuple(known.get(name) for name in permits_sheet().names)


def test_blds_has_its_own_names_words_and_one_record_of_extras(tmp_path: Path) -> None:
    row = permit_row(
        description="@cmd", permit_class_mapped="Commercial", work_class_mapped="Demolition", county_fips="48453",
        est_project_cost=Decimal("18400.00"), issued_date=date(2024, 1, 15),
    )  # fmt: skip
    path = write(tmp_path, "blds", row, sheet=permits_sheet())
    assert path.name == "permits.blds.csv"
    with path.open(newline="") as file:
        (record,) = csv.DictReader(file)
    assert list(record) == list(BLDS_COLUMNS)
    assert (record["PermitNum"], record["Description"], record["Publisher"]) == ("7", "'@cmd", "City of Elm")
    assert (record["PermitClassMapped"], record["WorkClassMapped"]) == ("Non-Residential", "Existing")
    assert (record["EstProjectCost"], record["IssuedDate"], record["CompletedDate"]) == ("18400.00", "2024-01-15", "")
    assert json.loads(record["ExtraFields"]) == {
        "permit_id": str(UUID(int=7)), "county_fips": "48453", "simulated_note": "synthetic",
    }  # fmt: skip


def test_blds_names_no_person() -> None:
    personal = {field.blds for field in FIELDS if field.is_personal}
    assert personal
    assert not personal.intersection(BLDS_COLUMNS)
    names = permits_sheet().names
    assert set(blds_record(dict(zip(names, permit_row(), strict=True)), None)) == set(BLDS_COLUMNS)
