"""F23: a file is asked for again only if it may have changed, and "unchanged" is never "no rows"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from permit_leads.errors import SourceChanged
from permit_leads.fetch import fetch_pages
from permit_leads.fetch.conditional import conditions_of, is_same_tag
from permit_leads.page import KnownPage, Page, Window
from tests.unit.fetch.fakes import HOST, Answer, Setup, dataset, ok, status

NOW = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=1000)
URL = f"https://{HOST}/a.csv"
DATE = "Mon, 23 Nov 2026 00:10:00 GMT"
OLD, FUTURE = "Sun, 22 Nov 2026 06:00:00 GMT", "Wed, 25 Nov 2026 06:00:00 GMT"
BODY = b"number\n1\n2\n"


class Kept:
    """One known page of one address."""

    def __init__(self, page: KnownPage | None, body: bytes | None = BODY) -> None:
        self.page = page
        self._body = body

    def known(self, dataset_id: str, url: str) -> KnownPage | None:
        return self.page if (dataset_id, url) == ("some_city", URL) else None

    def body(self, page_sha256: str) -> bytes | None:
        return self._body


def known(whole_at: datetime = NOW, **headers: str) -> KnownPage:
    return KnownPage(
        "0" * 64,
        {"date": DATE} | {name.replace("_", "-"): text for name, text in headers.items()},
        "text/csv",
        whole_at,
    )


def fetched(answer: Callable[[httpx.Request], Answer], kept: Kept | None) -> tuple[list[Page], Setup]:
    setup = Setup(answer)
    setup.client.memory = kept
    return list(fetch_pages(dataset("csv", url=URL), Window(None, None), setup.client)), setup


def unless_conditional(answer: Answer) -> Callable[[httpx.Request], Answer]:
    return lambda request: answer if "if-none-match" in request.headers else ok(b"number\n3\n", content_type="text/csv")


def test_an_unchanged_file_comes_as_the_page_we_have() -> None:
    (page,), setup = fetched(
        unless_conditional(status(304, b"", etag='"a"')), Kept(known(etag='"a"', last_modified=OLD))
    )
    assert (page.status, page.body, page.row_count, page.media_type) == (304, BODY, 2, "text/csv")
    assert page.headers["last-modified"] == OLD
    assert dict(setup.publisher.requests[0].headers)["if-modified-since"] == OLD
    assert setup.events.named("fetch.not_modified")[0]["since"] == NOW


def test_a_changed_file_comes_anew() -> None:
    (page,), setup = fetched(lambda _: ok(b"number\n3\n", content_type="text/csv"), Kept(known(etag='"a"')))
    assert (page.status, page.row_count) == (200, 1)
    assert len(setup.publisher.requests) == 1


@pytest.mark.parametrize(
    "kept",
    [
        None,
        Kept(None),
        Kept(known(etag='"a"'), body=None),
        Kept(known()),
        Kept(known(last_modified=FUTURE)),
        Kept(known(last_modified=DATE)),
        Kept(known(last_modified="yesterday")),
        Kept(known(NOW - timedelta(days=8), etag='"a"', last_modified=OLD)),
    ],
)
def test_without_anything_to_rely_on_the_whole_file_is_asked_for(kept: Kept | None) -> None:
    (page,), setup = fetched(unless_conditional(status(304)), kept)
    assert (page.status, page.row_count) == (200, 1)
    assert not {"if-none-match", "if-modified-since"} & set(setup.publisher.requests[0].headers)


@pytest.mark.parametrize(
    ("tag", "asked"),
    [
        ('"a"', '"a"'),
        ('W/"a"', 'W/"a"'),
        ('"a-gzip"', '"a-gzip", "a"'),
        ('"a---gzip"', '"a---gzip", "a"'),
        ('W/"a--gzip"', 'W/"a--gzip", W/"a"'),
    ],
)
def test_tags_are_sent_back_as_they_came_and_without_the_mark_of_compression(tag: str, asked: str) -> None:
    assert conditions_of(known(etag=tag), NOW) == {"if-none-match": asked}


@pytest.mark.parametrize(
    ("ours", "theirs", "is_same"),
    [
        ('"a"', '"a"', True),
        ('W/"a"', '"a"', True),
        ('"a---gzip--gzip"', '"a"', True),
        ('"a"', '"b"', False),
        ('"a"', None, True),
    ],
)
def test_tags_are_the_same_weak_or_strong_compressed_or_not(ours: str, theirs: str | None, is_same: bool) -> None:
    assert is_same_tag(ours, theirs) is is_same


def test_a_304_that_speaks_of_another_page_is_not_believed() -> None:
    (page,), setup = fetched(unless_conditional(status(304, b"", etag='"b"')), Kept(known(etag='"a"')))
    assert (page.status, page.row_count) == (200, 1)
    assert len(setup.events.named("fetch.odd_304")) == 1


@pytest.mark.parametrize("kept", [None, Kept(known(etag='"a"'))])
def test_a_server_that_always_answers_304_fails_without_a_known_page(kept: Any) -> None:
    answer = status(304, b"", etag='"b"')
    with pytest.raises(SourceChanged, match="HTTP 304"):
        fetched(lambda _: answer, kept)
