"""F25: an answer that is broken, cut, endless or somewhere else fails the page in every protocol, and gives no rows."""

from __future__ import annotations

import gzip
import ssl
from datetime import date
from typing import Any

import httpx
import pytest

from permit_leads.errors import SourceChanged, SourceError, SourceUnavailable
from permit_leads.fetch import fetch_pages
from permit_leads.page import Page, Window
from permit_leads.registry import Protocol
from tests.unit.fetch.fakes import HOST, Answer, Reply, Setup, dataset, ok, status

URLS: dict[Protocol, str] = {
    "socrata": f"https://{HOST}/resource/abcd-1234.json",
    "arcgis": f"https://{HOST}/rest/services/P/FeatureServer/0",
    "ckan": f"https://{HOST}/api/3/action/datastore_search?resource_id=a",
    "csv": f"https://{HOST}/a.csv",
    "xlsx": f"https://{HOST}/a.xlsx",
    "geojson": f"https://{HOST}/a.geojson",
    "html": f"https://{HOST}/a.html",
    "accela": f"https://{HOST}/ELM/Cap/CapHome.aspx?module=Building&TabName=Building",
    "portal": f"https://{HOST}/api/search",
}
OPTIONS: dict[Protocol, dict[str, Any]] = {
    "html": {"header_names": ("permit",), "empty_pattern": "nothing found"},
    "accela": {
        "date_column": "Date",
        "date_kind": "us_date",
        "header_names": ("Date", "Record"),
        "empty_pattern": "returned no results",
        "accela": {},
    },
    "portal": {"portal": {"rows": "rows"}},
}
DAY = date(2026, 3, 2)
LARGE = 100_000
PACKED = gzip.compress(b'[{"a":"b"}]' * 2000)
BROKEN: dict[str, tuple[Answer, type[SourceError], str]] = {
    "reset": (httpx.ReadError("connection reset"), SourceUnavailable, "6 times in a row"),
    "reset in the body": (Reply(200, b'[{"a"', {}, httpx.ReadError("reset")), SourceUnavailable, "6 times in a row"),
    "timeout": (httpx.ReadTimeout("slow"), SourceUnavailable, "6 times in a row"),
    "TLS": (
        httpx.ConnectError(str(ssl.SSLError("CERTIFICATE_VERIFY_FAILED"))),
        SourceUnavailable,
        "certificate cannot be verified",
    ),
    "zero bytes": (ok(b""), SourceUnavailable, "an empty body, 6 times"),
    "cut gzip": (ok(PACKED[:-9], content_encoding="gzip"), SourceUnavailable, "gzip body"),
    "broken gzip": (ok(b"\x1f\x8b\x08 no gzip at all", content_encoding="gzip"), SourceUnavailable, "gzip body"),
    "beyond any bound": (ok(b"[" + b" " * LARGE), SourceUnavailable, "larger than"),
    "5 GB announced": (ok(b"[", content_length="5368709120"), SourceUnavailable, "5368709120 bytes that it announces"),
    "gzip bomb": (ok(gzip.compress(b" " * 50 * LARGE), content_encoding="gzip"), SourceUnavailable, "larger than"),
    "redirect loop": (status(302, location="/again"), SourceChanged, "redirects more than 5 times"),
}


def fetched(protocol: Protocol, answer: Answer, pages: list[Page], **options: Any) -> Setup:
    setup = Setup(lambda _: answer, **options)
    city = dataset(protocol, url=URLS[protocol], **OPTIONS.get(protocol, {}))
    window = Window(DAY, DAY) if protocol == "accela" else Window(None, None)
    for page in fetch_pages(city, window, setup.client):
        pages.append(page)  # noqa: PERF402  # what came before the error is what is looked at
    return setup


@pytest.mark.parametrize("protocol", URLS)
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_fails_and_gives_no_page(protocol: Protocol, name: str) -> None:
    answer, error, words = BROKEN[name]
    pages: list[Page] = []
    with pytest.raises(error, match=words):
        fetched(protocol, answer, pages, max_body_bytes=LARGE)
    assert pages == []


@pytest.mark.parametrize("protocol", ["socrata", "arcgis", "ckan", "geojson"])
def test_cut_json_is_asked_for_again_and_never_read(protocol: Protocol) -> None:
    pages: list[Page] = []
    with pytest.raises(SourceUnavailable, match="6 times in a row"):
        fetched(protocol, ok(b'{"a": [{"b": "c"}, {"b'), pages)
    assert pages == []


def test_a_body_that_drips_is_given_up() -> None:
    setup = Setup(lambda _: ok(b"[" + b" " * 20 * 65536))
    setup.clock.per_chunk = 60.0
    with pytest.raises(SourceUnavailable, match="not complete after 600 s"):
        list(fetch_pages(dataset("csv", url=URLS["csv"]), Window(None, None), setup.client))
