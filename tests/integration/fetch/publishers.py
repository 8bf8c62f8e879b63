"""One permit list published in four ways, the same faults for all of them, and what a fetch makes of them."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from permit_leads.fetch import fetch_pages, read_rows
from permit_leads.fetch.http import PoliteClient
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset, Publisher
from simulators.publishers import Host, Simulator
from simulators.publishers.accela.site import AccelaSite
from simulators.publishers.disturbances import Identity
from simulators.publishers.energov.search import BLOCKS, PATH, EnergovSearch
from simulators.publishers.files.resources import IndexPage, PublishedFile
from simulators.publishers.files.styles import SheetStyle
from simulators.publishers.pages.listing import HtmlListing
from simulators.publishers.table import Column, Table
from tests.integration.simulators.worlds import (
    ARCGIS,
    CKAN,
    FILE,
    FILES,
    LAYER,
    NOTE,
    RESOURCE,
    RESOURCE_ID,
    ROWS,
    SOCRATA,
    small_world,
)
from tests.unit.fetch.fakes import Events, FakeClock

WORKBOOKS = "reports.elm.example"
LISTING = "permits.elm.example"
ACCELA = "aca.elm.example"
ENERGOV = "energov.elm.example"
NUMBERS = [f"P-{at:02}" for at in range(1, ROWS + 1)]
ALL = Window(None, None)
YEAR = Window(date(2026, 1, 1), date(2026, 12, 31))  # for portals, which are asked for days
PORTALS = ("html", "accela", "portal")
PUBLISHER = Publisher(name="Elm", state="TX", time_zone="America/Chicago")
SEARCH = f"https://{CKAN}/api/3/action/datastore_search?resource_id={RESOURCE_ID}"
SPECIAL: dict[str, dict[str, Any]] = {
    "socrata": {"url": f"https://{SOCRATA}{RESOURCE}", "date_column": "issued", "page_size": 5},
    "arcgis": {
        "url": f"https://{ARCGIS}{LAYER}",
        "date_column": "issued",
        "date_kind": "epoch_ms",
        "date_zone": "-06:00",
        "page_size": 5,
    },
    "ckan": {"url": SEARCH, "page_size": 5},
    "ckan_sql": {
        "protocol": "ckan",
        "url": SEARCH,
        "date_column": "issued",
        "date_kind": "iso_date",
        "sql_search": True,
        "page_size": 5,
    },
    "csv": {"url": f"https://{FILES}{FILE}", "header_names": ("permit", "issued")},
    "xlsx": {
        "url": f"https://{WORKBOOKS}/",
        "index_url": f"https://{WORKBOOKS}/reports",
        "index_pattern": r"\.xlsx$",
        "header_names": ("permit", "issued"),
    },
    "html": {
        "url": f"https://{LISTING}/list?from=$since&to=$until",
        "date_column": "issued",
        "header_names": ("permit", "issued"),
        "paging": {"next_link": "^Next", "total": r"([\d,]+) permits found"},
        "empty_pattern": "No records found",
    },
    "accela": {
        "url": f"https://{ACCELA}/ELM/Cap/CapHome.aspx?module=Building&TabName=Building",
        "date_column": "Date",
        "date_kind": "us_date",
        "key": ("permit",),
        "header_names": ("Date", "permit", "Status"),
        "empty_pattern": "returned no results",
        "accela": {},
    },
    "portal": {
        "url": f"https://{ENERGOV}{PATH}",
        "date_column": "IssueDate",
        "page_size": 5,
        "portal": {
            "body": json.dumps(
                {block: {} for block in BLOCKS}
                | {"PermitCriteria": {"IssueDateFrom": "$since", "IssueDateTo": "$until"}}
                | {"SearchModule": 1, "FilterModule": 2, "PageNumber": "$page", "PageSize": "$page_size"}
            )
            .replace('"$page"', "$page")
            .replace('"$page_size"', "$page_size"),
            "headers": {"tenantId": "1", "tenantName": "Elm", "Tyler-Tenant-Culture": "en-US"},
            "rows": "Result.EntityResults",
            "total": "Result.PermitsFound",
            "success": "Success",
            "error": "ErrorMessage",
        },
    },
}
HOSTS = {
    "socrata": SOCRATA,
    "arcgis": ARCGIS,
    "ckan": CKAN,
    "ckan_sql": CKAN,
    "csv": FILES,
    "xlsx": WORKBOOKS,
    "html": LISTING,
    "accela": ACCELA,
    "portal": ENERGOV,
}
REPORT: dict[str, Any] = {
    "url": f"https://{ACCELA}/ELM/Report/ReportParameter.aspx?module=Building&reportID=8279",
    "accela": {
        "kind": "report",
        "start": "Start Date",
        "end": "End Date",
        "fields": {"Council District": "ALL"},
    },
}


def dataset(protocol: str, **options: Any) -> Dataset:
    """Elm's permits as one of the protocols publishes them."""
    given = {
        "id": "elm",
        "title": "Elm",
        "protocol": protocol,
        "key": ("permit",),
        "fields": {},
        "publisher": PUBLISHER,
    }
    return Dataset.model_validate(given | SPECIAL[protocol] | options)


