"""SYNTHETIC publishers for tests: Harris County and the City of Houston, of which no real rows are at hand.

The schemas are the publishers' own; every row is invented and every answer says so in its header. Nothing of this is
in the snapshot or in the demo.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle, islice
from random import Random
from urllib.parse import quote

import polars as pl

from simulators.publishers.disturbances import Identity
from simulators.publishers.files.resources import IndexPage, MovedFile, PublishedFile
from simulators.publishers.files.styles import SheetStyle
from simulators.publishers.hosts import Host
from simulators.publishers.publishing import publish_arcgis
from simulators.publishers.recorded_rows import Recorded
from simulators.publishers.table import Column, Table

HARRIS_HOST = "www.gis.hctx.net"
HARRIS_LAYER = f"https://{HARRIS_HOST}/arcgishcpid/rest/services/Permits/IssuedPermits/FeatureServer/0"
HOUSTON_HOST = "www.houstonpermittingcenter.org"
HOUSTON_INDEX = f"https://{HOUSTON_HOST}/sold-permits-search"
HOUSTON_COLUMNS = ("Zip Code", "Permit Date", "Permit Type", "Project No", "Address", "Comments")
_NOTE = "SYNTHETIC rows invented for tests in the schema of {}; no real permits"
_CENTRAL = timedelta(hours=6)  # Harris keeps midnight at fixed -06:00, without daylight saving
_FILES = "/sites/g/files/nwywnm431/files"
_HARRIS_SETTINGS = {
    "id": "harris_issued_permits",
    "publisher": "Harris County",
    "name": "Issued Permits",
    "service_path": "/arcgishcpid/rest/services/Permits/IssuedPermits/FeatureServer",
    "layer_id": 0,
    "flavor": "on-prem",
    "max_record_count": 2000,
    "zone": "America/Chicago",
    "declared_zone": "Central Standard Time",
    "zone_hours": -6.0,
    "key": "PERMITNUMBER",
    "longitude": "@longitude",
    "latitude": "@latitude",
    "fields": {
        "OBJECTID": "OID",
        "ID": "Integer",
        "PROJECTNUMBER": {"type": "String", "length": 50},
        "PROJECTNAME": {"type": "String", "length": 255},
        "FULLADDRESS": {"type": "String", "length": 255},
        "APPTYPE": {"type": "String", "length": 100},
        "PROJECTSUBMITDATE": "Date",
        "PROJECTSTATUS": {"type": "String", "length": 50},
        "REGULATION": {"type": "String", "length": 255},
        "PERMITNUMBER": {"type": "String", "length": 50},
        "PERMITNAME": {"type": "String", "length": 255},
        "STATUS": {"type": "String", "length": 50},
        "EVENTID": "Integer",
        "ISSUEDDATE": "Date",
        "STREETNUMBER": {"type": "String", "length": 20},
        "STREETNAME": {"type": "String", "length": 100},
        "DATECREATED": "Date",
        "ISCLOSED": {"type": "String", "length": 1},
        "PERMITCLASSCODE": {"type": "String", "length": 20},
        "@longitude": "Double",
        "@latitude": "Double",
    },
}
_APP_TYPES = (
    "Residential Construction & On-site Sewerage System (Septic)",
    "Tract Home Builders",
    "Commercial Building (Fire Code)",
    "Fire Protection",
    "Speculative Lease Space",
)
_COMMENTS = (
    "S.F. RES W/ATT. GARAGE (1-2-5-R3-B) 21 IRC/21 IECC",
    "RESIDENTIAL REMODEL 1-2-5-R3-B 21 IRC",
    "RETAIL LEASE SPACE REMODEL 1-1-2-M-B 21 IBC",
    "SWIMMING POOL (1-2-5-R3-B) 21 IRC",
)


def harris_county(count: int = 200, today: date = date(2026, 11, 20), seed: int = 0) -> Host:
    """SYNTHETIC. The county's layer with `count` invented rows, newest issued on `today`.

    The first row is issued 2026-07-01T06:00Z, midnight at -06:00; the second 2026-07-01T05:00Z, which is 30 June at
    -06:00 and 1 July in America/Chicago. Object ids have gaps and STATUS is padded to its column's width.
    """
    random = Random(seed)
    days = [today - timedelta(days=at // 8) for at in range(count - 2)]
    moments = [datetime(2026, 7, 1, 6, tzinfo=UTC), datetime(2026, 7, 1, 5, tzinfo=UTC)]
    moments += [datetime.combine(day, time(), UTC) + _CENTRAL for day in days]
    rows = pl.DataFrame([_harris_row(at, moment, random) for at, moment in enumerate(moments)])
    layer = publish_arcgis(_HARRIS_SETTINGS, Recorded(rows, _NOTE.format("Harris County"), 0, today), today)
    return Host(HARRIS_HOST, [layer])


def houston(weeks: int = 4, today: date = date(2026, 11, 20), seed: int = 0) -> Host:
    """SYNTHETIC. The index page and one workbook per reporting week (Monday to Sunday), newest first.

    Names are irregular on purpose: a plain one, one with the month spelled out and two preamble rows, a re-issue
    ending in _0, one behind Office's viewer, then one behind a /media/ redirect; and again.
    """
    random = Random(seed)
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=at + 1) for at in range(weeks)]
    host = Host(HOUSTON_HOST)
    links: list[tuple[str, str]] = [("/about", "About us"), ("/files/fee-schedule.pdf", "Fee schedule")]
    for at, (first, shape) in enumerate(zip(mondays, islice(cycle(range(5)), weeks), strict=True)):
        path = _week_path(first, shape)
        host.resources.append(_week_file(first, path, 2 if shape == 1 else 4, random))
        links.append((_week_link(path, shape, at, host), f"{first:%B} {first.day} - {first + timedelta(days=6):%B %d}"))
    note = _NOTE.format("the City of Houston")
    host.resources.append(
        IndexPage("houston_weekly_permits", "/sold-permits-search", "Sold Permits Search", links, note)
    )
    return host


def _harris_row(at: int, issued: datetime, random: Random) -> dict[str, str]:
    number = random.randint(100, 29999)
    city = random.choice(("Humble", "Katy", "Cypress", "Spring", ""))
    issued_ms = int(issued.timestamp() * 1000)
    return {
        "OBJECTID": str(1 + at + at // 7),
        "ID": str(500000 + at),
        "PROJECTNUMBER": f"2600{at:06}",
        "PROJECTNAME": f"Synthetic project {at}",
        "FULLADDRESS": " ".join(f"{number} Example {at % 40} Dr {city} TX {random.randint(77001, 77599)}".split()),
        "APPTYPE": _APP_TYPES[at % len(_APP_TYPES)],
        "PROJECTSUBMITDATE": str(issued_ms - 20 * 86_400_000),
        "PROJECTSTATUS": "Issued",
        "REGULATION": "Building",
        "PERMITNUMBER": f"SYN-{at:07}",
        "PERMITNAME": "Residential Building Permit" if at % 3 else "Commercial Building Permit",
        "STATUS": "Issued".ljust(50),
        "EVENTID": str(900000 + at),
        "ISSUEDDATE": str(issued_ms),
        "STREETNUMBER": str(number),
        "STREETNAME": f"Example {at % 40} Dr",
        "DATECREATED": str(issued_ms - 21 * 86_400_000),
        "ISCLOSED": "N",
        "PERMITCLASSCODE": "R" if at % 3 else "C",
        "@longitude": f"{-95.6 + random.random():.6f}",
        "@latitude": f"{29.6 + random.random() / 2:.6f}",
    }


def _week_path(first: date, shape: int) -> str:
    last = first + timedelta(days=6)
    upload = last + timedelta(days=1)  # the folder is the month of upload
    names = {
        0: f"{first:%b} {first.day}-{last.day}.xlsx",
        1: f"{first:%B} {first.day} - {last.day}.xlsx",
        2: f"{first:%b} {first.day}-{last.day}_0.xlsx",
        3: f"{first:%B} {first.day}_{last.day}.xlsx",
        4: f"Sold permits {first.day}-{last.day} {last:%b}.xlsx",
    }
    return f"{_FILES}/{upload:%Y-%m}/{names[shape]}"


def _week_link(path: str, shape: int, at: int, host: Host) -> str:
    if shape == 3:
        source = quote(f"https://{HOUSTON_HOST}{quote(path)}", safe="")
        return f"https://view.officeapps.live.com/op/view.aspx?src={source}&amp;wdOrigin=BROWSELINK"
    if shape == 4:
        moved = f"/media/{40000 + at}"
        note = _NOTE.format("the City of Houston")
        host.resources.append(MovedFile("houston_weekly_permits", moved, quote(path), (), note))
        return moved
    return quote(path) if shape == 0 else f"https://{HOUSTON_HOST}{quote(path)}"


def _week_file(first: date, path: str, preamble_rows: int, random: Random) -> PublishedFile:
    last = first + timedelta(days=6)
    full = (("Web eReport",), (f"From: {first:%Y/%m/%d}",), (f"To : {last:%Y/%m/%d}",), ())
    preamble = full if preamble_rows == 4 else (("Web eReport",), (f"From: {first:%Y/%m/%d} To : {last:%Y/%m/%d}",))
    footer = ((), ("This report is provided for information only; the City makes no warranty.",))
    rows = pl.DataFrame(_week_rows(first, random), schema=dict.fromkeys(HOUSTON_COLUMNS, pl.String), orient="row")
    return PublishedFile(
        dataset_id="houston_weekly_permits",
        path=path,
        style=SheetStyle("Web eReport", preamble, footer),
        modified_at=datetime.combine(last + timedelta(days=1), time(14), UTC),
        table=Table(tuple(Column(name, "text", "text", name) for name in HOUSTON_COLUMNS), rows),
        identity=Identity("Project No"),
        note=_NOTE.format("the City of Houston"),
    )


def _week_rows(first: date, random: Random) -> Sequence[tuple[str, ...]]:
    """Thirty rows; every fifth project has a second permit of another type in the same week."""
    rows = []
    for at in range(25):
        day = first + timedelta(days=at % 5)
        project = f"{day:%y}{random.randint(0, 999999):06}"
        zip_code, address = str(random.randint(77002, 77099)), f"{random.randint(1, 9999)} EXAMPLE ST"
        comments = random.choice(_COMMENTS)
        rows.append((zip_code, f"{day:%Y/%m/%d}", "Building Pmt", project, address, comments))
        if at % 5 == 0:
            rows.append((zip_code, f"{day:%Y/%m/%d}", "Occupancy Pmt", project, address, comments))
    return rows
