"""A visit to an ASP.NET WebForms portal: pages that are posted back with everything they hid in their form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit

import httpx
from selectolax.lexbor import LexborHTMLParser

from permit_leads.fetch.html_grid import one_line, parse_html
from permit_leads.fetch.html_tables import require_whole, text_of_page
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.walls import Expected
from permit_leads.page import Page, PageKind
from permit_leads.registry import Dataset

FORM = "application/x-www-form-urlencoded"
_POSTBACK = re.compile(r"__doPostBack\(\s*['\"]([^'\"]*)['\"]\s*,\s*['\"]([^'\"]*)['\"]\s*\)")


class SessionLost(Exception):
    """The portal sent us to its error page: the session ended, or it does not know its own form any more."""


@dataclass(frozen=True, slots=True)
class FormPage:
    """A page and what can be posted back from it."""

    page: Page
    html: LexborHTMLParser

    @property
    def path(self) -> str:
        """Where the portal let us end up, in lower case."""
        return urlsplit(self.page.url).path.lower()

    def hidden(self) -> dict[str, str]:
        """The hidden fields; the portal takes nothing back without them."""
        inputs = self.html.css('input[type="hidden"]')
        return {name: one.attributes.get("value") or "" for one in inputs if (name := one.attributes.get("name"))}

    def labelled(self) -> dict[str, str]:
        """The names of the fields by what their labels say."""
        found: dict[str, str] = {}
        for label in self.html.css("label[for]"):
            field = self.html.css_first(f'[id="{label.attributes.get("for")}"]')
            text = (one_line(label.text()) or "").strip("*: ")
            name = field.attributes.get("name") if field is not None else None
            if text and name:
                found.setdefault(text, name)
        return found


class Visit:
    """One session: its cookies live as long as this object, and nobody else sees them."""

    def __init__(self, dataset: Dataset, client: PoliteClient) -> None:
        self._dataset = dataset
        self._client = client
        self._cookies = httpx.Cookies()

    def open(self, url: str, kind: PageKind = "metadata") -> FormPage:
        """A page as a browser first sees it.

        Raises:
            SessionLost: the portal shows its error page.
        """
        return self._form(self._fetch("GET", url, None, {}, kind, "html"))

    def download(self, url: str, referer: str) -> Page:
        """A workbook."""
        page = self._fetch("GET", url, None, {"referer": referer}, "rows", "workbook")
        _require_session(page)
        return page

    def post(
        self, form: FormPage, fields: Mapping[str, str], target: str, kind: PageKind, argument: str = ""
    ) -> FormPage:
        """What the portal answers when the page is posted back to its own address.

        The page that is kept says what was asked; the portal's hidden fields are its own and not kept.

        Raises:
            SessionLost: the portal shows its error page.
        """
        asked = {**fields, "__EVENTTARGET": target, "__EVENTARGUMENT": argument}
        body = urlencode({**form.hidden(), **asked})
        parts = urlsplit(form.page.url)
        headers = {"content-type": FORM, "origin": f"{parts.scheme}://{parts.netloc}", "referer": form.page.url}
        page = self._fetch("POST", form.page.url, body, headers, kind, "html")
        return self._form(replace(page, method="POST", request_body=urlencode(asked)))

    def _fetch(
        self, method: str, url: str, body: str | None, headers: Mapping[str, str], kind: PageKind, expected: Expected
    ) -> Page:
        return self._client.fetch(
            self._dataset.id,
            method,
            url,
            body=body,
            headers=headers,
            kind=kind,
            min_spacing=self._dataset.spacing_seconds,
            expected=expected,
            inspect=require_whole if expected == "html" else None,
            cookies=self._cookies,
        )

    def _form(self, page: Page) -> FormPage:
        _require_session(page)
        return FormPage(page, parse_html(text_of_page(self._dataset, page.body)))


def postback(href: str) -> tuple[str, str] | None:
    """Target and argument of a link that posts the page back; None for any other link."""
    found = _POSTBACK.search(href)
    return (found[1], found[2]) if found else None


def _require_session(page: Page) -> None:
    if urlsplit(page.url).path.lower().endswith("/error.aspx"):
        raise SessionLost(page.url)
