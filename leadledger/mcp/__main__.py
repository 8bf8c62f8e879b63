"""`python -m leadledger.mcp`: speaks the protocol on stdin and stdout until stdin ends."""

from __future__ import annotations

import asyncio
import os
import sys
from urllib.parse import urlsplit

import httpx
from mcp.server.stdio import stdio_server

from leadledger.mcp.server import build_server
from leadledger.settings import LOOPBACK_HOSTS
from permit_leads.settings import read_env_file

URL, KEY = "LEADLEDGER_API_URL", "LEADLEDGER_API_KEY"
DEFAULT_URL = "http://127.0.0.1:8000"
TIMEOUT_SECONDS = 30.0


class CannotStart(Exception):
    """The environment lacks something, or holds what would be unsafe to use."""


def main(arguments: list[str]) -> int:
    """Serve one agent; the exit status is 0, or 2 when the environment cannot be used."""
    read_env_file()
    try:
        if arguments:
            raise CannotStart(f"takes no arguments: the API's address is {URL}, the key {KEY}, both in the environment")
        api = open_api(os.environ.get(URL) or DEFAULT_URL, os.environ.get(KEY, ""))
    except CannotStart as reason:
        print(f"python -m leadledger.mcp: {reason}", file=sys.stderr)
        return 2
    asyncio.run(serve(api))
    return 0


def open_api(url: str, key: str) -> httpx.AsyncClient:
    """A client that sends the key to this address alone; redirects are not followed.

    Raises:
        CannotStart: there is no key, or the address would carry it unencrypted.
    """
    parts = urlsplit(url)
    if not key.startswith("llp_"):
        raise CannotStart(
            f"{KEY} holds no API key of ours (llp_live_…, or llp_test_… for sample data); make one in the account"
        )
    if not parts.hostname or not (parts.scheme == "https" or parts.hostname in LOOPBACK_HOSTS):
        raise CannotStart(f"{URL} must be https://host; http:// only for this machine, because it carries the key")
    return httpx.AsyncClient(
        base_url=url.rstrip("/"), headers={"Authorization": f"Bearer {key}"}, timeout=TIMEOUT_SECONDS
    )


async def serve(api: httpx.AsyncClient) -> None:
    """Until the agent closes its end."""
    server = build_server(api)
    async with api, stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
