"""Features: the fast reading gives exactly what the exact one gives, and both give what was published."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from permit_leads.errors import SourceChanged
from permit_leads.fetch import arcgis_rows, read_rows
from permit_leads.fetch.arcgis_rows import count_features, object_ids, read_features, read_features_exactly, says_more
from permit_leads.fetch.json_lines import OddLayout
from permit_leads.fetch.json_text import BrokenJson
from tests.unit.fetch.fakes import dataset
from tests.unit.fetch.test_json_rows import NUMBERS, TEXTS

WGS84 = '"spatialReference":{"wkid":4326,"latestWkid":4326},'
POINT = ',"geometry":{"x":-95.4,"y":29.90}'


def answer(*features: str, more: str = "", reference: str = WGS84) -> bytes:
    head = f'{{"objectIdFieldName":"OID",{reference}"fields":[{{"name":"OID","type":"esriFieldTypeOID"}}],"features":['
    return (head + ",".join(features) + "]" + more + "}").encode()


def feature(attributes: str, geometry: str = POINT) -> str:
    return f'{{"attributes":{{{attributes}}}{geometry}}}'


def is_read_fast(body: bytes) -> bool:
    try:
        arcgis_rows._read_fast(body)
    except OddLayout:
        return False
    return True


VALUES = st.one_of(
    NUMBERS, st.just("null"), TEXTS.map(lambda text: json.dumps(text, ensure_ascii=False)), TEXTS.map(json.dumps)
)
GEOMETRIES = st.sampled_from(
    [POINT, "", ',"geometry":null', ',"geometry":{"x":"NaN","y":"NaN"}', ',"geometry":{"rings":[[[1,2],[3,4]]]}']
)


@given(st.lists(st.tuples(VALUES, VALUES, GEOMETRIES), max_size=6), st.booleans())
@settings(max_examples=80)
@example([('"}},{\\"attributes\\":{"', "1.10", POINT)], True)
def test_fast_and_exact_reading_are_the_same(rows: list[tuple[str, str, str]], is_one_shape: bool) -> None:
    features = [feature(f'"OID":{at},"STATUS":{a},"COST":{b}', g) for at, (a, b, g) in enumerate(rows)]
    if not is_one_shape:
        features.append(feature('"OID":99,"OTHER":"x"'))
    body = answer(*features)
    assert_frame_equal(read_features(body), read_features_exactly(body))
    assert count_features(body) == len(features)
    assert object_ids(body, "OID") == [*range(len(rows)), *([] if is_one_shape else [99])]


def test_numbers_texts_and_points_come_as_published() -> None:
    body = answer(
        feature('"OID":7,"COST":1.50,"STATUS":"I         ","NOTE":null'), more=',"exceededTransferLimit":true'
    )
    assert is_read_fast(body)
    assert read_features(body).to_dicts() == [
        {"OID": "7", "COST": "1.50", "STATUS": "I         ", "NOTE": None, "geometry.x": "-95.4", "geometry.y": "29.90"}
    ]
    assert read_features(body).columns == ["OID", "COST", "STATUS", "NOTE", "geometry.x", "geometry.y"]


def test_a_column_that_is_null_throughout_is_still_there() -> None:
    assert read_features(answer(feature('"OID":1,"NOTE":null'))).columns[:2] == ["OID", "NOTE"]


def test_a_point_without_coordinates_has_none() -> None:
    body = answer(feature('"OID":1'), feature('"OID":2', ',"geometry":{"x":"NaN","y":"NaN"}'), feature('"OID":3', ""))
    assert read_features(body)["geometry.x"].to_list() == ["-95.4", None, None]


def test_coordinates_that_are_no_degrees_are_left_out() -> None:
    body = answer(
        feature('"OID":1', ',"geometry":{"x":3021000.5,"y":13840000.1}'), reference='"spatialReference":{"wkid":2278},'
    )
    assert read_features(body).columns == ["OID"]


def test_tables_have_no_points() -> None:
    body = answer(feature('"OID":1', ""), feature('"OID":2', ""), reference="")
    assert is_read_fast(body)
    assert read_features(body).to_dict(as_series=False) == {"OID": ["1", "2"]}


@pytest.mark.parametrize("spaces", [" ", "\n  "])
def test_a_page_written_for_people_is_read_too(spaces: str) -> None:
    pretty = json.dumps(json.loads(answer(feature('"OID":1,"A":"x"'), feature('"OID":2,"A":null'))), indent=2).encode()
    assert read_features(pretty)["A"].to_list() == ["x", None]
    assert count_features(pretty) == 2
    assert object_ids(pretty, "OID") == [1, 2]


def test_more_is_said_in_either_place() -> None:
    assert says_more(b'{"features":[],"exceededTransferLimit":true}')
    assert says_more(b'{"type":"FeatureCollection","properties":{"exceededTransferLimit" : true},"features":[]}')
    assert not says_more(b'{"features":[],"exceededTransferLimit":false}')


def test_ids_written_as_floats_are_ids() -> None:
    assert object_ids(answer(feature('"OID":7.0')), "OID") == [7]


def test_an_empty_answer_has_no_rows() -> None:
    assert read_features(answer()).shape == (0, 0)


@pytest.mark.parametrize("body", [b'{"layers":[]}', b"[]", b'{"features":[{"attributes":{"a":1}', b'{"features":[1]}'])
def test_what_holds_no_features_is_broken(body: bytes) -> None:
    with pytest.raises(BrokenJson):
        read_features(body)
    with pytest.raises(SourceChanged, match="a page cannot be read"):
        read_rows(dataset("arcgis"), body, "application/json")
