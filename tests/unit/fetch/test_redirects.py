"""Redirects are followed by hand, few, and politely."""

from __future__ import annotations

import pytest

from permit_leads.errors import SourceChanged, SourceRefused
from tests.unit.fetch.fakes import HOST, Setup, in_turn, ok, status

START = f"https://{HOST}/rows.json"


def test_a_redirect_is_followed_and_the_page_names_its_end() -> None:
    setup = Setup(in_turn(status(301, location="/other.json#top"), ok()))
    assert setup.get(START).url == f"https://{HOST}/other.json"


def test_more_than_five_redirects_are_a_change() -> None:
    setup = Setup(in_turn(status(302, location="/again.json")))
    with pytest.raises(SourceChanged, match="redirects more than 5 times"):
        setup.get(START)
    assert len(setup.publisher.requests) == 6


@pytest.mark.parametrize(
    "location", ["ftp://x.example/a", "file:///etc/passwd", "", "http://169.254.169.254/latest", "http://localhost/a"]
)
def test_a_redirect_leads_to_public_web_addresses_only(location: str) -> None:
    setup = Setup(in_turn(status(302, location=location), ok()))
    with pytest.raises(SourceChanged, match="where we do not go"):
        setup.get(START)
    assert len(setup.publisher.requests) == 1


def test_the_new_host_is_asked_for_its_robots() -> None:
    setup = Setup(in_turn(status(302, location="https://files.example/private/a.json"), ok()))
    setup.publisher.robots_of["files.example"] = ok(b"User-agent: *\nDisallow: /private/")
    with pytest.raises(SourceRefused, match=r"robots\.txt of files\.example"):
        setup.get(START)
    assert len(setup.publisher.requests) == 1


def test_tokens_stay_behind_when_the_host_changes() -> None:
    setup = Setup(in_turn(status(302, location="https://elsewhere.example/a.json"), ok()))
    setup.get(START, headers={"x-app-token": "secret"})
    assert setup.publisher.requests[0].headers["x-app-token"] == "secret"
    assert "x-app-token" not in setup.publisher.requests[1].headers


@pytest.mark.parametrize(("code", "method"), [(301, "POST"), (302, "POST"), (307, "POST"), (308, "POST"), (303, "GET")])
def test_a_long_query_stays_a_post_unless_told_to_look_elsewhere(code: int, method: str) -> None:
    setup = Setup(in_turn(status(code, location="/new"), ok()))
    setup.client.fetch("some_city", "POST", START, body="where=1%3D1", kind="rows", min_spacing=1.0)
    assert setup.publisher.requests[1].method == method
    assert setup.publisher.requests[1].read() == (b"where=1%3D1" if method == "POST" else b"")
