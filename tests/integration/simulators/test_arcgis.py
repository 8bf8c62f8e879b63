"""ArcGIS layers as upstreams were seen to behave (errors inside 200, page caps, zones without daylight saving)."""

from __future__ import annotations

import json

import httpx
import pytest

from simulators.publishers import NOTE_HEADER, Simulator
from tests.integration.simulators.worlds import ARCGIS, LAYER, NOTE, ROWS, ask

ALL = {"where": "1=1", "outFields": "*", "f": "json"}
ORDERED = ALL | {"orderByFields": "OBJECTID"}


def query(elm: Simulator, **params: str) -> httpx.Response:
    return ask(elm, ARCGIS, f"{LAYER}/query", params)


def ids(reply: httpx.Response) -> list[int]:
    return [feature["attributes"]["OBJECTID"] for feature in reply.json()["features"]]


def test_layer_metadata_says_what_a_client_needs(elm: Simulator) -> None:
    described = ask(elm, ARCGIS, LAYER, {"f": "json"}).json()
    assert described["objectIdField"] == "OBJECTID"
    assert described["maxRecordCount"] == 5
    assert described["advancedQueryCapabilities"]["supportsPagination"] is True
    assert described["dateFieldsTimeReference"] == {
        "timeZone": "Central Standard Time",
        "respectsDaylightSaving": False,
    }
    status = next(field for field in described["fields"] if field["name"] == "status")
    assert status["domain"]["codedValues"][0] == {"code": "Issued", "name": "Permit issued"}


def test_pages_are_capped_and_say_that_more_is_to_come(elm: Simulator) -> None:
    first = query(elm, **ORDERED, resultRecordCount="1000")
    assert len(ids(first)) == 5
    assert first.json()["exceededTransferLimit"] is True
    last = query(elm, **ORDERED, resultOffset="10")
    assert len(ids(last)) == 2
    assert "exceededTransferLimit" not in last.json()
    assert first.headers[NOTE_HEADER] == NOTE


def test_order_is_undefined_unless_asked(elm: Simulator) -> None:
    assert len({tuple(ids(query(elm, **ALL))) for _ in range(4)}) > 1
    assert [tuple(ids(query(elm, **ORDERED))) for _ in range(2)] == [(1, 2, 3, 4, 5)] * 2


def test_counts_ids_and_statistics(elm: Simulator) -> None:
    assert query(elm, **ALL, returnCountOnly="true").json() == {"count": ROWS}
    found = query(elm, **ALL, returnIdsOnly="true").json()
    assert sorted(found["objectIds"]) == [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 13, 14]
    assert query(elm, where="permit='none'", f="json", returnIdsOnly="true").json()["objectIds"] is None
    wanted = [{"statisticType": "max", "onStatisticField": "OBJECTID", "outStatisticFieldName": "top"}]
    answered = query(elm, **ALL, outStatistics=json.dumps(wanted)).json()
    assert answered["features"] == [{"attributes": {"top": 14}}]


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("issued >= DATE '2026-11-03'", 8),
        ("issued >= TIMESTAMP '2026-11-03 00:00:00' AND issued < TIMESTAMP '2026-11-04 00:00:00'", 2),
        ("STATUS = 'Final' AND cost IS NOT NULL", 4),
        ("permit IN ('P-01','P-02') OR permit LIKE '%-12'", 3),
        ("cost BETWEEN 1000 AND 4000", 3),
        ("UPPER(status) = 'FINAL'", 6),
    ],
)
def test_where_reads_dates_in_the_declared_zone(elm: Simulator, where: str, count: int) -> None:
    assert query(elm, where=where, f="json", returnCountOnly="true").json() == {"count": count}


@pytest.mark.parametrize(
    "params",
    [
        {"outFields": "*", "f": "json"},
        {"where": "nope = 1", "f": "json"},
        {"where": "issued > 1724800000000", "f": "json"},
        {"where": "issued > '2026-11-01'", "f": "json"},
        {"where": "1=1", "outFields": "permit,nope", "f": "json"},
        {"where": "1=1", "orderByFields": "nope", "f": "json"},
    ],
)
def test_errors_come_with_http_200(elm: Simulator, params: dict[str, str]) -> None:
    reply = query(elm, **params)
    assert (reply.status_code, reply.json()["error"]["code"]) == (200, 400)


def test_a_service_root_describes_itself_instead_of_answering(elm: Simulator) -> None:
    root = LAYER.rpartition("/")[0]
    assert ask(elm, ARCGIS, f"{root}/query", ALL).json()["layers"][0]["id"] == 1
    assert "features" not in ask(elm, ARCGIS, root, {"f": "json"}).json()
    wrong = ask(elm, ARCGIS, f"{root}/0/query", ALL)
    assert (wrong.status_code, wrong.json()["error"]["message"]) == (200, "Invalid URL")


def test_a_long_get_is_404_and_the_same_post_is_answered(elm: Simulator) -> None:
    params = ALL | {"objectIds": ",".join(["1", "2", "3"] * 400)}
    assert query(elm, **params).status_code == 404
    posted = httpx.post(f"{elm.url}{LAYER}/query", data=params, headers={"Host": ARCGIS})
    assert sorted(ids(posted)) == [1, 2, 3]


def test_points_are_in_degrees_only_when_asked(elm: Simulator) -> None:
    degrees = query(elm, **ORDERED, outSR="4326").json()
    assert degrees["features"][0]["geometry"] == {"x": -97.5, "y": 30.25}
    assert degrees["spatialReference"]["wkid"] == 4326
    native = query(elm, **ORDERED).json()
    assert native["spatialReference"]["latestWkid"] == 3857
    assert native["features"][0]["geometry"]["x"] == pytest.approx(-10853650.4, abs=0.1)
    assert native["features"][0]["geometry"]["y"] == pytest.approx(3535725.7, abs=0.1)
    assert "geometry" not in query(elm, **ORDERED, returnGeometry="false").json()["features"][0]


def test_geojson_flags_more_in_the_collections_properties(elm: Simulator) -> None:
    reply = query(elm, **(ORDERED | {"f": "geojson", "outFields": "permit,cost"})).json()
    assert reply["properties"] == {"exceededTransferLimit": True}
    first = reply["features"][0]
    assert (first["id"], first["geometry"]["coordinates"]) == (1, [-97.5, 30.25])
    assert first["properties"] == {"permit": "P-01", "cost": 0}


def test_null_attributes_are_present_and_dates_are_epoch_milliseconds(elm: Simulator) -> None:
    third = query(elm, **ORDERED).json()["features"][2]["attributes"]
    assert third["cost"] is None
    assert third["issued"] == 1793599200000  # 2026-11-02 00:00 at -06:00
