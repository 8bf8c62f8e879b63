"""The anonymous reports of Accela Citizen Access: a form with dates, answered with the address of a workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from urllib.parse import urljoin

from permit_leads.errors import SourceChanged, SourceUnavailable
from permit_leads.fetch.asking import days_of, require_days
from permit_leads.fetch.columns import gone
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.webforms import FormPage, SessionLost, Visit
from permit_leads.fetch.workbook import read_rows
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset
from permit_leads.registry_portals import Accela

SESSIONS = 3
_WORKBOOK = re.compile(rb"""["']([^"']*ShowReport\.aspx\?[^"']*)["']""", re.IGNORECASE)


def report_pages(dataset: Dataset, window: Window, client: PoliteClient) -> Iterator[Page]:
    """The report's form, the page that names the workbook, and the workbook.

    Raises:
        SourceChanged: a field of the form is gone, or no workbook is named.
        SourceUnavailable: the portal lost its session again and again.
    """
    since, until = days_of(dataset, window)
    for _ in range(SESSIONS):
        try:
            yield from _report(dataset, Visit(dataset, client), since, until)
        except SessionLost as lost:
            client.on_event("fetch.session_lost", source=dataset.id, reason=str(lost))
        else:
            return
    raise SourceUnavailable(dataset.id, f"the portal showed its error page in {SESSIONS} sessions, for the report")


def _report(dataset: Dataset, visit: Visit, since: date, until: date) -> list[Page]:
    form = visit.open(dataset.url)
    answer = visit.post(form, _answers(dataset, form, since, until), "btnSave", "index")
    named = _WORKBOOK.search(answer.page.body)
    if named is None:
        reason = (
            "the report's form was answered without the address of a workbook (ShowReport.aspx); look at the report"
        )
        raise SourceChanged(dataset.id, reason)
    address = urljoin(answer.page.url, named[1].decode("ascii", "replace").replace("&amp;", "&"))
    workbook = visit.download(address, answer.page.url)
    rows = read_rows(dataset, workbook.body, workbook.media_type)
    require_days(dataset, rows, Window(since, until))
    return [form.page, answer.page, replace(workbook, row_count=rows.height)]


def _answers(dataset: Dataset, form: FormPage, since: date, until: date) -> dict[str, str]:
    rules = dataset.accela or Accela()
    said = {rules.start: f"{since:%m/%d/%Y}", rules.end: f"{until:%m/%d/%Y}", **rules.fields}
    names = form.labelled()
    for label in said:
        if label not in names:
            raise SourceChanged(dataset.id, gone(label, names, "the report's form"))
    return {names[label]: value for label, value in said.items()}
