"""The one polite client: robots, spacing, patience and refusals in one place, so that no protocol can forget them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

import httpx

from permit_leads.errors import SourceChanged, SourceRefused, SourceUnavailable
from permit_leads.fetch.calls import MAX_REDIRECTS, REDIRECTS, Call, host_of, redirected
from permit_leads.fetch.clock import Clock, SystemClock
from permit_leads.fetch.expect import excerpt, require_expected
from permit_leads.fetch.hosts import BLOCK_PAGES_BEFORE_CLOSING, WAIT_BUDGET_SECONDS, HostBook, SharedTurns
from permit_leads.fetch.identity import identity_headers
from permit_leads.fetch.retry import MAX_ATTEMPTS, backoff_seconds, is_retried, retry_after_seconds
from permit_leads.fetch.robots import PARSED_BYTES, RobotsBook, RobotsVerdict
from permit_leads.fetch.transport import SIMULATOR_HEADER, ConnectTo
from permit_leads.fetch.walls import Expected, title_of, wall_of
from permit_leads.fetch.wire import MAX_BODY_BYTES, Answer, Hopeless, Transient, Wire
from permit_leads.page import KnownPages, Page, PageKind

ROBOTS_ATTEMPTS = 3
ONLY_OK = frozenset({200})
NOT_MODIFIED = 304


class OnEvent(Protocol):
    """Where the client says what it is doing; never a secret among the fields."""

    def __call__(self, name: str, **fields: object) -> None: ...


def _say_nothing(name: str, **fields: object) -> None:
    del name, fields


class PoliteClient:
    """Fetches pages for every dataset of a process; safe to share between threads.

    `delay_seconds` raises every spacing and never lowers one. `connect_to` sends all traffic to one plain-http address
    while URL and Host stay as they are; a stand-in there that says it is one is not spaced by the dataset's rule.
    `turns` keeps the spacing with other processes too; without it only this one is known. `memory` may be set to what
    earlier runs fetched. Close it, or use it as a context manager.
    """

    def __init__(
        self,
        *,
        contact: str | None = None,
        connect_to: str | None = None,
        delay_seconds: float | None = None,
        on_event: OnEvent = _say_nothing,
        socrata_app_token: str | None = None,
        clock: Clock | None = None,
        transport: httpx.BaseTransport | None = None,
        rng: random.Random | None = None,
        wait_budget_seconds: float = WAIT_BUDGET_SECONDS,
        max_body_bytes: int = MAX_BODY_BYTES,
        turns: SharedTurns | None = None,
    ) -> None:
        self.socrata_app_token = socrata_app_token
        self.on_event = on_event
        self.memory: KnownPages | None = None
        self._delay_seconds = delay_seconds or 0.0
        self._clock = clock or SystemClock()
        self._rng = rng or random.SystemRandom()
        self._hosts = HostBook(self._clock, wait_budget_seconds, turns)
        self._robots = RobotsBook(self._get_robots, self._clock)
        via = ConnectTo(connect_to, transport) if connect_to else transport
        self._stand_ins = via.stand_ins if isinstance(via, ConnectTo) else set()
        self._wire = Wire(identity_headers(contact), self._clock, via, max_body_bytes)

    def __enter__(self) -> PoliteClient:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the sockets back."""
        self._wire.close()
        self._hosts.close()

    def now(self) -> datetime:
        """The instant on the clock that pages are stamped by."""
        return self._clock.now()

    def spacing_at(self, url: str, min_spacing: float) -> float:
        """Seconds between two requests at this address, as far as its robots.txt has been read."""
        return self._spacing(host_of(url), min_spacing, self._robots.known(url))

    def stop_waiting(self) -> None:
        """End every wait between requests, now and later, whichever thread is in it: the command is ending."""
        self._clock.wake()

    def fetch(
        self,
        dataset_id: str,
        method: str,
        url: str,
        *,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        kind: PageKind,
        min_spacing: float,
        expected: Expected = "json",
        accept: frozenset[int] = ONLY_OK,
        inspect: Callable[[bytes], None] | None = None,
        cookies: httpx.Cookies | None = None,
    ) -> Page:
        """One page, whole, or an error that says what stands in the way.

        Asks again, with growing pauses, only what may go through later. `accept` names statuses that the caller reads
        himself; `inspect` looks at the body and raises Transient when it was cut. `cookies` belong to one run of one
        dataset: they go to the hosts that set them, and neither the page nor any event holds them.

        Raises:
            SourceRefused: robots.txt, 401, 403, a block page or a login page. Never retried.
            SourceChanged: the address is gone, or something else stands where the page was.
            SourceUnavailable: the publisher stayed silent or throttled through every attempt.
        """
        call = Call(dataset_id, method, url, body, headers or {}, kind, min_spacing, expected, accept, inspect, cookies)
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                return self._page(call, self._follow(call))
            except Transient as failure:
                self._wait_for_next(call, failure, attempt)
            except Hopeless as failure:
                raise SourceUnavailable(dataset_id, f"{call.host}: {failure}") from failure
        raise AssertionError("the last attempt either returns or raises")

    def _follow(self, call: Call) -> Answer:
        """The answer at the end of at most five redirects, each hop as polite as the first."""
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._ask(call)
            if answer.status not in REDIRECTS:
                return answer
            call = redirected(call, answer)
        raise SourceChanged(call.dataset_id, f"{call.host} redirects more than {MAX_REDIRECTS} times")

    def _ask(self, call: Call) -> Answer:
        if self._hosts.is_closed(call.host):
            reason = f"{call.host} showed {BLOCK_PAGES_BEFORE_CLOSING} block pages in a row"
            raise SourceRefused(call.dataset_id, reason)
        verdict = self._checked(call)
        with self._hosts.turn(call.host, self._spacing(call.host, call.min_spacing, verdict)):
            return self._wire.send(call.method, call.url, headers=call.headers, body=call.body, cookies=call.cookies)

    def _checked(self, call: Call) -> RobotsVerdict:
        """The robots verdict, if it lets us through."""
        is_new = self._robots.known(call.url) is None
        verdict = self._robots.verdict(call.url)
        is_allowed = verdict.allows(call.url)
        if is_new or not is_allowed:
            self.on_event(
                "fetch.robots", source=call.dataset_id, authority=verdict.authority, standing=verdict.standing,
                reason=verdict.reason, allowed=is_allowed, crawl_delay=verdict.crawl_delay_seconds,
            )  # fmt: skip
        if is_allowed:
            return verdict
        if verdict.standing == "unreachable":
            raise SourceUnavailable(call.dataset_id, f"{verdict.reason}, which forbids asking {call.host} for now")
        reason = verdict.reason if verdict.rules is None else f"robots.txt of {call.host} disallows {call.url}"
        raise SourceRefused(call.dataset_id, f"{reason}; not fetched")

    def _get_robots(self, url: str) -> Answer:
        """robots.txt itself: spaced like any request, three attempts, read no further than its parsed length."""
        spacing = self._spacing(host_of(url), 1.0, None)
        for attempt in range(1, ROBOTS_ATTEMPTS + 1):
            try:
                with self._hosts.turn(host_of(url), spacing):
                    answer = self._wire.send("GET", url, cut_at=PARSED_BYTES + 1024)
                self._hosts.give_back(host_of(url), spacing, self._spacing(host_of(url), 1.0, None))
            except Transient:
                if attempt == ROBOTS_ATTEMPTS:
                    raise
            else:
                if not is_retried(answer.status) or attempt == ROBOTS_ATTEMPTS:
                    return answer
            self._hosts.put_off(host_of(url), backoff_seconds(attempt, self._rng))
        raise AssertionError("the last attempt either returns or raises")

    def _spacing(self, host: str, min_spacing: float, verdict: RobotsVerdict | None) -> float:
        """Seconds from one request to the next; a stand-in is owed what its robots.txt and --delay ask for, no more."""
        own = 0.0 if host in self._stand_ins else min_spacing
        return max(own, self._delay_seconds, verdict.crawl_delay_seconds if verdict else 0.0)

    def _page(self, call: Call, answer: Answer) -> Page:
        """The answer as a page, once it is what was asked for."""
        status = answer.status
        if is_retried(status):
            wait = retry_after_seconds(
                answer.headers.get("retry-after"), answer.headers.get("date"), answer.finished_at
            )
            raise Transient(f"HTTP {status}", status, wait)
        self._stop_at_wall(call, answer)
        if status in (401, 403) and status not in call.accept:
            raise SourceRefused(call.dataset_id, f"{call.host} answers {status} for {answer.url}")
        if status not in call.accept:
            raise SourceChanged(call.dataset_id, f"HTTP {status} for {answer.url}: {excerpt(answer.body)}")
        if status != NOT_MODIFIED:  # it has no body
            require_expected(call.dataset_id, answer, call.expected)
        if call.inspect is not None and status == 200:
            call.inspect(answer.body)
        self._hosts.saw_answer(host_of(answer.url))
        return page_of(call.kind, call.method, call.body, answer)

    def _stop_at_wall(self, call: Call, answer: Answer) -> None:
        wall = wall_of(answer.body, answer.media_type, call.expected)
        if wall is None or (wall == "html" and answer.status != 200):
            return
        seen = f"a {wall} page ({title_of(answer.body)!r}, HTTP {answer.status}) stands where {answer.url}"
        if wall == "html":
            raise SourceChanged(call.dataset_id, f"{seen} should give {call.expected}; a person must look")
        if self._hosts.saw_block_page(host_of(answer.url)):
            self.on_event("fetch.host_closed", source=call.dataset_id, host=host_of(answer.url))
        raise SourceRefused(call.dataset_id, f"{seen} should be; we stop and never evade")

    def _wait_for_next(self, call: Call, failure: Transient, attempt: int) -> None:
        """Put the host off for as long as it asks, or by full jitter; give up when attempts or patience are spent."""
        wait = backoff_seconds(attempt, self._rng)
        if failure.retry_after is not None:
            wait = failure.retry_after + wait if attempt > 1 or failure.retry_after else 0.0
        name = "fetch.rate_limited" if failure.status == 429 else "fetch.retry"
        self.on_event(
            name, source=call.dataset_id, host=call.host, reason=failure.reason, status=failure.status,
            retry_after=failure.retry_after, attempt=attempt, wait_seconds=round(wait, 2),
        )  # fmt: skip
        if attempt == MAX_ATTEMPTS:
            raise SourceUnavailable(
                call.dataset_id, f"{call.host}: {failure.reason}, {MAX_ATTEMPTS} times in a row, for {call.url}"
            ) from failure
        if not self._hosts.put_off(call.host, wait):
            raise SourceUnavailable(
                call.dataset_id, f"{call.host}: {failure.reason}; all the waiting of one run is used up"
            ) from failure


def page_of(kind: PageKind, method: str, body: str | None, answer: Answer) -> Page:
    """The answer as the rest of the program knows it."""
    return Page(
        kind=kind,
        url=answer.url,
        method=method,
        request_body=body,
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        fetched_at=answer.finished_at,
        elapsed_ms=answer.elapsed_ms,
        note=answer.headers.get(SIMULATOR_HEADER),
        media_type=answer.media_type or "application/octet-stream",
    )