def world() -> list[Host]:
    """The small world of the simulator's own tests, and the same permits as two workbooks behind an index page."""
    hosts = small_world()
    rows = hosts[-1].resources[0].table.rows
    halves = [rows.head(7), rows.tail(ROWS - 7)]
    files = [_workbook(f"/files/{at} to {at}.xlsx", half) for at, half in enumerate(halves)]
    links = [("/about", "About us"), *((file.path.replace(" ", "%20"), "a week") for file in files)]
    hosts.append(Host(ACCELA, [_accela(hosts[-1].resources[0].table.rows)]))
    hosts.append(Host(ENERGOV, [_energov(rows)]))
    hosts.append(Host(LISTING, [_listing(hosts[-3].resources[0].table)]))
    return [*hosts, Host(WORKBOOKS, [*files, IndexPage("elm_index", "/reports", "Reports", links, NOTE)])]


def _accela(rows: pl.DataFrame) -> AccelaSite:
    """One record a page and a counter that saturates at five: the twelve permits fill every kind of page there is."""
    shown = rows.select(pl.col("issued").str.head(10).alias("Date"), "permit", "cost", pl.col("status").alias("Status"))
    table = Table(tuple(Column(name, "text", "text", name) for name in shown.columns), shown)
    return AccelaSite("elm_accela", "ELM", table, Identity("permit"), NOTE, page_size=1, counted=5)


def _energov(rows: pl.DataFrame) -> EnergovSearch:
    entities = rows.select(
        pl.col("issued").str.head(19).alias("IssueDate"),
        "permit",
        pl.col("status").alias("CaseStatus"),
        pl.lit("12 ELM ST").alias("Address.FullAddress"),
    )
    table = Table(tuple(Column(name, "text", "text", name) for name in entities.columns), entities)
    return EnergovSearch("elm_energov", table, Identity("permit"), NOTE)


def _listing(table: Table) -> HtmlListing:
    return HtmlListing(
        "elm_listing", "/list", "Elm permits", table, Identity("permit"), NOTE, page_size=5, date_column="issued"
    )


def _workbook(path: str, rows: pl.DataFrame) -> PublishedFile:
    table = Table(tuple(Column(name, "text", "text", name) for name in rows.columns), rows)
    style = SheetStyle("Report", (("Elm permits",), ()), ((), ("No warranty.",)))
    return PublishedFile(
        "elm_workbook", path, style, datetime(2026, 11, 20, tzinfo=UTC), table, Identity("permit"), NOTE
    )


def closed(protocol: str, window: Window) -> Window:
    """The window; a whole year where everything is asked of a portal that knows days only."""
    return YEAR if window == ALL and protocol in PORTALS else window


class Fetch:
    """A client behind `connect_to`, whose clock moves only when it waits."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.clock = FakeClock()
        self.events = Events()
        self.client = PoliteClient(
            connect_to=simulator.url, clock=self.clock, on_event=self.events, rng=random.Random(7)
        )

    def pages(self, protocol: str, window: Window = ALL, **options: Any) -> list[Page]:
        """All pages of a window."""
        return list(fetch_pages(dataset(protocol, **options), closed(protocol, window), self.client))

    def rows(self, protocol: str, window: Window = ALL, **options: Any) -> pl.DataFrame:
        """All rows of a window in the order they came, checked against what the pages say they hold."""
        asked = dataset(protocol, **options)
        pages = [page for page in fetch_pages(asked, closed(protocol, window), self.client) if page.kind == "rows"]
        frames = [read_rows(asked, page.body, page.media_type) for page in pages]
        assert [frame.height for frame in frames] == [page.row_count for page in pages]
        return pl.concat(frames, how="diagonal") if frames else pl.DataFrame()

    def numbers(self, protocol: str, window: Window = ALL, **options: Any) -> list[str]:
        """The permit numbers that came, sorted; a number that came twice stands there twice."""
        rows = self.rows(protocol, window, **options)
        return sorted(number for number in rows["permit"] if number and number.startswith("P-"))
