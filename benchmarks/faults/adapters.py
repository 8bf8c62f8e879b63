"""The same permits published in each way the product can read, and the source file that reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl

from benchmarks.faults.truth import FIELDS, FIRST_DAY, NOTE
from permit_leads.registry import Dataset, load_registry
from simulators.publishers.accela.site import AccelaSite
from simulators.publishers.ckan.datastore import Datastore
from simulators.publishers.disturbances import Identity
from simulators.publishers.energov.search import BLOCKS, PATH, EnergovSearch
from simulators.publishers.files.resources import IndexPage, PublishedFile
from simulators.publishers.files.styles import CsvStyle, FileStyle, GeojsonStyle, SheetStyle, ZippedStyle
from simulators.publishers.hosts import Resource
from simulators.publishers.pages.listing import HtmlListing
from simulators.publishers.publishing import publish_arcgis, publish_socrata
from simulators.publishers.recorded_rows import Recorded
from simulators.publishers.sql.meaning import ValueKind
from simulators.publishers.table import Column, Table

AUSTIN = load_registry()["austin_issued_permits"]
RESOURCE_ID = "11111111-2222-4333-8444-555555555555"
KEY = Identity("permit")
TITLE = "City of Elm"  # a host of the benchmark; the rows are Austin's
FIRST_WEEK = date(2015, 9, 14)  # a Monday
SHEET = SheetStyle("Permits", (("Web eReport",), ("Issued permits",), ()), ((), ("No warranty.",)))
Make = Callable[[pl.DataFrame, date], list[Resource]]


@dataclass(frozen=True, slots=True)
class Adapter:
    """A way of publishing. `marks` say what faults can strike it; `on` which requests bring rows that change."""

    name: str
    host: str
    dataset: Dataset
    make: Make
    marks: frozenset[str]
    on: str = ""
    since: date = FIRST_DAY  # the first day that it publishes


def source(
    name: str, protocol: str, parse: str = "iso_date", places: Mapping[str, str] | None = None, **options: Any
) -> Dataset:
    """A source file for the permits under one protocol; `places` are columns that have another name there."""
    parses = {"issued": parse, "cost": "usd", "city": "upper", "zip": "zip5"}
    parses |= {"longitude": "longitude", "latitude": "latitude"}
    words = {"cost": ("0", "1"), "contractor": ("NONE GIVEN", "NA", "N/A")}
    blds = {column: "".join(part.title() for part in field.split("_")) for column, field in FIELDS.items()}
    blds |= {"address": "OriginalAddress1"}
    fields = {
        blds[column]: {
            "column": (places or {}).get(column, column),
            "parse": parses.get(column, "text"),
            "null_words": words.get(column, ()),
        }
        for column in FIELDS
    }
    given = {
        "id": f"elm_{name}",
        "title": TITLE,
        "protocol": protocol,
        "key": ("permit",),
        "spacing_seconds": 0.0,
        "backfill_days": 220,
        "rejection_limit": 0.05,
        "fields": fields,
        "values": {"StatusCurrentMapped": AUSTIN.values["StatusCurrentMapped"]},
        "publisher": AUSTIN.publisher,
    }
    return Dataset.model_validate(given | options)


def dated(rows: pl.DataFrame, written: str) -> pl.DataFrame:
    """The rows with the day of issue written in the publisher's way."""
    return rows.with_columns(pl.col("issued").str.to_datetime("%Y-%m-%d").dt.strftime(written))


def table(rows: pl.DataFrame, kinds: dict[str, ValueKind] | None = None, types: dict[str, str] | None = None) -> Table:
    """Rows as a publisher's table; every column is text unless said otherwise."""
    kinds, types = kinds or {}, types or {}
    return Table(
        tuple(Column(name, types.get(name, "text"), kinds.get(name, "text"), name) for name in rows.columns), rows
    )


def socrata(rows: pl.DataFrame, day: date) -> list[Resource]:
    """A dataset with typed columns."""
    types = {"issued": "calendar_date", "cost": "number", "longitude": "number", "latitude": "number"}
    kinds: dict[str, ValueKind] = {"calendar_date": "date", "number": "number"}
    columns = [
        Column(name, types.get(name, "text"), kinds.get(types.get(name, ""), "text"), name) for name in rows.columns
    ]
    settings = {
        "id": "elm_socrata", "dataset": "elmm-0001", "name": "Permits", "attribution": TITLE,
        "zone": "America/Chicago", "newest_by": "issued", "key": "permit",
    }  # fmt: skip
    return [publish_socrata(settings, columns, Recorded(dated(rows, "%Y-%m-%dT00:00:00.000"), NOTE, 0, day), day)]


