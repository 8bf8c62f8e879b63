"""A portal's own question for some days: placeholders filled in, long windows cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import polars as pl

from permit_leads.errors import SourceChanged
from permit_leads.page import Window
from permit_leads.registry import Dataset
from permit_leads.registry_portals import SINCE, UNTIL

DAY_STYLES = {
    "us_date": ("%m/%d/%Y",),
    "iso_date": ("%Y-%m-%d",),
    "floating_date": ("%Y-%m-%d",),
    "excel_date": ("%Y-%m-%d", "%m/%d/%Y"),
}


def days_of(dataset: Dataset, window: Window) -> tuple[date, date]:
    """First and last day of a window that is closed at both ends.

    Raises:
        SourceChanged: it is open, and this portal can only be asked for given days.
    """
    if window.since is None or window.until is None:
        raise SourceChanged(
            dataset.id, "this portal is asked for days; name a date_column, or give --since and --until"
        )
    return window.since, window.until


def parts_of(dataset: Dataset, window: Window) -> Iterator[Window]:
    """The window in parts of at most `window_days`, oldest first."""
    if dataset.window_days is None or window.touched_since is not None:
        yield window
        return
    since, until = days_of(dataset, window)
    while since <= until:
        end = min(since + timedelta(days=dataset.window_days - 1), until)
        yield Window(since, end)
        since = end + timedelta(days=1)


def halves_of(since: date, until: date) -> tuple[Window, Window]:
    """Two windows that share no day and leave none out."""
    middle = since + (until - since) // 2
    return Window(since, middle), Window(middle + timedelta(days=1), until)


def filled(dataset: Dataset, template: str, window: Window, values: Mapping[str, str] | None = None) -> str:
    """The template with the window's days, as the portal writes days, and other values in their places."""
    for name, value in (values or {}).items():
        template = template.replace(name, value)
    if SINCE not in template and UNTIL not in template:
        return template
    since, until = (day.strftime(dataset.date_format) for day in days_of(dataset, window))
    return template.replace(SINCE, since).replace(UNTIL, until)


def require_days(dataset: Dataset, rows: pl.DataFrame, window: Window) -> None:
    """Raises when a row is of another day: then the portal did not ask by this column, and the window is not whole.

    Days that cannot be read are left to those who read all values.
    """
    if dataset.date_column is None or dataset.date_column not in rows.columns:
        return
    since, until = days_of(dataset, window)
    written = pl.col(dataset.date_column).str.head(10)
    styles = [written.str.to_date(style, strict=False) for style in DAY_STYLES.get(dataset.date_kind, ())]
    days = rows.select(pl.coalesce(pl.lit(None, pl.Date), *styles).alias("day"))["day"].drop_nulls()
    outside = days.filter((days < since) | (days > until))
    if not outside.is_empty():
        reason = f"asked for {since} to {until}, the portal gives a record of {outside[0]}; it filters by another date"
        raise SourceChanged(dataset.id, f"{reason} than {dataset.date_column}; edit date_column or what is asked")
