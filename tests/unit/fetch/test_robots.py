"""robots.txt, row by row of the table in the crawling etiquette."""

from __future__ import annotations

import httpx
import pytest

from permit_leads.errors import SourceRefused, SourceUnavailable
from permit_leads.fetch.robots import RobotsVerdict, parse_rules
from tests.unit.fetch.fakes import HOST, Answer, Setup, in_turn, ok, status

URL = f"https://{HOST}/resource/abcd-1234.json?$limit=1"


def rules(text: str) -> RobotsVerdict:
    return RobotsVerdict("https://x", "rules", "", parse_rules(text.encode()))


@pytest.mark.parametrize(
    ("text", "path", "is_allowed"),
    [
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),  # the longest match wins, not the first
        ("User-agent: *\nAllow: /a\nDisallow: /a/b", "/a/b/c", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),  # on a tie, Allow
        ("User-agent: *\nDisallow: /*.json$", "/x/rows.json", False),
        ("User-agent: *\nDisallow: /*.json$", "/x/rows.json?a=1", True),
        ("User-agent: *\nDisallow: /a%3cd", "/a%3Cd", False),
        ("User-agent: *\nDisallow:", "/anything", True),
        ("User-agent: other\nDisallow: /", "/anything", True),  # no group for us: everything
        ("User-agent: *\nDisallow: /\n\nUser-agent: leadledgerpro\nDisallow: /b", "/a", True),  # ours, not theirs
        ("User-agent: LEADLEDGERPRO\nDisallow: /a\n\nUser-agent: LeadLedgerPro\nDisallow: /b", "/a", False),  # merged
        ("User-agent: LEADLEDGERPRO\nDisallow: /a\n\nUser-agent: LeadLedgerPro\nDisallow: /b", "/b", False),
        ("garbage\n\x00\nUser-agent: * # all\nDisallow: /a # not this", "/a", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
    ],
)
def test_rules_follow_rfc_9309(text: str, path: str, is_allowed: bool) -> None:
    assert rules(text).allows(f"https://x{path}") is is_allowed


@pytest.mark.parametrize(
    ("line", "seconds"),
    [("Crawl-delay: 7", 7), ("Crawl-delay: 900", 30), ("Crawl-delay: soon", 0), ("Crawl-delay: -3", 0), ("", 0)],
)
def test_crawl_delay_is_a_bounded_wish(line: str, seconds: float) -> None:
    assert rules(f"User-agent: *\n{line}\nDisallow: /x").crawl_delay_seconds == seconds


def test_rules_are_read_to_at_least_500_kib() -> None:
    filler = "# filler line of a long file\n" * (500 * 1024 // 29)
    assert not rules(f"User-agent: *\n{filler}Disallow: /late").allows("https://x/late")


def test_a_rule_cut_by_the_length_bound_is_left_out() -> None:
    filler = "x" * (512 * 1024 - len("User-agent: *\n#\nDisallow: /a"))
    cut = parse_rules(f"User-agent: *\n#{filler}\nDisallow: /a/very/long/path".encode())
    assert cut.can_fetch("https://x/a", "LeadLedgerPro")


@pytest.mark.parametrize("code", [404, 410, 400, 418])
def test_no_robots_file_allows_everything(code: int) -> None:
    setup = Setup(in_turn(ok()), robots=status(code))
    setup.get(URL)
    assert len(setup.publisher.requests) == 1


@pytest.mark.parametrize("code", [401, 403])
def test_a_locked_robots_file_keeps_us_out(code: int) -> None:
    setup = Setup(in_turn(ok()), robots=status(code))
    with pytest.raises(SourceRefused, match=rf"robots.txt itself is refused \({code}\)"):
        setup.get(URL)
    assert setup.publisher.requests == []


@pytest.mark.parametrize("answer", [status(500), status(503), status(429), httpx.ConnectTimeout("too slow")])
def test_an_unreachable_robots_file_forbids_everything_for_now(answer: Answer) -> None:
    setup = Setup(in_turn(ok()), robots=answer)
    with pytest.raises(SourceUnavailable, match="for now"):
        setup.get(URL)
    assert setup.publisher.requests == []
    assert len(setup.publisher.robots_requests) == 3


def test_a_disallowed_path_is_refused_and_logged() -> None:
    setup = Setup(in_turn(ok()), robots=ok(b"User-agent: *\nDisallow: /resource/"))
    with pytest.raises(SourceRefused, match=r"robots\.txt of data\.some-city\.example disallows"):
        setup.get(URL)
    assert setup.publisher.requests == []
    assert setup.events.named("fetch.robots")[-1]["allowed"] is False


def test_robots_is_read_once_and_again_after_24_hours() -> None:
    setup = Setup(in_turn(ok()))
    setup.get(URL)
    setup.get(URL)
    assert len(setup.publisher.robots_requests) == 1
    setup.clock.seconds += 24 * 3600
    setup.get(URL)
    assert len(setup.publisher.robots_requests) == 2


def redirecting(times: int) -> Setup:
    """robots.txt lies `times` redirects away, on another host, and disallows everything."""
    steps = [status(302, location=f"https://elsewhere.example/robots{step}") for step in range(times)]
    answers = in_turn(*steps, ok(b"User-agent: *\nDisallow: /"))
    setup = Setup(lambda request: answers(request) if request.url.path.startswith("/robots") else ok())
    setup.publisher.robots = None
    return setup


def test_five_redirects_of_robots_are_followed_and_bind_the_first_host() -> None:
    with pytest.raises(SourceRefused, match="disallows"):
        redirecting(5).get(URL)


def test_a_sixth_redirect_of_robots_counts_as_no_file() -> None:
    setup = redirecting(6)
    setup.get(URL)
    assert setup.publisher.requests[-1].url.path == "/resource/abcd-1234.json"


def test_crawl_delay_spaces_the_requests() -> None:
    setup = Setup(in_turn(ok()), robots=ok(b"User-agent: *\nCrawl-delay: 12"))
    setup.get(URL)
    setup.get(URL)
    assert setup.publisher.times[1] - setup.publisher.times[0] == 12
