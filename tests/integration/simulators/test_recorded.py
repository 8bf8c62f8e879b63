"""The committed snapshot and the synthetic publishers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from simulators.publishers import NOTE_HEADER, Simulator, load_snapshot, serve
from simulators.publishers.dates import DateStyle, newest_day
from simulators.publishers.files.resources import PublishedFile
from simulators.publishers.recorded_rows import unpack
from simulators.publishers.snapshot import SNAPSHOT
from simulators.publishers.synthetic import HARRIS_HOST, HOUSTON_COLUMNS, HOUSTON_HOST, harris_county, houston
from tests.integration.simulators.worlds import ask

PHONE = r"(?:^|[^\d-])\(?[2-9]\d{2}\)?[-. ]{1,2}\d{3}[-. ]\d{4}(?:[^\d-]|$)"
EMAIL = r"(?i)[\w.+-]+@[\w-]+\.[a-z]{2,}"
PACKED = sorted(SNAPSHOT.rglob("*.zst"))
TODAY = date(2026, 11, 23)
LAYER = "/arcgishcpid/rest/services/Permits/IssuedPermits/FeatureServer/0/query"


@pytest.mark.parametrize("path", PACKED, ids=lambda path: path.relative_to(SNAPSHOT).as_posix())
def test_no_telephone_number_and_no_e_mail_address_is_in_the_snapshot(path: Path) -> None:
    lines = pl.Series(unpack(path).decode().split("\n"))
    assert lines.filter(lines.str.contains(PHONE) | lines.str.contains(EMAIL)).to_list() == []


def test_the_snapshot_is_small() -> None:
    assert sum(path.stat().st_size for path in PACKED) <= 12_000_000


def test_no_austin_row_names_a_person() -> None:
    years = [unpack(path) for path in PACKED if path.parent.name == "austin"]
    names = pl.concat([pl.read_csv(year, infer_schema=False)["contractor_full_name"] for year in years])
    assert names.drop_nulls().unique().to_list() == ["[name withheld]"]


def test_every_set_is_moved_up_to_today_and_says_so() -> None:
    newest: dict[str, tuple[str, DateStyle]] = {
        "chicago_building_permits": ("issue_date", "floating"),
        "nashville_building_permits": ("Date_Entered", "epoch_ms"),
        "baldwin_county_permits": ("Issue Date", "us"),
    }
    for host in load_snapshot(today=TODAY, only=newest):
        (resource,) = host.resources
        column, style = newest[resource.dataset_id]
        day = newest_day(resource.table.rows, column, [style], "America/Chicago")
        assert 0 <= (TODAY - day).days < 7
        assert re.fullmatch(r"recorded .+ rows of [\d-]+ to [\d-]+; dates shifted by \d+ weeks", resource.note)


def test_recorded_midnights_stay_midnights_across_daylight_saving() -> None:
    (host,) = load_snapshot(today=TODAY, only=["nashville_building_permits"])
    moments = host.resources[0].table.typed["Date_Entered"].dt.replace_time_zone("UTC")
    assert moments.dt.convert_time_zone("America/Chicago").dt.hour().unique().to_list() == [0]


@pytest.fixture(scope="module")
def invented() -> Iterator[Simulator]:
    with serve([harris_county(60), houston(5)]) as simulator:
        yield simulator


def test_synthetic_answers_call_themselves_synthetic(invented: Simulator) -> None:
    for host in invented.hosts.values():
        for resource in host.resources:
            assert resource.note.startswith("SYNTHETIC")


@pytest.mark.parametrize(("day", "count"), [("2026-07-01", 1), ("2026-06-30", 1)])
def test_harris_counts_days_at_fixed_minus_six(invented: Simulator, day: str, count: int) -> None:
    where = f"ISSUEDDATE >= TIMESTAMP '{day} 00:00:00' AND ISSUEDDATE <= TIMESTAMP '{day} 23:59:59'"
    reply = ask(invented, HARRIS_HOST, LAYER, {"where": where, "returnCountOnly": "true", "f": "json"})
    assert reply.json() == {"count": count}
    assert "SYNTHETIC" in reply.headers[NOTE_HEADER]


def test_harris_hides_the_columns_that_only_place_points(invented: Simulator) -> None:
    params = {"where": "OBJECTID = 1", "outFields": "*", "outSR": "4326", "f": "json"}
    (feature,) = ask(invented, HARRIS_HOST, LAYER, params).json()["features"]
    assert not any(name.startswith("@") for name in feature["attributes"])
    assert set(feature["geometry"]) == {"x", "y"}
    assert feature["attributes"]["STATUS"] == "Issued".ljust(50)


def test_houston_links_irregular_names_that_all_lead_to_workbooks(invented: Simulator) -> None:
    page = ask(invented, HOUSTON_HOST, "/sold-permits-search").text
    assert all(sign in page for sign in ("_0.xlsx", "view.officeapps.live.com", "/media/", "%20"))
    for resource in invented.hosts[HOUSTON_HOST].resources:
        if isinstance(resource, PublishedFile):
            body = ask(invented, HOUSTON_HOST, quote(resource.path)).content
            grid = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
            assert [list(HOUSTON_COLUMNS) in grid[:5], grid[0][0]] == [True, "Web eReport"]
