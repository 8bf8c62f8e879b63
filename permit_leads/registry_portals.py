"""What a portal's source file says beyond columns: how its pages follow each other, how it is asked for days."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from permit_leads.registry import Dataset

SINCE, UNTIL, PAGE, PAGE_SIZE = "$since", "$until", "$page", "$page_size"
IN_PARTS = ("arcgis", "html", "accela", "portal")
SECRET_HEADERS = ("authorization", "cookie", "proxy-authorization")
# Portals that people name and that nobody here can read whole; what is not known is said, not guessed.
UNREADABLE = {
    "etrakit": "eTRAKiT lists no dates, in many installs lets nobody search by date without an account, and often asks "
    "a captcha (seen 2026); look for the county appraisal district's feed",
    "opengov": "what OpenGov's portals answer is documented nowhere that we could read (2026-11-25); where a portal's "
    "own JSON has been seen, describe it as protocol 'portal'",
    "webfocus": "WebFOCUS reports embed at most 100 rows and print no day of issue (seen 2026-08); use published files",
    "mgo": "MyGovernmentOnline was not examined; where its JSON has been seen, describe it as protocol 'portal'",
}


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


class Portal(PortalRules):
    """A search that answers JSON. `$since`, `$until`, `$page` and `$page_size` stand in the address or the body.

    `rows`, `total`, `success` and `error` are paths from the top of the answer ("Result.EntityResults").
    """

    rows: str
    total: str | None = None  # how many rows there are altogether
    success: str | None = None  # must be true
    error: str | None = None  # the portal's own words when it is not
    body: str | None = None  # JSON to POST; without it the address is fetched
    headers: dict[str, str] = {}
    first_page: Annotated[int, Field(ge=0)] = 1
    max_rows: Annotated[int, Field(ge=1)] | None = None  # beyond these the portal gives no pages: smaller windows


def find_portal_mistakes(dataset: Dataset) -> Iterator[str]:
    """Mistakes in what a portal's source file says, each as "key path: what was seen, what was expected"."""
    yield from _html_mistakes(dataset)
    yield from _accela_mistakes(dataset)
    yield from _json_mistakes(dataset)
    asks_by_day = SINCE in dataset.url or UNTIL in dataset.url
    if asks_by_day and dataset.protocol not in ("html", "portal"):
        yield f"url: {SINCE} and {UNTIL} are only for protocols 'html' and 'portal' (seen {dataset.protocol!r})"
    if is_asked_by_day(dataset) and dataset.date_column is None:
        yield f"date_column: missing, but the portal is asked by {SINCE} and {UNTIL}"
    yield from pattern_mistakes("empty_pattern", dataset.empty_pattern)
    yield from _window_mistakes(dataset)


def _window_mistakes(dataset: Dataset) -> Iterator[str]:
    if dataset.window_days is not None and dataset.protocol not in IN_PARTS:
        yield f"window_days: only for protocols {', '.join(IN_PARTS)} (seen {dataset.protocol!r})"
    if dataset.window_days is not None and dataset.date_column is None:
        yield "window_days: needs date_column; without one every run reads everything"
    if dataset.protocol == "arcgis" and re.sub(r"[^%\w]", "", dataset.date_format) != "%Y%m%d":
        yield f"date_format: {dataset.date_format!r} does not sort by day; text days of a layer stand year first"
    if dataset.domains and dataset.protocol != "arcgis":
        yield f"domains: only for protocol 'arcgis' (seen {dataset.protocol!r}); use values for words"


def is_asked_by_day(dataset: Dataset) -> bool:
    """Whether the portal is asked for the window's days only."""
    template = dataset.url + ((dataset.portal.body or "") if dataset.portal else "")
    return SINCE in template or UNTIL in template


def is_paged(dataset: Dataset) -> bool:
    """Whether the portal is asked for numbered pages."""
    return dataset.portal is not None and PAGE in (dataset.url + (dataset.portal.body or "")).replace(PAGE_SIZE, "")


def _json_mistakes(dataset: Dataset) -> Iterator[str]:
    if (dataset.protocol == "portal") != (dataset.portal is not None):
        yield f"portal: goes with protocol 'portal', and only with it (seen {dataset.protocol!r})"
    if dataset.portal is None:
        return
    for name in dataset.portal.headers:
        if name.lower() in SECRET_HEADERS:
            yield f"portal.headers.{name}: a source file holds no secrets; only what the portal gives everybody"
    if dataset.portal.max_rows is not None and not (dataset.portal.total and is_asked_by_day(dataset)):
        yield f"portal.max_rows: needs total, and {SINCE} and {UNTIL} to make windows smaller"
    if dataset.portal.body is not None:
        yield from _body_mistakes(dataset.portal.body)


def _body_mistakes(body: str) -> Iterator[str]:
    try:
        json.loads(body.replace(PAGE_SIZE, "1").replace(PAGE, "1"))
    except ValueError as error:
        yield f"portal.body: no JSON ({error}); $page and $page_size stand without quotes, days within"


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
