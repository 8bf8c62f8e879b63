"""robots.txt as RFC 9309 has it, read more strictly where a guest should be.

Stricter than the RFC: 401 and 403 mean "keep out" (the RFC would allow everything; a publisher who locks the file of
rules does not invite robots), and 429 means "not now", as Google reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin, urlsplit

from protego import Protego

from permit_leads.fetch.calls import MAX_REDIRECTS, REDIRECTS
from permit_leads.fetch.clock import Clock
from permit_leads.fetch.identity import PRODUCT
from permit_leads.fetch.wire import Answer, Hopeless, Transient

PARSED_BYTES = 512 * 1024  # the RFC asks for at least 500 KiB
CACHE_SECONDS = 24 * 3600.0
UNREACHABLE_CACHE_SECONDS = 15 * 60.0
MAX_CRAWL_DELAY_SECONDS = 30.0

Standing = Literal["rules", "allow_all", "refused", "unreachable"]


@dataclass(frozen=True, slots=True)
class RobotsVerdict:
    """What one authority (scheme, host, port) asks of us; `reason` is for the log."""

    authority: str
    standing: Standing
    reason: str
    rules: Protego | None = None

    def allows(self, url: str) -> bool:
        """Whether we may ask for the address."""
        if self.rules is not None:
            return self.rules.can_fetch(url, PRODUCT)
        return self.standing == "allow_all"

    @property
    def crawl_delay_seconds(self) -> float:
        """Crawl-delay as a lower bound on spacing, at most 30 s. Not in RFC 9309, but asked for in the wild."""
        delay = self.rules.crawl_delay(PRODUCT) if self.rules is not None else None
        return min(float(delay or 0.0), MAX_CRAWL_DELAY_SECONDS)


def authority_of(url: str) -> str:
    """Scheme, host and port that one robots.txt speaks for."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"


class RobotsBook:
    """Verdicts by authority, at most 24 hours old; an unreachable file is asked for again after 15 minutes."""

    def __init__(self, get: Callable[[str], Answer], clock: Clock) -> None:
        self._get = get
        self._clock = clock
        self._verdicts: dict[str, tuple[float, RobotsVerdict]] = {}

    def known(self, url: str) -> RobotsVerdict | None:
        """The verdict that still holds for the address, if there is one."""
        expires_at, verdict = self._verdicts.get(authority_of(url), (0.0, None))
        return verdict if self._clock.monotonic() < expires_at else None

    def verdict(self, url: str) -> RobotsVerdict:
        """What the authority of `url` asks of us; reads its robots.txt when no fresh copy is at hand."""
        known = self.known(url)
        if known is not None:
            return known
        verdict = self._read(authority_of(url))
        lasts = UNREACHABLE_CACHE_SECONDS if verdict.standing == "unreachable" else CACHE_SECONDS
        self._verdicts[verdict.authority] = (self._clock.monotonic() + lasts, verdict)
        return verdict

    def _read(self, authority: str) -> RobotsVerdict:
        url = f"{authority}/robots.txt"
        try:
            for _ in range(MAX_REDIRECTS + 1):
                answer = self._get(url)
                target = urljoin(url, answer.headers.get("location", ""))
                if answer.status not in REDIRECTS or urlsplit(target).scheme not in ("http", "https"):
                    return judged(authority, answer)
                url = target
        except (Transient, Hopeless) as error:
            return RobotsVerdict(authority, "unreachable", f"robots.txt cannot be read: {error}")
        return RobotsVerdict(authority, "allow_all", f"robots.txt redirects more than {MAX_REDIRECTS} times")


def judged(authority: str, answer: Answer) -> RobotsVerdict:
    """The verdict that the answer for /robots.txt means. Source: RFC 9309 section 2.3.1."""
    status = answer.status
    if 200 <= status <= 299 and status != 202:
        return RobotsVerdict(authority, "rules", f"robots.txt read ({status})", parse_rules(answer.body))
    if status in (401, 403):
        return RobotsVerdict(authority, "refused", f"robots.txt itself is refused ({status})")
    if 400 <= status <= 499 and status != 429:
        return RobotsVerdict(authority, "allow_all", f"there is no robots.txt ({status})")
    return RobotsVerdict(authority, "unreachable", f"robots.txt answers {status}")


def parse_rules(body: bytes) -> Protego:
    """The rules of the first 512 KiB; a line cut in two by that bound is left out."""
    text = body.removeprefix(b"\xef\xbb\xbf")
    if len(text) > PARSED_BYTES:
        text = text[: text.rfind(b"\n", 0, PARSED_BYTES) + 1]
    return Protego.parse(text.decode("utf-8", "replace"))
