"""A portal's own question for some days: placeholders filled in, long windows cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from permit_leads.errors import SourceChanged
from permit_leads.page import Window
from permit_leads.registry import Dataset
from permit_leads.registry_portals import SINCE, UNTIL


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
    if dataset.window_days is None:
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
