"""Sends to addresses that customers typed in, and never to a machine of ours.

The name is looked up here, every address it has is checked, and the connection goes to a checked address: a name that
changes its mind between the check and the connection changes nothing. Certificate and Host header stay the name's.
Redirects are answers, not orders; no proxy of the environment is used; time and answer are bounded.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
import httpx

from leadledger.addresses import find_fault, is_loopback

URL_MAX_LENGTH = 2_048
ADDRESSES_TRIED = 3
WRITE_BYTES = 16_384

Resolve = Callable[[str, int], Sequence[str]]


class SendFailed(Exception):
    """There was no answer: no such name, no connection, no trust, or out of time. Trying again may help."""


class AddressRefused(SendFailed):
    """The address is none we send to; says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the beginning of the body, and how long it took in all."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def is_success(self) -> bool:
        """Only 2xx is; a redirect is not followed."""
        return 200 <= self.status < 300

    def excerpt(self, length: int = 500) -> str:
        """The body as a person reads it in a log."""
        text = self.body.decode("utf-8", "replace")
        return "".join(letter if letter.isprintable() else " " for letter in text[:length]).strip()


def look_up(host: str, port: int) -> list[str]:
    """All addresses of a name. The system's resolver decides how long that may take.

    Raises:
        SendFailed: there is no such name, or nobody to ask.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SendFailed(f"the name {host} cannot be looked up: {error}") from None
    return list(dict.fromkeys(str(place[4][0]) for place in found))


def check_url(url: str, *, allow_loopback: bool = False) -> httpx.URL:
    """The address, if it is one to send to as far as its text tells; what its name stands for is seen when sending.

    Raises:
        AddressRefused: not https, or with a password, or a fragment, or an address of no public machine.
    """
    if len(url) > URL_MAX_LENGTH or not url.isprintable():
        raise AddressRefused(f"expected at most {URL_MAX_LENGTH} printable characters")
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise AddressRefused("expected an address such as https://hooks.example.com/leads") from None
    fault = find_fault(parsed.host)
    to_loopback = allow_loopback and is_loopback(parsed.host)
    if parsed.scheme != "https" and not (parsed.scheme == "http" and to_loopback):
        raise AddressRefused("expected https://")
    if not parsed.host or parsed.userinfo or parsed.fragment or not 0 < (parsed.port or 443) < 65_536:
        raise AddressRefused("expected a host, perhaps with a port, and neither a password nor a fragment")
    if fault and not to_loopback:
        raise AddressRefused(f"{parsed.host} is {fault}; expected a public host")
    return parsed


class Sender:
    """Posts to what `check_url` lets through; safe to use from several threads at once."""

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        seconds: float = 15.0,
        answer_bytes: int = 65_536,
        resolve: Resolve = look_up,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._allow_loopback = allow_loopback
        self._seconds = seconds
        self._answer_bytes = answer_bytes
        self._resolve = resolve
        self._trust = trust

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send once; any status is an answer.

        Raises:
            AddressRefused: the address, or one its name stands for, is none to send to.
            SendFailed: no answer within `seconds`.
        """
        began = time.monotonic()
        target = check_url(url, allow_loopback=self._allow_loopback)
        backend = _CheckedBackend(self._resolve, began + self._seconds, allow_loopback=self._allow_loopback)
        try:
            with httpcore.ConnectionPool(self._trust or _public_trust(), network_backend=backend) as connections:
                return self._ask(connections, target, body, headers, began)
        except httpcore.TimeoutException:
            raise SendFailed(f"no whole answer within {self._seconds:g} seconds") from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise SendFailed(f"no answer: {error or type(error).__name__}") from None

    def _ask(
        self,
        connections: httpcore.ConnectionPool,
        target: httpx.URL,
        body: bytes,
        headers: Mapping[str, str],
        began: float,
    ) -> Answer:
        url = httpcore.URL(
            scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path or b"/"
        )
        sent = {"Host": target.netloc.decode(), "User-Agent": "LeadLedgerPro", "Accept-Encoding": "identity", **headers}
        with connections.stream("POST", url, headers=[*sent.items(), ("Connection", "close")], content=body) as answer:
            received = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in answer.headers}
            start = _take(answer.iter_stream(), self._answer_bytes)
            return Answer(answer.status, received, start, time.monotonic() - began)


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to the addresses of a name once all of them have passed, and to no other."""

    def __init__(self, resolve: Resolve, deadline: float, *, allow_loopback: bool) -> None:
        self._resolve = resolve
        self._deadline = deadline
        self._allow_loopback = allow_loopback
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        del timeout, local_address  # the deadline is for everything together
        failure: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError(f"{host} has no address")
        for address in self._check(host, port)[:ADDRESSES_TRIED]:
            left = _left(self._deadline, httpcore.ConnectTimeout)
            try:
                stream = self._inner.connect_tcp(address, port, left, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _BoundedStream(stream, self._deadline)
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        del path, timeout, socket_options
        raise AddressRefused("a socket of this machine is no address to send to")

    def _check(self, host: str, port: int) -> list[str]:
        """One bad address among good ones spoils the name: which is taken would be the caller's to choose."""
        addresses = list(self._resolve(host, port))
        for address in addresses:
            fault = find_fault(address, is_address=True)
            if fault and not (self._allow_loopback and is_loopback(address)):
                raise AddressRefused(f"{host} is at {address}, which is {fault}; expected a public host")
        return addresses


class _BoundedStream(httpcore.NetworkStream):
    """A connection on which nothing lasts beyond the deadline, however slowly the other side gives or takes."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        return self._inner.read(max_bytes, _left(self._deadline, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        for start in range(0, len(buffer), WRITE_BYTES):
            part = buffer[start : start + WRITE_BYTES]
            self._inner.write(part, _left(self._deadline, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        del timeout
        left = _left(self._deadline, httpcore.ConnectTimeout)
        return _BoundedStream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(deadline: float, late: type[httpcore.TimeoutException]) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise late("out of time")
    return left


def _take(parts: Iterable[bytes], limit: int) -> bytes:
    """The beginning of an answer; the rest is not read."""
    taken = b""
    for part in parts:
        taken += part
        if len(taken) >= limit:
            break
    return taken[:limit]


@cache
def _public_trust() -> ssl.SSLContext:
    """The public authorities; reading them takes a tenth of a second."""
    return httpx.create_ssl_context(trust_env=False)
