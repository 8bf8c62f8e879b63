"""The files that an index page links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qs, quote, unquote, urldefrag, urljoin, urlsplit

from permit_leads.fetch.json_text import BrokenJson, member, parse, text_of
from permit_leads.page import Window

# Microsoft's viewer wraps a file's address once or twice encoded: view.officeapps.live.com/op/view.aspx?src=https%3A…
_VIEWERS = ("view.officeapps.live.com", "docs.google.com")
_SAFE = "/%:@!$&'()*+,;=-._~?"


def matching_links(html: bytes, page_url: str, pattern: str) -> list[str]:
    """Absolute http(s) addresses of the page's links that the pattern is found in, in page order, each once."""
    wanted = re.compile(pattern)
    found = (link for link in links_of(html, page_url) if wanted.search(link))
    return list(dict.fromkeys(found))


def links_of(html: bytes, page_url: str) -> Iterator[str]:
    """Every link of the page as an absolute address, taken out of a viewer's wrapping.

    Where CKAN's package_show stands in place of a page, the addresses of the package's resources.
    """
    base, hrefs = _resources(html, page_url) if html.lstrip()[:1] == b"{" else _anchors(html, page_url)
    for href in hrefs:
        link = unwrapped(urldefrag(urljoin(base, href.strip())).url)
        if urlsplit(link).scheme in ("http", "https"):
            yield quote(link, safe=_SAFE)


def _anchors(html: bytes, page_url: str) -> tuple[str, list[str]]:
    parser = _Anchors()
    parser.feed(html.decode("utf-8", "replace"))
    return urljoin(page_url, parser.base), parser.hrefs


def _resources(body: bytes, page_url: str) -> tuple[str, list[str]]:
    try:
        resources = member(member(parse(body), "result"), "resources")
    except BrokenJson:
        resources = None
    urls = [text_of(member(one, "url")) for one in resources] if isinstance(resources, list) else []
    return page_url, [url for url in urls if url]


def unwrapped(link: str) -> str:
    """The file's own address when the link leads to an online viewer."""
    parts = urlsplit(link)
    if parts.hostname not in _VIEWERS:
        return link
    query = parse_qs(parts.query)
    source = next((query[name][0] for name in ("src", "url") if name in query), "")
    if source.lower().startswith(("http%3a", "https%3a")):
        source = unquote(source)
    return source or link


def is_too_old(link: str, pattern: str, window: Window) -> bool:
    """Whether the file was put up in a month before the window began, so that it cannot hold a day of it.

    Told by the pattern's groups `year` and `month`, when it has them; a file without them is never too old.
    """
    match = re.search(pattern, link)
    groups = match.groupdict() if match else {}
    year, month = groups.get("year"), groups.get("month")
    if window.since is None or not (year and month):
        return False
    return (int(year), int(month)) < (window.since.year, window.since.month)


class _Anchors(HTMLParser):
    """Collects href of a and area, and the page's base."""

    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.base = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if href is None:
            return
        if tag in ("a", "area"):
            self.hrefs.append(href)
        elif tag == "base" and not self.base:
            self.base = href
