"""Allowances: counted here, told to others, and by nobody's word but proven."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from starlette.datastructures import Headers

from leadledger.database import Database
from leadledger.errors import Unavailable
from leadledger.proxies import ProxyEdge
from leadledger.rate_edge import Meter, address_of
from leadledger.rate_limits import Kind, RateLimits, SharedCounts, TooManyRequests

ALLOWED: dict[Kind, int] = {"address": 5, "unproven": 3, "user": 10, "key": 10}


class Clock:
    def __init__(self) -> None:
        self.now = 600.0

    def __call__(self) -> float:
        return self.now


class OneBook(SharedCounts):
    """What the database would hold."""

    def __init__(self) -> None:
        super().__init__(Database(""))
        self.used: Counter[tuple[int, str]] = Counter()
        self.is_away = False

    def exchange(self, window_start: int, news: Mapping[str, int]) -> dict[str, int]:
        if self.is_away:
            raise Unavailable("away")
        self.used.update({(window_start, subject): amount for subject, amount in news.items()})
        return {subject: self.used[window_start, subject] for subject in news}


def test_minute_is_used_up_and_comes_back() -> None:
    clock = Clock()
    limits = RateLimits(ALLOWED, clock=clock)
    clock.now = 637.5
    seen = [limits.spend("user", "a") for _ in range(12)]
    assert [one.is_refused for one in seen] == [False] * 10 + [True] * 2
    assert [one.remaining for one in seen[:2]] == [9, 8]
    assert seen[-1].headers() == {
        "RateLimit-Policy": '"user";q=10;w=60',
        "RateLimit": '"user";r=0;t=23',
        "Retry-After": "23",
    }
    assert not limits.spend("user", "b").is_refused
    clock.now = 660.0
    assert limits.spend("user", "a").remaining == 9


def test_processes_that_tell_each_other_share_one_allowance() -> None:
    book, clock = OneBook(), Clock()
    one, other = RateLimits(ALLOWED, book, clock), RateLimits(ALLOWED, book, clock)
    for _ in range(4):
        one.spend("key", "k")
        other.spend("key", "k")
    one.tell()
    other.tell()
    assert other.spend("key", "k").remaining == 1
    other.tell()
    one.spend("key", "k")
    one.tell()
    assert one.spend("key", "k").is_refused
    assert sum(book.used.values()) == 10


def test_refusals_are_told_to_nobody() -> None:
    book = OneBook()
    limits = RateLimits(ALLOWED, book, Clock())
    for _ in range(50):
        limits.spend("address", "a")
    limits.tell()
    limits.tell()
    assert list(book.used.values()) == [5]


def test_with_the_database_away_a_process_goes_on_by_itself_and_tells_later() -> None:
    book = OneBook()
    limits = RateLimits(ALLOWED, book, Clock())
    book.is_away = True
    limits.spend("key", "k")
    with pytest.raises(Unavailable):
        limits.tell()
    assert limits.spend("key", "k").remaining == 8
    book.is_away = False
    limits.tell()
    assert list(book.used.values()) == [2]


def test_neither_address_nor_token_is_told() -> None:
    book = OneBook()
    limits = RateLimits(ALLOWED, book, Clock())
    limits.spend("address", "203.0.113.9")
    limits.tell()
    assert "203.0.113.9" not in str(book.used)


def meter(limits: RateLimits, token: str | None = None, address: str = "192.0.2.1") -> Meter:
    headers = Headers({"authorization": f"Bearer {token}"} if token else {})
    return Meter(limits, headers, address)


def test_visitors_do_not_lock_out_who_signs_in_from_the_same_address() -> None:
    limits = RateLimits(ALLOWED, clock=Clock())
    for _ in range(6):
        visitor = meter(limits)
    assert visitor.standing.is_refused
    assert meter(limits, "token").standing.kind == "unproven"
    assert not meter(limits, "token").standing.is_refused


def test_proven_token_costs_its_address_nothing() -> None:
    limits = RateLimits(ALLOWED, clock=Clock())
    for _ in range(4):
        good = meter(limits, "good")
        good.prove("user", "u")
    assert (good.standing.kind, good.standing.remaining) == ("user", 6)
    bad = [meter(limits, f"bad-{number}").standing for number in range(4)]
    assert [one.is_refused for one in bad] == [False, False, False, True]
    assert not meter(limits, "good").standing.is_refused


def test_two_tokens_of_one_user_share_the_users_allowance() -> None:
    limits = RateLimits(ALLOWED, clock=Clock())
    for number in range(10):
        meter(limits, f"token-{number % 2}").prove("user", "u")
    with pytest.raises(TooManyRequests, match="10 requests a minute are allowed for a signed-in user"):
        meter(limits, "token-3").prove("user", "u")


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.1", 1), "192.0.2.1"),
        (("::ffff:192.0.2.1", 1), "192.0.2.1"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("testclient", 1), "testclient"),
        (None, "unknown"),
    ],
)
def test_address_is_a_customers(client: tuple[str, int] | None, address: str) -> None:
    assert address_of({"type": "http", "client": client}) == address


FORGED = "6.6.6.6"


@pytest.mark.parametrize(
    ("count", "forwarded", "address"),
    [
        (0, [FORGED], "10.0.0.1"),
        (1, [f"{FORGED}, 198.51.100.7"], "198.51.100.7"),
        (1, [FORGED, "198.51.100.7"], "198.51.100.7"),
        (2, [f"{FORGED}, 198.51.100.7, 10.0.0.2"], "198.51.100.7"),
        (2, [FORGED], "10.0.0.1"),
        (1, ["198.51.100.7:4711"], "198.51.100.7"),
        (1, ["[2001:db8::1]:4711"], "2001:db8::1"),
        (1, ["somebody"], "10.0.0.1"),
        (1, [], "10.0.0.1"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(count: int, forwarded: list[str], address: str) -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        seen.append((scope["client"][0], scope["scheme"]))

    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded] + [(b"x-forwarded-proto", b"https")]
    scope = {"type": "http", "client": ("10.0.0.1", 1), "scheme": "http", "headers": headers}
    coroutine = ProxyEdge(app, count)(scope, None, None)  # type: ignore[arg-type]
    with pytest.raises(StopIteration):
        coroutine.send(None)
    assert seen == [(address, "https" if count else "http")]
