"""GeoJSON files: the properties of each feature, points as geometry.x and geometry.y. Source: RFC 7946."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from permit_leads.errors import SourceChanged
from permit_leads.fetch.arcgis_rows import X, Y
from permit_leads.fetch.columns import gone
from permit_leads.fetch.download import download
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.json_rows import frame_from_records
from permit_leads.fetch.json_text import BrokenJson, Members, member, parse, text_of, texts
from permit_leads.fetch.zipped import member_of
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset


def fetch_pages(dataset: Dataset, window: Window, client: PoliteClient) -> Iterator[Page]:
    """The index page, if there is one, and each file as one rows page."""
    yield from download(dataset, window, client, "json", read_rows)


def read_rows(dataset: Dataset, body: bytes, media_type: str) -> pl.DataFrame:
    """One row a feature, in order; every name that any feature has is a column.

    Raises:
        SourceChanged: no GeoJSON, a part of one, coordinates that are no degrees, or the key's columns are gone.
    """
    del media_type
    try:
        collection = parse(member_of(dataset, body))
        features = member(collection, "features")
        if (
            text_of(member(collection, "type")) != "FeatureCollection"
            or not isinstance(features, list)
            or isinstance(features, Members)
        ):
            raise BrokenJson("it is no FeatureCollection")
        records = [_record(feature) for feature in features]
    except BrokenJson as error:
        raise SourceChanged(dataset.id, f"the file is no readable GeoJSON: {error}") from error
    _require_whole(dataset, collection)
    columns = list(dict.fromkeys(name for record in records for name in record))
    for name in dataset.key if records else ():
        if name not in columns:
            raise SourceChanged(dataset.id, gone(name, columns, "the properties of the features"))
    return frame_from_records(records, columns)


def _record(feature: object) -> dict[str, str | None]:
    """A feature's properties, and its point; other shapes and no shape have none."""
    properties = member(feature, "properties")
    record = texts(properties) if properties is not None else {}
    geometry = member(feature, "geometry")
    place = member(geometry, "coordinates")
    if text_of(member(geometry, "type")) == "Point" and isinstance(place, list) and len(place) >= 2:
        record |= {X: text_of(place[0]), Y: text_of(place[1])}
    return record


def _require_whole(dataset: Dataset, collection: object) -> None:
    """A server's export may stop at its page size and say so; other coordinates than degrees are told by `crs`."""
    more = (
        member(collection, "exceededTransferLimit"),
        member(member(collection, "properties"), "exceededTransferLimit"),
    )
    if True in more:
        reason = "the file is only a part (exceededTransferLimit); read the layer itself with protocol 'arcgis'"
        raise SourceChanged(dataset.id, reason)
    crs = text_of(member(member(member(collection, "crs"), "properties"), "name"))
    if crs is not None and not crs.endswith(("CRS84", "4326", "CRS83", "4269")):
        raise SourceChanged(dataset.id, f"the file's coordinates are {crs}, not degrees (WGS 84)")
