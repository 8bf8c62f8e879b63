"""python -m simulators.stripe --port N [--state FILE] [--webhook-url URL] [--webhook-secret-file FILE]."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

from simulators.stripe.running import run_forever
from simulators.stripe.simulator import API_KEY, Account


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve a simulated Stripe account on 127.0.0.1 until told to stop."""
    options = argparse.ArgumentParser(prog="python -m simulators.stripe", description="a simulated Stripe account")
    options.add_argument("--port", type=int, required=True, help="port on 127.0.0.1; 0 takes a free one")
    options.add_argument("--state", type=Path, help="file that keeps the account between runs")
    options.add_argument("--webhook-url", help="where events are delivered to")
    options.add_argument(
        "--webhook-secret-file", type=Path, help="signing secrets, a line each, the newest first; made if not there"
    )
    options.add_argument("--api-key", default=API_KEY, help="the account's secret key (default: %(default)s)")
    given = options.parse_args(arguments)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    account = Account(given.api_key, given.webhook_url, read_secrets(given.webhook_secret_file))
    run_forever(account, given.port, given.state, stopping)


def read_secrets(path: Path | None) -> list[str]:
    """The signing secrets in the file; a new one is written into a file that is not there or empty."""
    if path is None:
        return []
    if path.exists() and (found := path.read_text(encoding="utf-8").split()):
        return found
    made = f"whsec_{secrets.token_hex(16)}"
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{made}\n")
    return [made]


if __name__ == "__main__":
    main()
