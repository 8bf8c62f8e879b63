"""The polite client: who it says it is, how it spaces, waits, gives up and stops."""

from __future__ import annotations

import gzip
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from permit_leads.errors import SourceChanged, SourceRefused, SourceUnavailable
from permit_leads.fetch.identity import VERSION
from permit_leads.fetch.wire import Transient
from tests.unit.fetch.fakes import HOST, Answer, Reply, Setup, in_turn, ok, status

ROOT = Path(__file__).resolve().parents[3]
BLOCK_PAGE = b"<html><head><title>Attention Required!</title></head><body>Sorry, you have been blocked</body></html>"
LOGIN_PAGE = b"<!DOCTYPE html><html><body><form><input type='password'></form></body></html>"
ERROR_PAGE = b"<html><head><title>Runtime Error</title></head><body>oops</body></html>"


def html(body: bytes) -> Reply:
    return ok(body, content_type="text/html")


def test_every_request_says_who_asks() -> None:
    setup = Setup(in_turn(ok()))
    setup.get()
    headers = setup.publisher.requests[0].headers
    expected = f"LeadLedgerPro/{VERSION} (+https://leadledgerpro.example/bot; data@some-company.example)"
    assert headers["user-agent"] == expected
    assert headers["from"] == "data@some-company.example"
    assert setup.publisher.robots_requests[0].headers["user-agent"] == expected


def test_a_contact_that_is_no_address_is_not_put_into_from() -> None:
    setup = Setup(in_turn(ok()), contact="https://some-company.example")
    setup.get()
    assert "from" not in setup.publisher.requests[0].headers


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION


def test_a_page_keeps_what_was_asked_and_what_came() -> None:
    setup = Setup(in_turn(ok(b'[{"a":"1"}\n]\n', etag='"x"', set_cookie="id=1", x_simulated_publisher="recorded rows")))
    page = setup.get()
    assert (page.url, page.method, page.status, page.kind) == (f"https://{HOST}/rows.json", "GET", 200, "rows")
    assert (page.body, page.media_type, page.note) == (b'[{"a":"1"}\n]\n', "application/json", "recorded rows")
    assert page.fetched_at.tzinfo is UTC
    assert page.headers["etag"] == '"x"'
    assert "set-cookie" not in page.headers


def test_cookies_are_not_sent_back() -> None:
    setup = Setup(in_turn(ok(set_cookie="id=1; Path=/")))
    setup.get()
    setup.get()
    assert "cookie" not in setup.publisher.requests[1].headers


@pytest.mark.parametrize("code", [202, 408, 429, 500, 503])
def test_what_may_pass_is_asked_again(code: int) -> None:
    setup = Setup(in_turn(status(code), status(code), ok()))
    assert setup.get().status == 200
    assert len(setup.publisher.requests) == 3


@pytest.mark.parametrize(
    "broken",
    [
        httpx.ReadTimeout("read"),
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
        ok(b""),
        ok(b'[{"a":"1"}\n,{"a"'),
        ok(gzip.compress(b'[{"a":"1"}\n]\n' * 500)[:-12], content_encoding="gzip"),
        ok(b"\x1f\x8bgarbage", content_encoding="gzip"),
    ],
)
def test_a_broken_answer_is_asked_for_again(broken: Answer) -> None:
    setup = Setup(in_turn(broken, ok()))
    assert setup.get().body == b"[]\n"


def test_a_body_that_breaks_off_is_asked_for_again() -> None:
    setup = Setup(in_turn(replace(ok(b"[{"), breaks_with=httpx.ReadError("reset by peer")), ok()))
    assert setup.get().body == b"[]\n"


def test_a_body_that_drips_for_ever_is_cut_off() -> None:
    def answer(request: httpx.Request) -> Reply:
        setup.clock.per_chunk = 400.0 if len(setup.publisher.requests) == 1 else 0.0
        return ok(b"[" + b" " * 200_000 + b"]")

    setup = Setup(answer)
    setup.get()
    (event,) = setup.events.named("fetch.retry")
    assert event["reason"] == "the answer was not complete after 600 s"


def test_gzip_is_undone() -> None:
    body = b'[{"a":"1"}\n]\n'
    setup = Setup(in_turn(ok(gzip.compress(body[:5]) + gzip.compress(body[5:]), content_encoding="gzip")))
    assert setup.get().body == body
    assert setup.publisher.requests[0].headers["accept-encoding"] == "gzip"


def test_a_body_beyond_all_bounds_is_given_up() -> None:
    bomb = gzip.compress(b"[" + b" " * 1_000_000 + b"]")
    setup = Setup(in_turn(ok(bomb, content_encoding="gzip")), max_body_bytes=1_000_000)
    with pytest.raises(SourceUnavailable, match="larger than"):
        setup.get()
    assert len(setup.publisher.requests) == 1


def test_attempts_are_bounded() -> None:
    setup = Setup(in_turn(status(503)))
    with pytest.raises(SourceUnavailable, match="HTTP 503, 6 times in a row"):
        setup.get()
    assert len(setup.publisher.requests) == 6


def test_retry_after_is_waited_for_by_the_whole_host() -> None:
    setup = Setup(in_turn(status(429, retry_after="120"), ok()))
    setup.get()
    assert setup.publisher.times[1] - setup.publisher.times[0] >= 120


def test_each_429_is_an_event_of_its_own() -> None:
    setup = Setup(in_turn(status(429, retry_after="7"), ok()))
    setup.get()
    (event,) = setup.events.named("fetch.rate_limited")
    assert (event["source"], event["host"], event["retry_after"], event["attempt"]) == ("some_city", HOST, 7.0, 1)


