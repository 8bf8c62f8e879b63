"""What a portal's source file says beyond columns: how its pages follow each other, how it is asked for days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from permit_leads.registry import Dataset

SINCE, UNTIL = "$since", "$until"


class PortalRules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Paging(PortalRules):
    """How the pages of an HTML listing follow each other: a link to the next one, or a parameter that numbers them.

    `total` is a pattern with one group on the page's text: how many rows the whole listing has ("of 1,234 permits").
    """

    next_link: str | None = None  # pattern on the text of the link to the next page
    parameter: str | None = None  # name of the address's parameter that numbers the pages
    first_page: Annotated[int, Field(ge=0)] = 1
    total: str | None = None


class Accela(PortalRules):
    """Accela Citizen Access. A search lists the records of some days; a report gives them as a workbook.

    `fields` are further fields of the search form by their name, or of the report's form by their label.
    """

    kind: Literal["search", "report"] = "search"
    fields: dict[str, str] = {}
    start: str = "ctl00$PlaceHolderMain$generalSearchForm$txtGSStartDate"  # a report: the label
    end: str = "ctl00$PlaceHolderMain$generalSearchForm$txtGSEndDate"
    button: str = "ctl00$PlaceHolderMain$btnNewSearch"
    grid: str = "ctl00_PlaceHolderMain_dgvPermitList_gdvPermitList"
    counter: str = r"\d\s*-\s*[\d,]+ of ([\d,]+)\s*(\+?)"  # the rows found, and the mark of a lower bound


def find_portal_mistakes(dataset: Dataset) -> Iterator[str]:
    """Mistakes in what a portal's source file says, each as "key path: what was seen, what was expected"."""
    yield from _html_mistakes(dataset)
    yield from _accela_mistakes(dataset)
    asks_by_day = any(word in dataset.url for word in (SINCE, UNTIL))
    if asks_by_day and dataset.protocol != "html":
        yield f"url: {SINCE} and {UNTIL} are only for protocol 'html' (seen {dataset.protocol!r})"
    if asks_by_day and dataset.date_column is None:
        yield f"date_column: missing, but url asks by {SINCE} and {UNTIL}"
    yield from pattern_mistakes("empty_pattern", dataset.empty_pattern)


def _html_mistakes(dataset: Dataset) -> Iterator[str]:
    if dataset.protocol == "html" and not dataset.header_names:
        yield "header_names: missing; a table of a page is found by the names in its header"
    if dataset.paging is None:
        return
    if dataset.protocol != "html":
        yield f"paging: only for protocol 'html' (seen {dataset.protocol!r})"
    if bool(dataset.paging.next_link) == bool(dataset.paging.parameter):
        yield "paging: give exactly one of next_link and parameter"
    yield from pattern_mistakes("paging.next_link", dataset.paging.next_link)
    yield from pattern_mistakes("paging.total", dataset.paging.total, group_count=1)


def _accela_mistakes(dataset: Dataset) -> Iterator[str]:
    if (dataset.protocol == "accela") != (dataset.accela is not None):
        yield f"accela: goes with protocol 'accela', and only with it (seen {dataset.protocol!r})"
    if dataset.protocol != "accela" or dataset.accela is None:
        return
    if not dataset.header_names:
        yield "header_names: missing; the list of records is known by the names in its header"
    if dataset.date_column is None or dataset.date_kind not in ("us_date", "iso_date", "excel_date"):
        yield "date_column: missing, or date_kind is none of us_date, iso_date and excel_date; Accela is asked for days"
    if dataset.accela.kind == "search" and not dataset.empty_pattern:
        yield "empty_pattern: missing; only these words tell a search without records from one that failed"
    yield from pattern_mistakes("accela.counter", dataset.accela.counter, group_count=2)


def pattern_mistakes(path: str, pattern: str | None, group_count: int | None = None) -> Iterator[str]:
    """What is wrong with a pattern that is looked for in a page."""
    try:
        groups = re.compile(pattern or "").groups
    except re.error as error:
        yield f"{path}: {pattern!r} is no pattern: {error}"
        return
    if pattern and group_count is not None and groups != group_count:
        yield f"{path}: {pattern!r} has {groups} groups; give exactly {group_count}"
