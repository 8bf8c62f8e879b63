"""Small cuts of other publishers' records, with the names of persons withheld."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from python_calamine import CalamineWorkbook

from simulators.recorded.archives import read_members
from simulators.recorded.people import WITHHELD, KnownNames, withhold_person

Row = dict[str, str]
Sheet = dict[str, object]
# The columns known of the dataset as it is today (the stored metadata is of 2017); the re-export fills only some.
CHICAGO_COLUMNS = (
    ("id", "text"),
    *((name, "text") for name in ("permit_", "permit_status", "permit_type", "review_type")),
    ("application_start_date", "calendar_date"),
    ("issue_date", "calendar_date"),
    *((name, "text") for name in ("street_number", "street_direction", "street_name", "work_type", "work_description")),
    ("reported_cost", "number"),
    *((f"contact_{at}_{part}", "text") for at in range(1, 16) for part in ("type", "name")),
    *((name, "text") for name in ("community_area", "ward")),
    ("latitude", "number"),
    ("longitude", "number"),
    ("location", "point"),
)
NYC_NEWER_COLUMNS = tuple(
    (name, "text") for name in ("permit_status", "tracking_number", "zip_code", "bbl", "latitude", "longitude")
)
CHICAGO_MONTHS = ("10", "11", "12")
_BALDWIN_SINCE = (2022, 11)
_MISSOULA_SHEETS = ("07 Data Dump", "01 Data Dump", "02 Data Dump")


def cut_chicago(data: Path, known: KnownNames) -> list[Row]:
    """The last quarter of 2019 in the column names of Socrata ydr8-5enu; newest last."""
    archive = data / "chicago_socrata" / "monthly_2019.tar.zst"
    rows = [_move_chicago(short, known) for short in _read_chicago(archive)]
    return sorted(rows, key=lambda row: (row["issue_date"], row["permit_"]))


def _read_chicago(archive: Path) -> Iterator[dict[str, object]]:
    for name, month in read_members(archive):
        if re.search(rf"2019_({'|'.join(CHICAGO_MONTHS)})\.json$", name):
            yield from json.loads(month)


def _move_chicago(short: dict[str, object], known: KnownNames) -> Row:
    """Spelled out from the re-export's short keys; the address is cut where the city's columns cut it."""
    text = {key: "" if value is None else str(value) for key, value in short.items()}
    number, direction, street = [*text["a"].split(" ", 2), "", ""][:3]
    contractor = withhold_person(text["gc"], known)
    return {
        "permit_": text["n"],
        "permit_status": text["s"],
        "permit_type": text["t"],
        "review_type": text["r"],
        "issue_date": text["d"] + "T00:00:00.000",
        "street_number": number,
        "street_direction": direction,
        "street_name": street,
        "work_type": text["wt"],
        "work_description": text["x"],
        "reported_cost": text["c"],
        "contact_1_type": "CONTRACTOR-GENERAL CONTRACTOR" if contractor else "",
        "contact_1_name": contractor,
        "community_area": text["ca"],
        "ward": text["w"],
        "latitude": text["lat"],
        "longitude": text["lon"],
    }


def cut_nyc(data: Path) -> list[Row]:
    """All rows as published, applicants' names withheld."""
    published = json.loads((data / "nyc_dobnow_socrata" / "cb6_dob_now_recent.json").read_bytes())["rows"]
    withheld = {"applicant_first_name": WITHHELD, "applicant_last_name": WITHHELD}
    return [row | {name: word for name, word in withheld.items() if row[name]} for row in published]


def cut_nashville(data: Path, known: KnownNames) -> list[Row]:
    """All rows as published; a contact that is no company is withheld."""
    rows = _read_csv(gzip.decompress((data / "nashville_arcgis" / "building_permits.csv.gz").read_bytes()))
    return [row | {"Contact": withhold_person(row["Contact"], known)} for row in rows]


def cut_southlake(data: Path) -> list[Row]:
    """All 500 rows as published."""
    return _read_csv((data / "tx_southlake_energov" / "Southlake.csv").read_bytes())


def cut_seattle(data: Path) -> list[Row]:
    """Permits issued in 2014 and 2015, in the order published."""
    plain = gzip.decompress((data / "seattle_socrata_2016" / "currentPermits.csv.gz").read_bytes())
    rows = _read_csv(plain.replace(b"\r", b"\n"))
    return [row for row in rows if row["Issue Date"].endswith(("/14", "/15"))]


def cut_spearfish(data: Path, known: KnownNames) -> list[Row]:
    """Permits of 2023 and later; applicants and contractors that are no company are withheld."""
    rows = _read_csv(gzip.decompress((data / "spearfish_sd" / "spearfish-building-permits.csv.gz").read_bytes()))
    recent = [row for row in rows if row["year"] >= "2023"]
    return [
        row | {name: withhold_person(row[name], known) for name in ("applicant_name", "contractor")} for row in recent
    ]


def cut_greenville(data: Path) -> list[Row]:
    """All 38 rows as published."""
    return _read_csv((data / "greenville_sc_etrakit" / "permits_latest.csv").read_bytes().removeprefix(b"\xef\xbb\xbf"))


def cut_cary(data: Path, known: KnownNames) -> list[Row]:
    """The last 800 lines of fiscal year 2012's file, both its date formats; the file has no header row."""
    plain = gzip.decompress((data / "cary_nc_hte" / "permits_fy2012.csv.gz").read_bytes()).decode("utf-8")
    lines = list(csv.reader(io.StringIO(plain)))
    kept = lines[:400] + lines[-400:]
    return [
        {str(at): withhold_person(cell, known) if at in (4, 9, 12) else cell for at, cell in enumerate(line)}
        for line in kept
    ]


def cut_baldwin(data: Path) -> list[Sheet]:
    """Permits issued since November 2022, in the one sheet of the county's export."""
    book = CalamineWorkbook.from_path(data / "baldwin_county_al" / "permits.xlsx")
    header, *rows = book.get_sheet_by_name("Sheet0").to_python()
    at = header.index("Issue Date")
    kept = [row for row in rows if (int(str(row[at])[-4:]), int(str(row[at])[:2])) >= _BALDWIN_SINCE]
    return [{"name": "Sheet0", "rows": [header, *kept]}]


def cut_missoula(data: Path, known: KnownNames) -> list[Sheet]:
    """Three monthly "Data Dump" sheets with the tables beside the table, and one report sheet before them."""
    book = CalamineWorkbook.from_path(data / "missoula_mt_xlsx" / "FY25_Development_Report_Workbook.xlsx")
    sheets: list[Sheet] = []
    for name in _MISSOULA_SHEETS:
        header, *rows = book.get_sheet_by_name(name).to_python()
        sheets.append({"name": name, "rows": [header, *_withhold_businesses(rows, known)]})
    return sheets


def _withhold_businesses(rows: Iterable[Sequence[object]], known: KnownNames) -> Iterator[list[object]]:
    for row in rows:
        side = [
            withhold_person(cell, known) if isinstance(cell, str) and _is_side_name(at) else cell
            for at, cell in enumerate(row)
        ]
        yield side


def _is_side_name(at: int) -> bool:
    """Column G is the business name; the side table's business name stands in U, V or W."""
    return at in (6, 20, 21, 22)


def _read_csv(plain: bytes) -> list[Row]:
    return list(csv.DictReader(io.StringIO(plain.decode("utf-8"), newline="")))
