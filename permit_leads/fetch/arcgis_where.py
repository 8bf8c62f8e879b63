"""A dataset's window in the SQL that ArcGIS servers read."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from permit_leads.errors import SourceChanged
from permit_leads.fetch.arcgis_layer import Layer, zone_of
from permit_leads.page import Window
from permit_leads.registry import Dataset

EVERYTHING = "1=1"  # `where` must not be left out: servers then answer with an error under HTTP 200


def where_clause(dataset: Dataset, layer: Layer, window: Window) -> str:
    """Whole days of the dataset's zone, both ends included, written in the zone that the server reads literals in.

    With `touched_since`, the rows of all other days and of none that were edited since then.

    Raises:
        SourceChanged: the dates are texts that do not sort by day.
    """
    parts = [f"({dataset.where})"] if dataset.where else []
    column = dataset.date_column
    bounds = []
    if column is not None and window.since is not None:
        bounds.append((f"{column} <", f"{column} >=", _literal(dataset, layer, window.since)))
    if column is not None and window.until is not None:
        bounds.append((f"{column} >=", f"{column} <", _literal(dataset, layer, window.until + timedelta(days=1))))
    if window.touched_since is not None:
        outside = [f"{column} IS NULL", *(f"{without} {literal}" for without, _, literal in bounds)]
        parts.append(f"{dataset.system_cursor} >= TIMESTAMP '{window.touched_since} 00:00:00'")
        parts.append(f"({' OR '.join(outside)})")
    else:
        parts += [f"{within} {literal}" for _, within, literal in bounds]
    return " AND ".join(parts) or EVERYTHING


def _literal(dataset: Dataset, layer: Layer, day: date) -> str:
    """The beginning of a day. A bare number of milliseconds is no standard SQL and is never written."""
    kind = layer.fields[dataset.date_column or ""]
    if kind == "esriFieldTypeDateOnly":
        return f"DATE '{day.isoformat()}'"
    if kind == "esriFieldTypeString" and dataset.date_kind in ("iso_date", "floating_date"):
        return f"'{day.strftime(dataset.date_format)}'"
    if kind != "esriFieldTypeDate":
        reason = f"{dataset.date_column} ({kind}, {dataset.date_kind}) cannot be compared by day; take date_column out"
        raise SourceChanged(dataset.id, reason)
    zone = zone_of(dataset.date_zone or dataset.publisher.time_zone)
    moment = datetime.combine(day, time(), tzinfo=zone).astimezone(layer.zone)
    return f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S}'"
