"""Cookies live in the jar of whoever asked, go back only where they came from, and are in no page."""

from __future__ import annotations

import httpx

from tests.unit.fetch.fakes import HOST, Setup, in_turn, ok, status

SET = "session=s3cret; path=/; secure"


def cookies_of(setup: Setup) -> list[str | None]:
    return [request.headers.get("cookie") for request in setup.publisher.requests]


def test_without_a_jar_a_cookie_is_forgotten() -> None:
    setup = Setup(in_turn(ok(set_cookie=SET)))
    setup.get()
    setup.get()
    assert cookies_of(setup) == [None, None]


def test_with_a_jar_a_cookie_comes_back_and_other_jars_do_not_know_it() -> None:
    setup, jar = Setup(in_turn(ok(set_cookie=SET))), httpx.Cookies()
    setup.get(cookies=jar)
    setup.get(cookies=jar)
    setup.get(cookies=httpx.Cookies())
    assert cookies_of(setup) == [None, "session=s3cret", None]


def test_a_cookie_does_not_follow_to_another_host() -> None:
    away = status(302, location="https://other.example/x", set_cookie=SET)
    setup, jar = Setup(in_turn(away, ok())), httpx.Cookies()
    setup.get(cookies=jar)
    assert cookies_of(setup) == [None, None]


def test_a_form_that_is_redirected_is_fetched_at_its_new_address_with_the_cookie() -> None:
    setup, jar = Setup(in_turn(status(302, location="/done", set_cookie=SET), ok())), httpx.Cookies()
    page = setup.client.fetch(
        "some_city", "POST", f"https://{HOST}/form", body="a=b", kind="rows", min_spacing=1.0, cookies=jar
    )
    assert [request.method for request in setup.publisher.requests] == ["POST", "GET"]
    assert cookies_of(setup) == [None, "session=s3cret"]
    assert page.url == f"https://{HOST}/done"
    assert "s3cret" not in f"{page}{setup.events.all}"


def test_a_query_by_post_without_a_jar_stays_a_post() -> None:
    setup = Setup(in_turn(status(302, location="/other"), ok()))
    setup.client.fetch("some_city", "POST", f"https://{HOST}/query", body="a=b", kind="rows", min_spacing=1.0)
    assert [request.method for request in setup.publisher.requests] == ["POST", "POST"]


def test_robots_is_asked_without_cookies() -> None:
    setup, jar = Setup(in_turn(ok(set_cookie=SET)), robots=status(200, b"User-agent: *\nDisallow:\n")), httpx.Cookies()
    setup.get(cookies=jar)
    setup.get(cookies=jar)
    assert [request.headers.get("cookie") for request in setup.publisher.robots_requests] == [None]
