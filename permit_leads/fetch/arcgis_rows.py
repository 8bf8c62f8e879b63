"""A page of ArcGIS features to a frame of texts: attributes under their names, points as geometry.x and geometry.y."""

from __future__ import annotations

import re

import polars as pl

from permit_leads.fetch.json_lines import OddLayout, filled_count, frame_of, quoted, value_count
from permit_leads.fetch.json_text import BrokenJson, member, parse, text_of, texts

X, Y = "geometry.x", "geometry.y"
WGS84 = "4326"
_FEATURE = re.compile(rb'"attributes"\s*:\s*\{')
_MORE = re.compile(rb'"exceededTransferLimit"\s*:\s*true')
_TAIL = re.compile(rb'\]\s*(,"exceededTransferLimit":(true|false))?\s*\}\s*$')
_POINT = re.compile(rb'\},"geometry":\{"x":([^,{}]+),"y":([^,{}]+)\}\}')
_NO_POINT = re.compile(rb'\},"geometry":null\}')
_LINE_END = re.compile(rb"\}\}(?=\n|\Z)")


def count_features(body: bytes) -> int:
    """How many features the page holds. No string can hold the mark, because quotes in strings have a backslash."""
    return len(_FEATURE.findall(body))


def says_more(body: bytes) -> bool:
    """Whether the server says that it has more rows than it gave; true also on short and even on empty pages."""
    return bool(_MORE.search(body))


def object_ids(body: bytes, oid_field: str) -> list[int]:
    """The features' ids in page order; empty when they do not stand there one a feature."""
    found = re.findall(rb'"%b"\s*:\s*(-?\d+)(?:\.0+)?\s*[,}]' % re.escape(oid_field.encode()), body)
    return [int(one) for one in found] if len(found) == count_features(body) else []


def read_features(body: bytes) -> pl.DataFrame:
    """One row a feature, in order; numbers as written, null where the publisher has null.

    Coordinates that are not WGS 84 are left out: they would look like degrees and be none.

    Raises:
        BrokenJson: no answer to a query for features.
    """
    try:
        return _placed(_read_fast(body), body)
    except OddLayout:
        return read_features_exactly(body)


def read_features_exactly(body: bytes) -> pl.DataFrame:
    """The same frame, by the slow reading."""
    features = member(parse(body), "features")
    if not isinstance(features, list):
        raise BrokenJson("the answer has no features")
    records = [_record(feature) for feature in features]
    columns = list(dict.fromkeys(name for record in records for name in record if name not in (X, Y)))
    columns += [name for name in (X, Y) if any(name in record for record in records)]
    frame = pl.DataFrame([pl.Series(name, [record.get(name) for record in records], pl.String) for name in columns])
    return _placed(frame, body)


def _record(feature: object) -> dict[str, str | None]:
    record = texts(member(feature, "attributes"))
    x, y = (text_of(member(member(feature, "geometry"), axis)) for axis in ("x", "y"))
    return record if x is None and y is None else record | {X: x, Y: y}


def _placed(frame: pl.DataFrame, body: bytes) -> pl.DataFrame:
    """The frame without coordinates that are no degrees. Esri writes the empty point as "NaN"."""
    if X not in frame.columns:
        return frame
    wkids = re.findall(rb'"(?:latestW|w)kid"\s*:\s*(\d+)', body[:65536].partition(b'"features"')[0])
    if wkids and WGS84.encode() not in wkids:
        return frame.drop(X, Y)
    return frame.with_columns(pl.col(X, Y).replace({"NaN": None}))


def _read_fast(body: bytes) -> pl.DataFrame:
    lines = quoted(_as_lines(body))
    try:
        names = list(texts(parse(lines.partition(b"\n")[0])))
    except BrokenJson as error:
        raise OddLayout(str(error)) from error
    frame = frame_of(lines, dict.fromkeys(names, pl.String()))
    if filled_count(frame) != value_count(lines):
        raise OddLayout("features of different shapes")
    return frame


def _as_lines(body: bytes) -> bytes:
    """The features as one flat object a line."""
    _, mark, rest = body.partition(b'"features":[')
    tail = _TAIL.search(rest)
    if not mark or tail is None or b"\n" in rest[: tail.start()] or not rest.startswith(b'{"attributes":{"'):
        raise OddLayout("no plain list of features")
    lines = rest[: tail.start()].replace(b'},{"attributes":{', b'}\n{"attributes":{')
    lines = _NO_POINT.sub(b"}}", _POINT.sub(rb',"geometry.x":\1,"geometry.y":\2}', lines))
    lines = _LINE_END.sub(b"}", lines).replace(b'{"attributes":{', b"{")
    if b'"geometry":' in lines:
        raise OddLayout("geometry that is no point")
    return lines
