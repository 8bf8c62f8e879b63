"""A dataset's window in SoQL."""

from __future__ import annotations

from datetime import date, timedelta

from permit_leads.errors import SourceChanged
from permit_leads.page import Window
from permit_leads.registry import Dataset

ROW_ID = ":id"
COMPARABLE = ("floating_date", "iso_date")


def where_clause(dataset: Dataset, window: Window) -> str | None:
    """Whole local days, both ends included; None asks for everything, also for rows without a date.

    With `touched_since`, the rows of all other days and of none that were written since then.

    Raises:
        SourceChanged: the dates are written in a way that SoQL cannot compare.
    """
    parts = [f"({dataset.where})"] if dataset.where else []
    column = dataset.date_column
    if column is None or (window.since is None and window.until is None):
        return " AND ".join(parts) or None
    if dataset.date_kind not in COMPARABLE:
        reason = f"dates written as {dataset.date_kind} cannot be compared in SoQL; take date_column {column} out"
        raise SourceChanged(dataset.id, reason)
    since = None if window.since is None else _midnight(window.since)
    end = None if window.until is None else _midnight(window.until + timedelta(days=1))
    if window.touched_since is not None:
        outside = [f"{column} < '{since}'"] * (since is not None) + [f"{column} >= '{end}'"] * (end is not None)
        parts.append(f"{dataset.system_cursor} >= '{_midnight(window.touched_since)}Z'")
        parts.append(f"({' OR '.join([f'{column} IS NULL', *outside])})")
        return " AND ".join(parts)
    parts += [f"{column} >= '{since}'"] * (since is not None) + [f"{column} < '{end}'"] * (end is not None)
    return " AND ".join(parts)


def order_clause(dataset: Dataset) -> str:
    """Oldest day first, and within a day by the row's own id, so that no two pages can overlap."""
    columns = dataset.order or ((dataset.date_column,) if dataset.date_column else ())
    return ",".join((*(column for column in columns if column != ROW_ID), ROW_ID))


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00.000"