@pytest.mark.parametrize("retry_after", ["in a while", "-5", "0.5", ""])
def test_garbage_in_retry_after_does_not_make_a_tight_loop(retry_after: str) -> None:
    setup = Setup(in_turn(status(429, retry_after=retry_after), ok()))
    setup.get()
    assert setup.publisher.times[1] - setup.publisher.times[0] >= 1.0


def test_a_retry_date_in_the_past_does_not_make_a_tight_loop() -> None:
    setup = Setup(in_turn(status(429, retry_after="Mon, 01 Jan 2024 00:00:00 GMT")))
    with pytest.raises(SourceUnavailable):
        setup.get()
    gaps = [later - sooner for sooner, later in zip(setup.publisher.times, setup.publisher.times[1:], strict=False)]
    assert len(gaps) == 5
    assert min(gaps) >= 1.0
    assert sum(gaps) > 10.0


def test_waiting_has_a_budget_for_the_whole_run() -> None:
    setup = Setup(in_turn(status(429, retry_after="900")), wait_budget_seconds=2000.0)
    with pytest.raises(SourceUnavailable, match="all the waiting of one run is used up"):
        setup.get()
    assert sum(setup.clock.slept) < 2010
    assert len(setup.publisher.requests) < 6


@pytest.mark.parametrize("code", [401, 403])
def test_a_refusal_ends_it_at_once(code: int) -> None:
    setup = Setup(in_turn(status(code, b'{"message":"no"}'), ok()))
    with pytest.raises(SourceRefused, match=str(code)):
        setup.get()
    assert len(setup.publisher.requests) == 1


@pytest.mark.parametrize("code", [404, 410, 400, 406])
def test_an_address_that_is_gone_is_a_change(code: int) -> None:
    setup = Setup(in_turn(status(code, b'{"message":"gone"}'), ok()))
    with pytest.raises(SourceChanged, match=f"HTTP {code} for .*gone"):
        setup.get()
    assert len(setup.publisher.requests) == 1


@pytest.mark.parametrize("expected", ["json", "csv", "workbook", "html"])
def test_a_block_page_is_a_refusal_wherever_it_stands(expected: str) -> None:
    setup = Setup(in_turn(html(BLOCK_PAGE), ok()))
    with pytest.raises(SourceRefused, match=r"a block page .'Attention Required!'"):
        setup.get(expected=expected)
    assert len(setup.publisher.requests) == 1


@pytest.mark.parametrize("expected", ["json", "csv", "workbook"])
def test_a_login_page_is_a_refusal(expected: str) -> None:
    setup = Setup(in_turn(html(LOGIN_PAGE)))
    with pytest.raises(SourceRefused, match="a login page"):
        setup.get(expected=expected)


@pytest.mark.parametrize("expected", ["json", "csv", "workbook"])
def test_any_other_html_page_needs_a_person(expected: str) -> None:
    setup = Setup(in_turn(html(ERROR_PAGE)))
    with pytest.raises(SourceChanged, match=r"a html page .'Runtime Error'"):
        setup.get(expected=expected)


def test_an_index_page_may_mention_captchas_and_logins() -> None:
    page = b"<html><head><title>Sold permits</title></head><body>log in, reCAPTCHA " + b"x" * 9000 + b"</body></html>"
    assert Setup(in_turn(html(page))).get(expected="html").body == page


def test_three_block_pages_in_a_row_close_the_host() -> None:
    setup = Setup(in_turn(html(BLOCK_PAGE)))
    for _ in range(3):
        with pytest.raises(SourceRefused, match="a block page"):
            setup.get()
    with pytest.raises(SourceRefused, match="3 block pages in a row"):
        setup.get()
    assert len(setup.publisher.requests) == 3
    assert len(setup.events.named("fetch.host_closed")) == 1


def test_a_proper_answer_ends_a_row_of_block_pages() -> None:
    setup = Setup(in_turn(html(BLOCK_PAGE), html(BLOCK_PAGE), ok(), html(BLOCK_PAGE), html(BLOCK_PAGE), ok()))
    for is_blocked in (True, True, False, True, True, False):
        if is_blocked:
            with pytest.raises(SourceRefused):
                setup.get()
        else:
            setup.get()


def test_text_where_json_should_be_needs_a_person() -> None:
    with pytest.raises(SourceChanged, match="answers no JSON: Service moved"):
        Setup(in_turn(ok(b"Service moved"))).get()


@pytest.mark.parametrize("body", [b"PNG", b"Zip Code,Permit Date\n"])
def test_what_is_no_workbook_is_a_change(body: bytes) -> None:
    with pytest.raises(SourceChanged, match="is no workbook"):
        Setup(in_turn(ok(body))).get(expected="workbook")


def test_a_certificate_nobody_vouches_for_is_not_waved_through() -> None:
    error = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired")
    setup = Setup(in_turn(error, ok()))
    with pytest.raises(SourceUnavailable, match="verification is never turned off"):
        setup.get()
    assert len(setup.publisher.requests) == 1


def test_inspection_may_ask_for_another_attempt() -> None:
    def reject_first(body: bytes) -> None:
        if body == b"[1]":
            raise Transient("cut")

    setup = Setup(in_turn(ok(b"[1]"), ok(b"[2]")))
    assert setup.get(inspect=reject_first).body == b"[2]"


def test_a_status_the_caller_reads_himself_comes_back_as_a_page() -> None:
    setup = Setup(in_turn(status(400, b'{"errorCode":"x"}', content_type="application/json")))
    assert setup.get(accept=frozenset({200, 400})).status == 400


def test_times_are_those_of_the_clock() -> None:
    page = Setup(in_turn(ok())).get()
    assert page.fetched_at == datetime(2026, 11, 23, 0, 16, 41, tzinfo=UTC)
