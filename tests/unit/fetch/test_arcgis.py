"""ArcGIS layers: what is read out of their metadata, how days become literals, how errors are told apart."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any

import orjson
import pytest

from permit_leads.errors import SourceChanged, SourceError, SourceRefused, SourceUnavailable
from permit_leads.fetch.arcgis_layer import layer_of, zone_of
from permit_leads.fetch.arcgis_query import QueryFailed, failure_in, source_error
from permit_leads.fetch.arcgis_where import where_clause
from permit_leads.fetch.json_text import parse
from permit_leads.page import Window
from permit_leads.registry import Dataset
from tests.unit.fetch.fakes import dataset

FIELDS = [
    {"name": "CAPID", "type": "esriFieldTypeOID"},
    {"name": "permit_number", "type": "esriFieldTypeString"},
    {"name": "ISSUED", "type": "esriFieldTypeDate"},
    {"name": "DAY", "type": "esriFieldTypeDateOnly"},
    {"name": "TEXT_DAY", "type": "esriFieldTypeString"},
]
METADATA = {
    "currentVersion": 11.3,
    "geometryType": "esriGeometryPoint",
    "objectIdField": "CAPID",
    "maxRecordCount": 2000,
    "advancedQueryCapabilities": {"supportsPagination": True, "supportsOrderBy": True, "supportsStatistics": True},
    "fields": FIELDS,
}
WEEK = Window(date(2026, 3, 2), date(2026, 3, 8))


def layer(city: Dataset | None = None, **changes: Any) -> Any:
    described = {name: value for name, value in {**METADATA, **changes}.items() if value is not None}
    return layer_of(city or dataset("arcgis"), parse(orjson.dumps(described)))


def test_metadata_says_what_a_layer_can_do() -> None:
    found = layer()
    assert (found.oid_field, found.max_records, found.has_points) == ("CAPID", 2000, True)
    assert (found.supports_order, found.supports_paging, found.supports_statistics) == (True, True, True)
    assert found.zone.utcoffset(datetime(2026, 7, 1, tzinfo=UTC)) == timedelta()


def test_old_servers_name_the_object_id_by_its_type_only() -> None:
    old = layer(objectIdField=None, advancedQueryCapabilities=None, maxRecordCount=None, supportsAdvancedQueries=True)
    assert (old.oid_field, old.max_records) == ("CAPID", 1000)
    assert (old.supports_order, old.supports_paging, old.supports_statistics) == (True, False, True)


def test_a_layer_without_an_object_id_cannot_be_read() -> None:
    with pytest.raises(SourceChanged, match="has no object id field"):
        layer(objectIdField=None, fields=FIELDS[1:])


def test_a_service_root_is_a_wrong_address() -> None:
    with pytest.raises(SourceChanged, match="a service root; its address lacks the layer number"):
        layer(fields=None, layers=[{"id": 0}])


def test_a_missing_key_column_is_named() -> None:
    with pytest.raises(SourceChanged, match=r"column permit_num is gone \(found permit_number\)"):
        layer(dataset("arcgis", key=("permit_num",)))


def test_a_retyped_date_column_is_named() -> None:
    with pytest.raises(SourceChanged, match="column TEXT_DAY was retyped to esriFieldTypeString"):
        layer(dataset("arcgis", date_column="TEXT_DAY", date_kind="epoch_ms"))


@pytest.mark.parametrize(
    ("reference", "january", "july"),
    [
        (None, "10 06", "10 06"),
        ({"timeZone": "UTC", "respectsDaylightSaving": False}, "10 06", "10 06"),
        ({"timeZone": "Central Standard Time", "respectsDaylightSaving": False}, "10 00", "10 00"),
        ({"timeZone": "Central Standard Time", "respectsDaylightSaving": True}, "10 00", "10 01"),
        ({"timeZone": "Pacific Standard Time", "timeZoneIANA": "America/Los_Angeles"}, "09 22", "09 23"),
        ({"timeZone": "US Mountain Standard Time", "respectsDaylightSaving": True}, "09 23", "09 23"),
    ],
)
def test_literals_are_written_in_the_zone_the_server_reads(
    reference: dict[str, object] | None, january: str, july: str
) -> None:
    city = dataset("arcgis", date_column="ISSUED", date_kind="epoch_ms", date_zone="-06:00")
    found = layer(city, dateFieldsTimeReference=reference)
    for month, hour in ((1, january), (7, july)):
        where = where_clause(city, found, Window(date(2026, month, 10), None))
        assert where == f"ISSUED >= TIMESTAMP '2026-{month:02}-{hour}:00:00'"


def test_touched_rows_are_those_of_other_days_and_of_none() -> None:
    city = dataset("arcgis", date_column="ISSUED", date_kind="epoch_ms", date_zone="-06:00", system_cursor="ISSUED")
    window = Window(date(2026, 3, 2), date(2026, 3, 8), date(2026, 3, 6))
    assert where_clause(city, layer(city), window) == (
        "ISSUED >= TIMESTAMP '2026-03-06 00:00:00' AND (ISSUED IS NULL"
        " OR ISSUED < TIMESTAMP '2026-03-02 06:00:00' OR ISSUED >= TIMESTAMP '2026-03-09 06:00:00')"
    )


def test_a_missing_edit_date_is_named() -> None:
    with pytest.raises(SourceChanged, match="column EDITED is gone"):
        layer(dataset("arcgis", system_cursor="EDITED"))


def test_an_unknown_zone_is_not_guessed() -> None:
    with pytest.raises(SourceChanged, match="unknown zone 'Middle-earth Standard Time'"):
        layer(dateFieldsTimeReference={"timeZone": "Middle-earth Standard Time"})


def test_a_day_without_a_zone_is_the_publishers_own() -> None:
    city = dataset("arcgis", date_column="ISSUED", date_kind="epoch_ms")
    where = where_clause(city, layer(city), Window(date(2026, 7, 1), date(2026, 7, 1)))
    assert where == "ISSUED >= TIMESTAMP '2026-07-01 05:00:00' AND ISSUED < TIMESTAMP '2026-07-02 05:00:00'"


def test_days_that_are_days_need_no_zone() -> None:
    city = dataset("arcgis", date_column="DAY", date_kind="iso_date")
    assert where_clause(city, layer(city), WEEK) == "DAY >= DATE '2026-03-02' AND DAY < DATE '2026-03-09'"


def test_texts_that_sort_by_day_are_compared_as_texts() -> None:
    city = dataset("arcgis", date_column="TEXT_DAY", date_kind="iso_date")
    assert where_clause(city, layer(city), WEEK) == "TEXT_DAY >= '2026-03-02' AND TEXT_DAY < '2026-03-09'"


def test_text_days_are_compared_as_the_publisher_writes_them() -> None:
    city = dataset("arcgis", date_column="TEXT_DAY", date_kind="iso_date", date_format="%Y/%m/%d")
    assert where_clause(city, layer(city), WEEK) == "TEXT_DAY >= '2026/03/02' AND TEXT_DAY < '2026/03/09'"


def test_texts_that_do_not_sort_by_day_are_not_compared() -> None:
    city = dataset("arcgis", date_column="TEXT_DAY", date_kind="us_date")
    with pytest.raises(SourceChanged, match="cannot be compared by day"):
        where_clause(city, layer(city), WEEK)


def test_where_is_never_empty() -> None:
    assert where_clause(dataset("arcgis"), layer(), Window(None, None)) == "1=1"
    assert where_clause(dataset("arcgis", where="A=1"), layer(), Window(None, None)) == "(A=1)"


@pytest.mark.parametrize(
    ("name", "zone"), [("-06:00", timezone(timedelta(hours=-6))), ("+05:30", timezone(timedelta(hours=5, minutes=30)))]
)
def test_fixed_offsets_are_zones(name: str, zone: tzinfo) -> None:
    assert zone_of(name) == zone


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (
            {"code": 400, "message": "Unable to complete operation.", "details": ["Failed."]},
            400,
            "Unable to complete operation. Failed.",
        ),
        (
            {"code": 499, "message": "Token Required", "messageCode": "GWM_0003", "details": ["Token Required"]},
            499,
            "Token Required",
        ),
        ({"message": "Invalid URL", "details": ""}, 400, "Invalid URL"),
        ({"code": 500, "message": "", "details": []}, 500, "no message"),
        ({"code": 504, "message": "Timed out"}, 504, "Timed out"),
    ],
)
def test_errors_are_read_in_every_shape(error: dict[str, object], code: int, message: str) -> None:
    failure = failure_in(orjson.dumps({"error": error}))
    assert failure is not None
    assert (failure.code, failure.message) == (code, message)


@pytest.mark.parametrize(
    "body", [b'{"features":[{"attributes":{"a":"\\"error\\""}}]}', b'{"count":1}', b'{"name":"error"}']
)
def test_what_only_mentions_an_error_is_none(body: bytes) -> None:
    assert failure_in(body) is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, SourceChanged),
        (404, SourceChanged),
        (403, SourceRefused),
        (498, SourceRefused),
        (499, SourceRefused),
        (500, SourceUnavailable),
    ],
)
def test_an_error_for_good_is_told_by_its_code(code: int, kind: type[SourceError]) -> None:
    assert type(source_error(dataset("arcgis"), QueryFailed(code, "no"))) is kind


@pytest.mark.parametrize("zone", ["+00:00", "UTC"])
def test_a_layer_that_does_not_know_its_zone_is_read_as_wall_clock(zone: str) -> None:
    assert layer(dataset("arcgis", date_zone=zone), datesInUnknownTimezone=True)


@pytest.mark.parametrize("zone", ["-06:00", "America/Chicago"])
def test_a_layer_that_does_not_know_its_zone_is_not_read_in_another(zone: str) -> None:
    with pytest.raises(SourceChanged, match=r'wall clock, not .*; set date_zone = "\+00:00"'):
        layer(dataset("arcgis", date_zone=zone), datesInUnknownTimezone=True)
