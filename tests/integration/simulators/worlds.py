"""Small simulated publishers with invented rows, and a way to ask them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from ssl import PROTOCOL_TLS_CLIENT, SSLContext

import httpx
import polars as pl

from simulators.publishers import Host, Simulator
from simulators.publishers.arcgis.layer import ArcgisLayer
from simulators.publishers.ckan.datastore import Datastore
from simulators.publishers.ckan.envelope import not_found
from simulators.publishers.disturbances import Identity
from simulators.publishers.files.resources import PublishedFile
from simulators.publishers.files.styles import CsvStyle
from simulators.publishers.publishing import publish_arcgis, publish_socrata
from simulators.publishers.recorded_rows import Recorded
from simulators.publishers.socrata.dataset import SocrataDataset
from simulators.publishers.socrata.errors import missing_dataset
from simulators.publishers.sql.meaning import ValueKind
from simulators.publishers.table import Column, Table

TODAY = date(2026, 11, 20)
SOCRATA, ARCGIS, FILES = "data.elm.example", "gis.elm.example", "files.elm.example"
CKAN, RESOURCE_ID = "ckan.elm.example", "11111111-2222-4333-8444-555555555555"
RESOURCE = "/resource/elmm-0001.json"
LAYER = "/org/arcgis/rest/services/Permits/FeatureServer/1"
FILE = "/permits.csv"
NOTE = "invented rows of the tests"
ROWS = 12
NO_AUTHORITIES = SSLContext(PROTOCOL_TLS_CLIENT)  # everything is plain HTTP; reading the bundle takes 0.1 s a request


def small_world() -> list[Host]:
    """A Socrata dataset, an ArcGIS layer, a CKAN datastore and a CSV file with the same twelve permits."""
    return [
        Host(SOCRATA, [_socrata()], not_found=missing_dataset),
        Host(ARCGIS, [_arcgis()]),
        Host(CKAN, [_ckan()], not_found=not_found),
        Host(FILES, [_file()]),
    ]


def ask(
    simulator: Simulator, host: str, path: str, params: Mapping[str, str] | None = None, **more: str
) -> httpx.Response:
    """GET as a client behind connect_to does; `more` are headers."""
    headers = {"Host": host} | {name.replace("_", "-"): value for name, value in more.items()}
    return httpx.get(simulator.url + path, params=params, headers=headers, verify=NO_AUTHORITIES)


def _rows() -> pl.DataFrame:
    numbers = [f"P-{at:02}" for at in range(1, ROWS + 1)]
    return pl.DataFrame(
        {
            "permit": numbers,
            "issued": [f"2026-11-{1 + at // 2:02}T00:00:00.000" for at in range(ROWS)],
            "cost": [None if at % 3 == 2 else str(1000 * at) for at in range(ROWS)],
            "status": ["Issued" if at % 2 else "Final" for at in range(ROWS)],
            "longitude": ["-97.5"] * ROWS,
            "latitude": ["30.25"] * (ROWS - 1) + [None],
        }
    )


def _socrata() -> SocrataDataset:
    columns = (
        Column("permit", "text", "text", "Permit"),
        Column("issued", "calendar_date", "date", "Issued"),
        Column("cost", "number", "number", "Cost"),
        Column("status", "text", "text", "Status"),
        Column("location", "point", "other", "Location"),
    )
    settings = {
        "id": "elm_permits",
        "dataset": "elmm-0001",
        "name": "Elm permits",
        "attribution": "Elm",
        "zone": "America/Chicago",
        "newest_by": "issued",
        "key": "permit",
        "points": {"location": ("longitude", "latitude")},
    }
    return publish_socrata(settings, columns, Recorded(_rows(), NOTE, 0, TODAY), TODAY)


def _arcgis() -> ArcgisLayer:
    rows = _rows().with_columns(
        pl.Series("OBJECTID", [str(1 + at + at // 5) for at in range(ROWS)]),
        pl.col("issued").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3f").dt.offset_by("6h").dt.epoch("ms").cast(pl.String),
    )
    settings = {
        "id": "elm_layer",
        "name": "Permits",
        "service_path": LAYER.rpartition("/")[0],
        "layer_id": 1,
        "flavor": "hosted",
        "max_record_count": 5,
        "zone": "America/Chicago",
        "declared_zone": "Central Standard Time",
        "zone_hours": -6.0,
        "key": "permit",
        "longitude": "longitude",
        "latitude": "latitude",
        "fields": {
            "OBJECTID": "OID",
            "permit": {"type": "String", "length": 20},
            "issued": "Date",
            "cost": "Integer",
            "status": {"type": "String", "length": 20, "codes": {"Issued": "Permit issued", "Final": "Finaled"}},
            "longitude": "Double",
            "latitude": "Double",
        },
    }
    return publish_arcgis(settings, Recorded(rows, NOTE, 0, TODAY), TODAY)


def _ckan() -> Datastore:
    rows = _rows().select(
        pl.Series("_id", [str(at) for at in range(1, ROWS + 1)]),
        "permit",
        pl.col("issued").str.head(19),
        "cost",
        "status",
    )
    kinds: dict[str, ValueKind] = {"_id": "number", "issued": "date"}
    types = {"_id": "int", "issued": "timestamp"}
    columns = tuple(Column(name, types.get(name, "text"), kinds.get(name, "text"), name) for name in rows.columns)
    modified = datetime(2026, 11, 20, tzinfo=UTC)
    return Datastore("elm_datastore", RESOURCE_ID, modified, Table(columns, rows), Identity("permit", "_id"), NOTE)


def _file() -> PublishedFile:
    columns = tuple(Column(name, "text", "text", name) for name in _rows().columns)
    table = Table(columns, _rows())
    return PublishedFile(
        "elm_file", FILE, CsvStyle(), datetime(2026, 11, 20, tzinfo=UTC), table, Identity("permit"), NOTE
    )
