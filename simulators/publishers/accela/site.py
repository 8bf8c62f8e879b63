"""A portal that remembers: a session by its cookie, a page by its view state, a result by both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from http.cookies import SimpleCookie
from threading import Lock

import orjson
import polars as pl

from simulators.publishers.accela import pages
from simulators.publishers.disturbances import Identity
from simulators.publishers.files.styles import SheetStyle
from simulators.publishers.messages import Kind, Reply, Request, html
from simulators.publishers.quirks import Quirks
from simulators.publishers.table import Table

COOKIE = "ACA_SS_STORE"
SEARCH_BUTTON = "ctl00$PlaceHolderMain$btnNewSearch"
REPORT_STYLE = SheetStyle("Report", (("Permits",), ("From the portal",), ()))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page showed when it left the portal."""

    session: str
    days: tuple[str, str] = ("", "")
    number: int = 0
    first_shown: int = 1


@dataclass
class AccelaSite:
    """The second column of the table is the record number; `date_column` holds ISO days and is shown as MM/DD/YYYY."""

    dataset_id: str
    agency: str
    table: Table
    identity: Identity
    note: str
    date_column: str = "Date"
    page_size: int = 10
    counted: int = 100  # the counter saturates here, and again at each further hundred
    last_selection: Sequence[int] = ()
    _shown: dict[str, Shown] = field(default_factory=dict, repr=False)
    _reports: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)
    _count: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Its id in the registry and its agency."""
        return self.dataset_id, self.agency

    def warm_up(self) -> None:
        """Nothing to prepare."""

    def serves(self, request: Request) -> bool:
        """Whether the path is under the agency's."""
        return request.plain_path.startswith(f"/{self.agency}/")

    def kind_of(self, request: Request) -> Kind:
        """A form is metadata, what it brings is rows."""
        page = request.plain_path.rpartition("/")[2]
        if page in ("CapHome.aspx", "ReportParameter.aspx"):
            return "metadata" if request.method == "GET" else "rows" if page == "CapHome.aspx" else "index"
        return "rows" if page == "ShowReport.aspx" else "other"

    def answer(self, request: Request, quirks: Quirks) -> Reply:
        """The page, or the way to the error page."""
        if quirks.error_code is not None:
            refusal = {"error": {"code": quirks.error_code, "message": quirks.error_message}}
            return Reply(200, orjson.dumps(refusal), {"Content-Type": "application/json"})
        with self._lock:
            match request.plain_path.rpartition("/")[2]:
                case "CapHome.aspx" if request.method == "GET":
                    return self._start(request, pages.search_form)
                case "ReportParameter.aspx" if request.method == "GET":
                    return self._start(request, pages.report_form)
                case "CapHome.aspx":
                    return self._searched(request, quirks)
                case "ReportParameter.aspx":
                    return self._ordered(request, quirks)
                case "ShowReport.aspx":
                    return self._workbook(request, quirks)
                case "CapDetail.aspx":
                    return html("<html><head><title>Record</title></head><body><h1>Record</h1></body></html>")
                case _:
                    return html(pages.error_page())

    def _start(self, request: Request, write: Callable[[str, str], str]) -> Reply:
        session = _cookie(request) or self._token("session")
        hidden = pages.hidden_fields(self._keep(Shown(session)), _anti_forgery(session))
        reply = html(write(_address(request), hidden))
        return Reply(200, reply.body, reply.headers | {"Set-Cookie": f"{COOKIE}={session}; path=/; secure; HttpOnly"})

    def _known(self, request: Request, quirks: Quirks) -> Shown | None:
        """What the page showed that comes back; None when anything about it is wrong."""
        form = dict(request.query)
        if quirks.webforms == "viewstate":
            self._shown.clear()
        shown = self._shown.get(form.get("__VIEWSTATE", ""))
        session = _cookie(request)
        is_ours = shown is not None and shown.session == session and form.get("ACA_CS_FIELD") == _anti_forgery(session)
        is_from_here = "origin" in request.headers and "referer" in request.headers
        return shown if is_ours and is_from_here and quirks.webforms != "error" else None

    def _searched(self, request: Request, quirks: Quirks) -> Reply:
        shown = self._known(request, quirks)
        if shown is None:
            return self._error()
        form = dict(request.query)
        target = form.get("__EVENTTARGET", "")
        if target == SEARCH_BUTTON:
            days = (form.get(f"{pages.GENERAL}txtGSStartDate", ""), form.get(f"{pages.GENERAL}txtGSEndDate", ""))
            return self._page(request, Shown(shown.session, days, 1), quirks)
        if not target.startswith(pages.PAGER) or not shown.number:
            return self._error()
        number = shown.number + 1 if target.endswith("99") else shown.first_shown + (int(target[-2:]) - 2) // 3
        return self._page(request, Shown(shown.session, shown.days, number), quirks)

    def _page(self, request: Request, wanted: Shown, quirks: Quirks) -> Reply:
        found = self._found(wanted.days, quirks)
        self.last_selection = found
        if len(found) == 1 and wanted.number == 1:
            return Reply(302, b"", {"Location": f"/{self.agency}/Cap/CapDetail.aspx?Module=Building&capID={found[0]}"})
        size = quirks.page_cap or self.page_size
        reachable = found[: self.counted] if quirks.webforms == "saturated" else found
        if quirks.webforms == "pager":
            reachable = found[: size * pages.PAGES_SHOWN]
        page_count = -(-len(reachable) // size)
        first_shown = (wanted.number - 1) // pages.PAGES_SHOWN * pages.PAGES_SHOWN + 1
        state = self._keep(Shown(wanted.session, wanted.days, wanted.number, first_shown))
        hidden = pages.hidden_fields(state, _anti_forgery(wanted.session))
        if not found:
            return html(pages.nothing_found(_address(request), hidden))
        start = (wanted.number - 1) * size
        rows = reachable[start : start + size]
        given = rows if quirks.short_rows is None else rows[: quirks.short_rows]
        is_cut = quirks.webforms == "saturated" and len(found) > self.counted
        total = f"{self.counted}+" if is_cut else self._counter(len(found), start + len(rows))
        counter = f"{start + 1}-{start + len(rows)} of {total}"
        names, cells = self._cells(given)
        detail = f"/{self.agency}/Cap/CapDetail.aspx?Module=Building&capID="
        pager = pages.pager(wanted.number, page_count)
        return html(pages.result(_address(request), hidden, names, cells, counter, pager, detail))

    def _counter(self, found: int, shown: int) -> str:
        """The number of records as far as the portal has counted: up to the next hundred above those shown."""
        limit = max(self.counted, -(-(shown + 1) // self.counted) * self.counted)
        return f"{limit}+" if found > limit or (found == limit and shown < found) else str(found)

    def _found(self, days: tuple[str, str], quirks: Quirks) -> list[int]:
        since, until = (_iso(day) for day in days)
        dates = self.table.rows[self.date_column] if self.date_column in self.table.rows.columns else pl.Series([""])
        found = [at for at, day in enumerate(dates) if since <= (day or "")[:10] <= until]
        if quirks.ignores_order:
            return pl.Series(found).sample(fraction=1.0, shuffle=True, seed=quirks.seed).to_list()
        return found

    def _cells(self, positions: list[int]) -> tuple[list[str], list[list[str | None]]]:
        rows = self.table.take(positions)
        if self.date_column in rows.columns:
            rows = rows.with_columns(_american(self.date_column))
        return rows.columns, [list(row) for row in rows.rows()]

    def _ordered(self, request: Request, quirks: Quirks) -> Reply:
        shown, form = self._known(request, quirks), dict(request.query)
        if shown is None or form.get("__EVENTTARGET") != "btnSave" or form.get("ctl00$phPopup$p2") != "ALL":
            return self._error()
        self._reports[shown.session] = (form["ctl00$phPopup$p0"], form["ctl00$phPopup$p1"])
        return html(pages.report_ready(f"/{self.agency}/Report/ShowReport.aspx?module=Building&reportID=8279"))

    def _workbook(self, request: Request, quirks: Quirks) -> Reply:
        days = self._reports.get(_cookie(request))
        if days is None:
            return self._error()
        rows = self.table.take(self._found(days, quirks))
        if self.date_column in rows.columns:
            rows = rows.with_columns(_american(self.date_column))
        given = rows if quirks.short_rows is None else rows.head(quirks.short_rows)
        body = REPORT_STYLE.odd(quirks.sheet).write(Table(self.table.columns, given))
        return Reply(200, body, {"Content-Type": REPORT_STYLE.media_type})

    def _error(self) -> Reply:
        return Reply(302, b"", {"Location": f"/{self.agency}/Error.aspx"})

    def _keep(self, shown: Shown) -> str:
        state = self._token("state")
        self._shown[state] = shown
        return state

    def _token(self, purpose: str) -> str:
        self._count += 1
        return sha256(f"{self.agency} {purpose} {self._count}".encode()).hexdigest()[:24]


def _cookie(request: Request) -> str:
    found = SimpleCookie(request.headers.get("cookie", "")).get(COOKIE)
    return found.value if found else ""


def _anti_forgery(session: str) -> str:
    return sha256(f"field {session}".encode()).hexdigest()[:16]


def _address(request: Request) -> str:
    return f"{request.path}?{request.raw_query}".replace("&", "&amp;")


def _iso(day: str) -> str:
    """MM/DD/YYYY as YYYY-MM-DD; the portal takes no other way of writing it."""
    return f"{datetime.strptime(day, '%m/%d/%Y'):%Y-%m-%d}"  # noqa: DTZ007  # a day, not an instant


def _american(column: str) -> pl.Expr:
    day = pl.col(column)
    return pl.format("{}/{}/{}", day.str.slice(5, 2), day.str.slice(8, 2), day.str.slice(0, 4)).alias(column)
