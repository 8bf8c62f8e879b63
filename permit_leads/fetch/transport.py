"""Send every request to one address while its URL and Host header stay what they are (as curl --connect-to does)."""

from __future__ import annotations

from ssl import PROTOCOL_TLS_CLIENT, SSLContext

import httpx

from permit_leads.fetch.calls import host_of

SIMULATOR_HEADER = "x-simulated-publisher"


class ConnectTo(httpx.BaseTransport):
    """Plain-http transport to `address` for whatever host a request names.

    For demos, tests and recording proxies: the code above it cannot tell the difference. `stand_ins` are the hosts
    whose answers said that they are simulated; a recording proxy's do not.
    """

    def __init__(self, address: str, inner: httpx.BaseTransport | None = None) -> None:
        self.stand_ins: set[str] = set()
        self._address = httpx.URL(address)
        if self._address.scheme != "http" or not self._address.host:
            raise ValueError(
                f"connect_to is {address!r}; expected plain http and a host, such as http://127.0.0.1:8801"
            )
        # Nothing is encrypted here, so the list of authorities is not read (0.1 s); without it no TLS would be trusted.
        self._inner = inner or httpx.HTTPTransport(verify=SSLContext(PROTOCOL_TLS_CLIENT))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_with(scheme="http", host=self._address.host, port=self._address.port)
        extensions = {name: value for name, value in request.extensions.items() if name != "sni_hostname"}
        sent = httpx.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=extensions)
        response = self._inner.handle_request(sent)
        if SIMULATOR_HEADER in response.headers:
            self.stand_ins.add(host_of(str(request.url)))
        return response

    def close(self) -> None:
        self._inner.close()