def arcgis(rows: pl.DataFrame, day: date) -> list[Resource]:
    """A layer of a server that keeps midnight at a fixed -06:00."""
    fields: dict[str, Any] = {name: {"type": "String", "length": 255} for name in rows.columns}
    fields |= {"OBJECTID": "OID", "issued": "Date", "cost": "Double", "longitude": "Double", "latitude": "Double"}
    moments = pl.col("issued").str.to_datetime("%Y-%m-%d").dt.offset_by("6h").dt.epoch("ms").cast(pl.String)
    numbered = rows.with_columns(moments, pl.Series("OBJECTID", [str(at + 1 + at // 5) for at in range(rows.height)]))
    settings = {
        "id": "elm_arcgis", "name": "Permits", "service_path": "/org/rest/services/Permits/FeatureServer",
        "layer_id": 1, "flavor": "hosted", "max_record_count": 100, "zone": "America/Chicago",
        "declared_zone": "Central Standard Time", "zone_hours": -6.0, "key": "permit", "fields": fields,
    }  # fmt: skip
    return [publish_arcgis(settings, Recorded(numbered, NOTE, 0, day), day)]


def ckan(rows: pl.DataFrame, day: date) -> list[Resource]:
    """A datastore whose columns are text but for the day of issue."""
    numbers = pl.Series("_id", [str(at + 1) for at in range(rows.height)])
    shown = dated(rows, "%Y-%m-%dT00:00:00").select(numbers, pl.all())
    given = table(shown, {"_id": "number", "issued": "date"}, {"_id": "int", "issued": "timestamp"})
    return [Datastore("elm_ckan", RESOURCE_ID, moment(day), given, Identity("permit", "_id"), NOTE)]


def file(path: str, style: FileStyle, written: str = "%Y-%m-%d") -> Make:
    """The whole list as one file."""

    def make(rows: pl.DataFrame, day: date) -> list[Resource]:
        numbers: dict[str, ValueKind] = {"cost": "number"} if isinstance(style, SheetStyle) else {}
        if written == "serial":
            serial = (pl.col("issued").str.to_date() - date(1899, 12, 30)).dt.total_days().cast(pl.String)
            shown, numbers = rows.with_columns(serial), numbers | {"issued": "number"}
        else:
            shown = dated(rows, written)
        return [PublishedFile(f"elm{path}", path, style, moment(day), table(shown, numbers), KEY, NOTE)]

    return make


def weekly(rows: pl.DataFrame, day: date) -> list[Resource]:
    """A workbook for each week, found through an index page that names them as it likes."""
    files: list[PublishedFile] = []
    for at in range((day - FIRST_WEEK).days // 7 + 1):
        monday = FIRST_WEEK + timedelta(weeks=at)
        sunday = monday + timedelta(days=6)
        week = rows.filter(pl.col("issued").is_between(pl.lit(str(monday)), pl.lit(str(sunday))))
        name = f"{monday:%b} {monday.day}-{sunday.day}" if at % 2 else f"{monday:%B} {monday.day} to {sunday.day}"
        path = f"/files/{sunday:%Y-%m}/{name}.xlsx"
        if week.height:
            shown = table(dated(week, "%Y/%m/%d"), {"cost": "number"})
            files.append(PublishedFile("elm_weekly", path, SHEET, moment(day), shown, KEY, NOTE))
    links = [(each.path.replace(" ", "%20"), "a week") for each in reversed(files)]
    return [*files, IndexPage("elm_index", "/reports", "Reports", [("/about", "About us"), *links], NOTE)]


def html(rows: pl.DataFrame, _day: date) -> list[Resource]:
    """A listing in pages of fifty."""
    return [HtmlListing("elm_html", "/list", "Permits", table(rows), KEY, NOTE, page_size=50, date_column="issued")]


def accela(rows: pl.DataFrame, _day: date) -> list[Resource]:
    """A portal: its list shows the day and the number first."""
    shown = rows.select("issued", "permit", pl.exclude("issued", "permit"))
    return [AccelaSite("elm_accela", "ELM", table(shown), KEY, NOTE, date_column="issued", page_size=50)]


def energov(rows: pl.DataFrame, _day: date) -> list[Resource]:
    """A search that answers JSON."""
    shown = table(dated(rows, "%Y-%m-%dT00:00:00"))
    return [EnergovSearch("elm_portal", shown, KEY, NOTE, date_column="issued")]


def moment(day: date) -> datetime:
    """When the publisher says it wrote the file: early that morning."""
    return datetime.combine(day, time(5), UTC)


def _energov_rules() -> dict[str, Any]:
    body: dict[str, Any] = {block: {} for block in BLOCKS} | {
        "PermitCriteria": {"issuedFrom": "$since", "issuedTo": "$until"}
    }
    text = json.dumps({**body, "SearchModule": 1, "PageNumber": "$page", "PageSize": "$page_size"})
    return {
        "body": text.replace('"$page"', "$page").replace('"$page_size"', "$page_size"),
        "headers": {"tenantId": "1", "tenantName": "Elm", "Tyler-Tenant-Culture": "en-US"},
        "rows": "Result.EntityResults",
        "total": "Result.PermitsFound",
        "success": "Success",
        "error": "ErrorMessage",
    }


NAMED: dict[str, Any] = {"header_names": ("permit", "issued")}
DAYS: dict[str, Any] = {"date_column": "issued"}


def adapters() -> list[Adapter]:
    """All of them, the cheapest first."""
    return [*_files(), *_apis(), *_books(), *_pages()]


def _apis() -> list[Adapter]:
    search = f"https://ckan.elm.example/api/3/action/datastore_search?resource_id={RESOURCE_ID}"
    layer = "https://gis.elm.example/org/rest/services/Permits/FeatureServer/1"
    rows = "https://data.elm.example/resource/elmm-0001.json"
    epoch: dict[str, Any] = {"date_kind": "epoch_ms", "date_zone": "-06:00", **DAYS}
    sql = source(
        "ckan_sql", "ckan", url=search.replace("ckan.elm", "sql.elm"), page_size=100, sql_search=True,
        date_kind="iso_date", **DAYS,
    )  # fmt: skip
    typed = "api text json paged typed ids windowed"
    return [
        _adapter(source("socrata", "socrata", "floating_date", url=rows, page_size=100, **DAYS), socrata, typed),
        _adapter(source("arcgis", "arcgis", "epoch_ms", url=layer, page_size=100, **epoch), arcgis, typed),
        _adapter(source("ckan", "ckan", url=search, page_size=1000), ckan, "api text json paged ids whole"),
        _adapter(sql, ckan, typed),
    ]


def _files() -> list[Adapter]:
    places = {"longitude": "geometry.x", "latitude": "geometry.y"}
    geojson = source("geojson", "geojson", url="https://geo.elm.example/permits.geojson", places=places)
    geo = file("/permits.geojson", GeojsonStyle("longitude", "latitude"))
    csv = source("csv", "csv", "us_date", url="https://files.elm.example/permits.csv", **NAMED)
    member: dict[str, Any] = {"zip_member": r"\.csv$", **NAMED}
    packed = source("zip", "csv", "us_date", url="https://zip.elm.example/permits.zip", **member)
    zipped = file("/permits.zip", ZippedStyle(CsvStyle(), "permits.csv"), "%m/%d/%Y")
    return [
        _adapter(csv, file("/permits.csv", CsvStyle(), "%m/%d/%Y"), "file text whole cached"),
        _adapter(geojson, geo, "file text json whole cached"),
        _adapter(packed, zipped, "file whole cached"),
    ]


def _books() -> list[Adapter]:
    old = replace(SHEET, container="biff", media_type="application/vnd.ms-excel")
    index: dict[str, Any] = {
        "index_url": "https://week.elm.example/reports",
        "index_pattern": r"/(?P<year>\d{4})-(?P<month>\d\d)/[^/]*\.xlsx$",
    }
    xlsx = source("xlsx", "xlsx", "excel_date", url="https://book.elm.example/permits.xlsx", **NAMED)
    xls = source("xls", "xlsx", "excel_date", url="https://old.elm.example/permits.xls", **NAMED)
    weeks = source("weekly", "xlsx", "excel_date", url="https://week.elm.example/", **index, **NAMED)
    return [
        _adapter(xlsx, file("/permits.xlsx", SHEET), "file workbook whole cached"),
        _adapter(xls, file("/permits.xls", old, "serial"), "file workbook biff whole cached"),
        replace(_adapter(weeks, weekly, "file workbook index cached"), on="rows", since=FIRST_WEEK),
    ]


def _pages() -> list[Adapter]:
    shown: dict[str, Any] = {**NAMED, **DAYS, "date_kind": "us_date", "empty_pattern": "returned no results"}
    home = "https://aca.elm.example/ELM/Cap/CapHome.aspx?module=Building"
    search = source("accela", "accela", "us_date", url=home, accela={}, **shown)
    form = {"kind": "report", "start": "Start Date", "end": "End Date", "fields": {"Council District": "ALL"}}
    asked = "https://rep.elm.example/ELM/Report/ReportParameter.aspx?module=Building&reportID=8279"
    options = shown | {"date_kind": "excel_date", "accela": form}
    report = source("accela_report", "accela", "excel_date", url=asked, **options)
    paging = {"next_link": "^Next", "total": r"([\d,]+) permits found"}
    table_url = "https://list.elm.example/list?from=$since&to=$until"
    listed: dict[str, Any] = {"paging": paging, "empty_pattern": "No records found", **NAMED, **DAYS}
    portal = f"https://energov.elm.example{PATH}"
    return [
        _adapter(source("html", "html", url=table_url, **listed), html, "page text paged windowed"),
        _adapter(source("portal", "portal", url=portal, page_size=100, portal=_energov_rules(), **DAYS), energov,
                 "page text json paged windowed"),
        _adapter(report, accela, "page session workbook windowed report"),
        _adapter(search, accela, "page text session search windowed"),
    ]  # fmt: skip


def _adapter(dataset: Dataset, make: Make, marks: str) -> Adapter:
    name, host = dataset.id.removeprefix("elm_"), dataset.url.split("/")[2]
    return Adapter(name, host, dataset, make, frozenset([name, *marks.split()]))
