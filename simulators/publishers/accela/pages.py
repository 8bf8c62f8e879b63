"""The pages of a simulated Accela portal as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

GENERAL = "ctl00$PlaceHolderMain$generalSearchForm$"
GRID = "ctl00_PlaceHolderMain_dgvPermitList_gdvPermitList"
PAGER = "ctl00$PlaceHolderMain$dgvPermitList$gdvPermitList$ctl13$ctl"
PAGES_SHOWN = 10
OTHER_PAGERS = 15  # the document holds many; only the last one is the list's


def search_form(action: str, hidden: str) -> str:
    """The search page before anybody searched."""
    fields = (
        f'<input name="{GENERAL}txtGSStartDate" type="text"><input name="{GENERAL}txtGSEndDate" type="text">'
        f'<select name="{GENERAL}ddlGSPermitType"><option value="">--Select--</option></select>'
    )
    return _page("Search", action, hidden, fields)


def nothing_found(action: str, hidden: str) -> str:
    """The answer to a search that found nothing."""
    return _page("Search", action, hidden, "<span>Your search returned no results.</span>")


def result(
    action: str,
    hidden: str,
    names: Sequence[str],
    rows: Sequence[Sequence[str | None]],
    counter: str,
    pager: str,
    detail: str,
) -> str:
    """One page of a list; the record number links to its detail page."""
    head = "".join(
        f"<th><span><a href=\"javascript:__doPostBack('sort','')\">{escape(name)}</a></span></th>" for name in names
    )
    body = "\n".join(_row(at, row, detail) for at, row in enumerate(rows))
    others = (
        "<div class=\"aca_pagination\"><a href=\"javascript:__doPostBack('other','')\">Next &gt;</a></div>\n"
        * OTHER_PAGERS
    )
    grid = (
        f'<table id="{GRID}"><tr class="ACA_TabTitle"><td colspan="{len(names)}">Records</td></tr>'
        f'<tr class="ACA_TabHeader">{head}</tr>\n{body}\n'
        f'<tr class="ACA_Table_Pages"><td colspan="{len(names)}"><table class="aca_pagination"><tr>{pager}</tr></table>'
        "</td></tr></table>"
    )
    return _page("Search", action, hidden, f"{others}<span>Showing {counter}</span>\n{grid}")


def pager(number: int, page_count: int) -> str:
    """Ten pages at a time, the controls numbered as they come."""
    first = (number - 1) // PAGES_SHOWN * PAGES_SHOWN + 1
    shown = range(first, min(first + PAGES_SHOWN, page_count + 1))
    cells = [f"<td>{at}</td>" if at == number else _link(f"{2 + 3 * (at - first):02}", str(at)) for at in shown]
    if number < page_count:
        cells.append(_link("99", "Next &gt;"))
    return "".join(cells)


def report_form(action: str, hidden: str) -> str:
    """The form of a report."""
    labels = ("Start Date", "End Date", "Council District")
    fields = "".join(
        f'<label for="p{at}">{label}:*</label><input id="p{at}" name="ctl00$phPopup$p{at}" type="text">'
        for at, label in enumerate(labels)
    )
    return _page("Report", action, hidden, fields)


def report_ready(address: str) -> str:
    """The page whose script opens the workbook."""
    return f"<html><head><script>window.open('{address}', 'report');</script></head><body></body></html>"


def hidden_fields(state: str, token: str) -> str:
    """What a page must bring back."""
    values = {
        "__VIEWSTATE": state,
        "__VIEWSTATEGENERATOR": "CA0B0334",
        "__VIEWSTATEENCRYPTED": "",
        "ACA_CS_FIELD": token,
    }
    return "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in values.items())


def error_page() -> str:
    """Where everything ends that the portal does not like."""
    return "<html><head><title>Error</title></head><body><h1>An error has occurred.</h1></body></html>"


def _row(at: int, row: Sequence[str | None], detail: str) -> str:
    style = "ACA_TabRow_Even" if at % 2 else "ACA_TabRow_Odd"
    number = f'<td><a href="{detail}{escape(row[1] or "")}"><strong>{escape(row[1] or "")}</strong></a></td>'
    cells = [f"<td><div><span>{escape(value or '')}</span></div></td>" for value in row]
    return f'<tr class="{style} FontSize1">{"".join([cells[0], number, *cells[2:]])}</tr>'


def _link(control: str, text: str) -> str:
    return f"<td><a href=\"javascript:__doPostBack('{PAGER}{control}','')\">{text}</a></td>"


def _page(title: str, action: str, hidden: str, content: str) -> str:
    return (
        f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body>"
        f'<form method="post" action="{action}">{hidden}\n{content}</form></body></html>\n'
    )
