"""One request, one answer: bytes out, bytes in, nothing judged but whether the answer came whole."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from permit_leads.fetch.clock import Clock

TIMEOUT = httpx.Timeout(connect=15.0, read=90.0, write=30.0, pool=30.0)
ANSWER_DEADLINE_SECONDS = 600.0
MAX_BODY_BYTES = 256 * 1024 * 1024
NOT_KEPT = frozenset({"set-cookie", "set-cookie2", "authorization", "proxy-authenticate", "www-authenticate"})


class Transient(Exception):
    """The same request may go through later: throttled, broken off, timed out, server error."""

    def __init__(self, reason: str, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.retry_after = retry_after


class Hopeless(Exception):
    """Asking again will not help: a certificate nobody vouches for, a body beyond any bound."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response with its whole body, content coding undone; header names in lower case, none that carry secrets."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    finished_at: datetime
    elapsed_ms: int

    @property
    def media_type(self) -> str:
        """The content type without its parameters, lower case; empty when the server names none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Wire:
    """A connection pool: follows no redirect, keeps no cookie of its own, asks for gzip only, always verifies TLS."""

    def __init__(
        self,
        headers: Mapping[str, str],
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        self._clock = clock
        self._max_body_bytes = max_body_bytes
        self._client = httpx.Client(
            headers={**headers, "accept-encoding": "gzip"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=TIMEOUT,
            transport=transport,
            follow_redirects=False,
        )

    def close(self) -> None:
        """Give the sockets back."""
        self._client.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
        cut_at: int | None = None,
        cookies: httpx.Cookies | None = None,
    ) -> Answer:
        """The answer; with `cut_at`, no more than so many bytes of its body are read.

        `cookies` are sent where they belong and take up what the server sets; without them every cookie is forgotten.

        Raises:
            Transient: no whole answer came.
            Hopeless: none will come, however often we ask.
        """
        request = self._client.build_request(method, url, headers=headers, content=body)
        if cookies is not None:
            cookies.set_cookie_header(request)
        started = self._clock.monotonic()
        try:
            response = self._client.send(request, stream=True)
            if cookies is not None:
                cookies.extract_cookies(response)
            try:
                content = self._read(response, started, cut_at)
            finally:
                response.close()
        except httpx.HTTPError as error:
            raise _failure(error) from error
        return Answer(
            url=str(request.url),
            status=response.status_code,
            headers={name: value for name, value in response.headers.items() if name not in NOT_KEPT},
            body=content,
            finished_at=self._clock.now(),
            elapsed_ms=round((self._clock.monotonic() - started) * 1000),
        )

    def _read(self, response: httpx.Response, started: float, cut_at: int | None) -> bytes:
        limit = cut_at or self._max_body_bytes
        announced = response.headers.get("content-length", "")
        if cut_at is None and announced.isdigit() and int(announced) > limit:
            raise Hopeless(f"the body of {announced} bytes that it announces is larger than {limit} bytes")
        chunks: list[bytes] = []
        size = 0
        for chunk in _decoded(response, limit):
            chunks.append(chunk)
            size += len(chunk)
            if size > limit and cut_at is not None:
                break
            if size > limit:
                raise Hopeless(f"the body is larger than {limit} bytes")
            if self._clock.monotonic() - started > ANSWER_DEADLINE_SECONDS:
                raise Transient(f"the answer was not complete after {ANSWER_DEADLINE_SECONDS:.0f} s")
        return b"".join(chunks)[:cut_at]


def _decoded(response: httpx.Response, max_bytes: int) -> Iterator[bytes]:
    """Body bytes with gzip undone. Done here because zlib by itself does not notice a stream that was cut."""
    coding = response.headers.get("content-encoding", "identity").strip().lower() or "identity"
    if coding == "identity":
        yield from response.iter_raw()
    elif coding in ("gzip", "x-gzip"):
        yield from _gunzipped(response.iter_raw(), max_bytes)
    else:
        raise Hopeless(f"the body came {coding}-encoded; only gzip was asked for")


def _gunzipped(chunks: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    member = zlib.decompressobj(wbits=31)
    has_bytes = False
    for chunk in chunks:
        rest = chunk
        while rest:
            has_bytes = True
            if member.eof:
                member = zlib.decompressobj(wbits=31)
            try:
                yield member.decompress(rest, max_bytes + 1)
            except zlib.error as error:
                raise Transient(f"the gzip body is broken: {error}") from error
            rest = member.unused_data if member.eof else member.unconsumed_tail
    if has_bytes and not member.eof:
        raise Transient("the gzip body was cut off")


def _failure(error: httpx.HTTPError) -> Transient | Hopeless:
    """What a failed exchange means for whoever asked."""
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        return Hopeless(f"its TLS certificate cannot be verified, and verification is never turned off ({error})")
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return Hopeless(reason)
    return Transient(reason)
